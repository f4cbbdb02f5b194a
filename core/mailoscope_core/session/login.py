"""The AUTH step: find the secret, guard it, carry the SASL exchange through (RFC 4954)."""

from __future__ import annotations

import re

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol import sasl
from mailoscope_core.record.events import LoginTried, ReplyReceived, SecretNeeded, SecretProvided
from mailoscope_core.session.credentials_guard import (
    channel_is_safe,
    confirm_spent,
    may_send_credentials,
    note_login,
    note_typed_login,
)
from mailoscope_core.session.stepping import Outcome, StepFailed, Stepping, outcome_of
from mailoscope_core.session.steps import SECRET_SLOT, Step

_PLANNED = re.compile(
    rf"^\s*AUTH\s+(?P<mechanism>[A-Za-z0-9_-]+)(?P<slot>\s+{SECRET_SLOT})?\s*$", re.IGNORECASE
)


def log_in(run: Stepping, step: Step) -> Outcome:
    """Log in as the step's line says; a line with a payload of its own is sent as it is."""
    line = step.line or ""
    planned = _PLANNED.match(line)
    if planned is None:
        return _log_in_by_hand(run, step, line)
    mechanism = planned["mechanism"].upper()
    if not _offered(run, step, mechanism):
        return "failed"
    secret = _find_secret(run)
    if secret is None:
        run.surprise("no-secret", step)
        return "cancelled"
    if not channel_is_safe(run):
        run.surprise("credentials-held-back", step)
        return "cancelled"
    user = run.request.profile.user
    if run.services.spent.is_spent(run.link.host, user, secret) and not confirm_spent(run, user):
        return "cancelled"
    run.log.redactor.spare(user)
    if not run.log.redactor.learn(secret.reveal()):
        run.surprise("short-secret", step)
    return _exchange(run, step, mechanism, secret, initial=planned["slot"] is not None)


def _offered(run: Stepping, step: Step, mechanism: str) -> bool:
    """Log-in that the server does not offer is not tried: the secret would go out for nothing."""
    capabilities = run.link.machine.capabilities
    offered = capabilities.mechanisms if capabilities else ()
    if step.force or mechanism in offered:
        return True
    rule = "mechanism-not-offered" if offered else "auth-not-offered"
    run.surprise(rule, step, mechanism=mechanism, offered=" ".join(offered))
    return False


def _find_secret(run: Stepping) -> Secret | None:
    """Return the secret from the session, the keyring or the user, in this order."""
    profile = run.request.profile
    if run.session_secret is not None:
        run.log.append(SecretProvided(kind=profile.secret_kind, source="session"))
        return run.session_secret
    pending = run.in_background(lambda: run.services.fetch_secret(profile), "keyring")
    run.pilot.wait(lambda: pending.done)
    found = pending.result()
    if found.secret is not None and found.source is not None:
        run.log.append(SecretProvided(kind=profile.secret_kind, source=found.source))
        return found.secret
    answer = run.pilot.ask_secret(
        SecretNeeded(
            kind=profile.secret_kind,
            host=run.link.host,
            user=profile.user,
            problem=found.problem,
            detail=found.detail,
        )
    )
    if answer is not None:
        run.log.append(SecretProvided(kind=profile.secret_kind, source="user"))
        run.session_secret = answer
    return answer


def _exchange(
    run: Stepping, step: Step, mechanism: str, secret: Secret, *, initial: bool
) -> Outcome:
    user = run.request.profile.user
    try:
        exchange = sasl.start(
            mechanism, user, secret, host=run.link.host, port=run.request.profile.port
        )
        line = f"AUTH {mechanism}"
        if initial and exchange.initial is not None:
            line += f" {sasl.encode_initial(exchange.initial)}"
        reply = _say(run, step, line)
        first = exchange.initial if not initial else None
        while reply.code == 334:
            if run.link.machine.pending:  # the user has answered this challenge by hand
                reply = run.reply(step)[0]
                continue
            if first is not None:
                response, first = first, None
            else:
                response = exchange.respond(sasl.decode_challenge(_challenge(reply)))
            reply = _say(run, step, sasl.encode_response(response))
    except sasl.SaslProblem as problem:
        run.surprise(problem.rule, step, mechanism=mechanism)
        run.log.append(LoginTried(mechanism=mechanism, user=user, outcome="broken-off"))
        return _break_off(run, step)
    except StepFailed:
        run.log.append(LoginTried(mechanism=mechanism, user=user, outcome="broken-off"))
        raise
    if exchange.error_detail:
        run.surprise("sasl-error-detail", step, detail=exchange.error_detail)
    note_login(run, reply, mechanism, user, [secret])
    if reply.code is not None and 500 <= reply.code < 600:
        run.session_secret = None
    return outcome_of(reply)


def _say(run: Stepping, step: Step, line: str) -> ReplyReceived:
    run.send(line.encode(), step)
    reply = run.reply(step)[0]
    run.pilot.checkpoint(step, reply)
    while run.pilot.ad_hoc and reply.code == 334:
        typed = run.pilot.ad_hoc.popleft()
        run.send(typed.line.encode(), step)
        reply = run.reply(step)[0]
        run.pilot.checkpoint(step, reply)
    return reply


def _break_off(run: Stepping, step: Step) -> Outcome:
    """End an exchange that cannot go on with "*" (RFC 4954 section 4)."""
    run.send(b"*", step)
    run.reply(step)
    return "failed"


def _log_in_by_hand(run: Stepping, step: Step, line: str) -> Outcome:
    if not may_send_credentials(run, step, typed=line):
        return "cancelled"
    run.send(line.encode(), step)
    reply = run.reply(step)[0]
    note_typed_login(run, reply, line)
    return outcome_of(reply)


def _challenge(reply: ReplyReceived) -> str:
    return reply.lines[-1] if reply.lines else ""
