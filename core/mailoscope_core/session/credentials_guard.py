"""Stands before every credential: may it go over this channel, and has it been refused before?

The same guard is before the planned log-in and before AUTH lines typed by hand, repeated or sent
in a new attempt.
"""

from __future__ import annotations

import base64
import re

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol.commands import Verb, verb_of
from mailoscope_core.protocol.gate import secret_start
from mailoscope_core.record.events import LoginTried, ReplyReceived
from mailoscope_core.record.redactor import RUN
from mailoscope_core.session.stepping import Stepping
from mailoscope_core.session.steps import Step, wire_form

# Final replies to AUTH that say nothing about the secret: syntax, unknown mechanism, TLS first.
_NOT_ABOUT_SECRET = frozenset({500, 501, 502, 503, 504, 523, 524, 530, 538})

_TYPED_AUTH = re.compile(r"\s*AUTH\s+(?P<mechanism>\S+)", re.IGNORECASE)


def may_send_credentials(run: Stepping, step: Step, *, typed: str) -> bool:
    """Guard an AUTH line typed by hand; ask the user where needed."""
    found = payloads(typed)
    if not found:
        return True
    run.log.redactor.spare(run.request.profile.user)
    if not channel_is_safe(run):
        run.surprise("credentials-held-back", step)
        return False
    user = run.request.profile.user
    innermost = found[-1].reveal()
    if innermost != user and len(innermost.encode()) < RUN:
        run.surprise("short-secret", step)
    spent = run.services.spent
    if any(spent.is_spent(run.link.host, user, secret) for secret in found):
        return confirm_spent(run, user)
    return True


def channel_is_safe(run: Stepping) -> bool:
    """Tell whether credentials may go out here: verified TLS, loopback, or the user said yes."""
    link = run.link
    if link.verified_tls or link.on_loopback:
        return True
    kind = "unverified-credentials" if link.encrypted else "cleartext-credentials"
    if (kind, link.host) in run.confirmed:
        return True
    accepted = run.pilot.confirm(kind, host=link.host, address=link.address)
    if accepted:
        run.confirmed.add((kind, link.host))
    return accepted


def confirm_spent(run: Stepping, user: str) -> bool:
    """Ask before a secret that this host has refused goes out again; each time anew."""
    attempts = run.services.spent.attempts(run.link.host, user)
    return run.pilot.confirm("spent-secret", host=run.link.host, user=user, attempts=str(attempts))


def note_login(
    run: Stepping, reply: ReplyReceived, mechanism: str, user: str, secrets: list[Secret]
) -> None:
    """Log how a log-in ended, and keep a refused secret from being sent again unasked.

    `secrets` are the forms in which the secret was given, the plainest of them last.
    """
    spent, host = run.services.spent, run.link.host
    accepted = reply.code is not None and 200 <= reply.code < 300
    about_secret = (
        reply.code is not None and 500 <= reply.code < 600 and reply.code not in _NOT_ABOUT_SECRET
    )
    if accepted:
        for secret in secrets:
            spent.accepted(host, user, secret)
    elif about_secret:
        spent.refused(host, user, secrets[-1])  # once: each call counts as an attempt
    run.log.append(
        LoginTried(
            mechanism=mechanism,
            user=user,
            outcome="accepted" if accepted else "refused",
            attempts=spent.attempts(host, user),
        )
    )


def note_typed_login(run: Stepping, reply: ReplyReceived, typed: str) -> None:
    """Do the same for a line typed by hand, once the exchange has come to its end."""
    found = _TYPED_AUTH.match(typed)
    if found:
        run.typed_mechanism = found["mechanism"].upper()
    run.typed_secrets += payloads(typed)
    if reply.code == 334:
        return
    secrets, run.typed_secrets = run.typed_secrets, []
    if secrets:
        note_login(run, reply, run.typed_mechanism, run.request.profile.user, secrets)


def payloads(typed: str) -> list[Secret]:
    """Return what may be secret in a typed line: its payload, decoded, and its last part."""
    line = wire_form(typed)
    if verb_of(line) is Verb.AUTH or secret_start(line) is not None:
        payload = (
            line[secret_start(line) :].decode("utf-8", "replace") if secret_start(line) else ""
        )
    else:
        payload = typed
    payload = payload.strip()
    if payload in ("", "=", "*"):
        return []
    parts = [payload]
    try:
        decoded = base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True).decode()
    except ValueError:
        decoded = ""
    if decoded:
        parts += [decoded, re.split("[\0\1]", decoded.rstrip("\1"))[-1]]
        parts += [m[1] for m in re.finditer(r"auth=Bearer ([^\x01]+)", decoded)]
    return [Secret(part) for part in dict.fromkeys(parts) if part]
