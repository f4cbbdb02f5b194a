"""The AUTH step: find the secret, guard it, carry the SASL exchange through (RFC 4954)."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol import sasl
from mailoscope_core.record.events import LoginTried, ReplyReceived, SecretNeeded, SecretProvided
from mailoscope_core.session.credentials_guard import (
    channel_is_safe,
    confirm_spent,
    may_send_credentials,
    note_login,
    payloads,
)
from mailoscope_core.session.lines import say
from mailoscope_core.session.pilot import AdHoc
from mailoscope_core.session.stepping import HeldBack, Outcome, StepFailed, Stepping, outcome_of
from mailoscope_core.session.steps import SECRET_SLOT, Step, wire_form
from mailoscope_core.storage.credentials import SecretResult

_PLANNED = re.compile(
    rf"^\s*AUTH\s+(?P<mechanism>[A-Za-z0-9_-]+)(?P<slot>\s+{SECRET_SLOT})?\s*$", re.IGNORECASE
)


def log_in(run: Stepping, step: Step) -> Outcome:
    """Log in as the step's line says; a line with a payload of its own is sent as it is."""
    line = step.line or ""
    planned = _PLANNED.match(line)
    if planned is None:
        return outcome_of(say(run, step))
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
    try:
        found = pending.result()
    except Exception as error:  # noqa: BLE001  # whatever holds the secrets: ask the user then
        found = SecretResult(None, None, "keyring-failed", type(error).__name__)
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
    user, host = run.request.profile.user, run.link.host
    try:
        exchange = sasl.start(mechanism, user, secret, host=host, port=run.request.profile.port)
    except sasl.SaslProblem as problem:
        return _broken_off(run, step, mechanism, problem)
    used = [secret]
    reply: ReplyReceived | None = None
    try:
        reply = _say(run, step, _first_line(exchange, initial=initial))
        late_initial = None if initial else exchange.initial
        while reply.code == 334:
            if run.pilot.ad_hoc:  # the user answers this challenge by hand
                with contextlib.suppress(sasl.SaslProblem):
                    late_initial = _response(exchange, late_initial, reply) and None
                reply, used = _say_typed(run, step, run.pilot.ad_hoc.popleft(), used)
                continue
            response, late_initial = _response(exchange, late_initial, reply), None
            reply = _say(run, step, sasl.encode_response(response))
    except sasl.SaslProblem as problem:
        return _broken_off(run, step, mechanism, problem, say_so=True)
    except StepFailed:
        run.log.append(LoginTried(mechanism=mechanism, user=user, outcome="broken-off"))
        raise
    finally:
        # A token's refusal comes as a challenge: it counts although the end was not awaited.
        if exchange.error_detail and (reply is None or reply.code == 334):
            run.services.spent.refused(host, user, used[-1])
    if exchange.error_detail:
        run.surprise("sasl-error-detail", step, detail=exchange.error_detail)
    note_login(run, reply, mechanism, user, used)
    if reply.code is not None and 500 <= reply.code < 600:
        run.session_secret = None
    return outcome_of(reply)


def _first_line(exchange: sasl.Exchange, *, initial: bool) -> str:
    line = f"AUTH {exchange.mechanism}"
    if initial and exchange.initial is not None:
        line += f" {sasl.encode_initial(exchange.initial)}"
    return line


def _response(exchange: sasl.Exchange, initial: bytes | None, reply: ReplyReceived) -> bytes:
    """Return the response to a challenge; the initial one waits for the first, if it came late."""
    if initial is not None:
        return initial
    return exchange.respond(sasl.decode_challenge(reply.lines[-1] if reply.lines else ""))


def _say(run: Stepping, step: Step, line: str) -> ReplyReceived:
    run.send(line.encode(), step)
    reply = run.reply(step)[0]
    run.pilot.checkpoint(step, reply)
    return reply


def _say_typed(
    run: Stepping, step: Step, typed: AdHoc, used: list[Secret]
) -> tuple[ReplyReceived, list[Secret]]:
    """Send the user's own response; returns the reply and the secrets that have been used."""
    if not may_send_credentials(run, step, typed=typed.line):
        _break_off(run, step)
        raise HeldBack
    run.send(wire_form(typed.line), replace(step, force=typed.force))
    reply = run.reply(step)[0]
    run.pilot.checkpoint(step, reply)
    return reply, payloads(typed.line) or used


def _broken_off(
    run: Stepping, step: Step, mechanism: str, problem: sasl.SaslProblem, *, say_so: bool = False
) -> Outcome:
    user = run.request.profile.user
    run.surprise(problem.rule, step, mechanism=mechanism)
    run.log.append(LoginTried(mechanism=mechanism, user=user, outcome="broken-off"))
    if say_so:
        _break_off(run, step)
    return "failed"


def _break_off(run: Stepping, step: Step) -> None:
    """End an exchange that cannot go on with "*" (RFC 4954 section 4)."""
    run.send(b"*", step)
    run.reply(step)
