"""The TLS handshake as a step, and what the user may do when the certificate is no good."""

from __future__ import annotations

from mailoscope_core.base.errors import UserError
from mailoscope_core.net.connection import Secured
from mailoscope_core.record.events import ConfirmationNeeded
from mailoscope_core.session.stepping import Outcome, Stepping
from mailoscope_core.session.steps import Step
from mailoscope_core.storage.profile import TlsMode

CERTIFICATE_KINDS = frozenset(
    {
        "untrusted",
        "self-signed",
        "no-intermediate",
        "hostname",
        "expired",
        "not-yet-valid",
        "revoked",
    }
)


def handshake(run: Stepping, step: Step) -> Outcome:
    """Switch the connection to TLS; a bad certificate ends the attempt and is put to the user."""
    link = run.link
    if not link.is_open:
        run.surprise("not-connected", step)
        return "failed"
    name = run.request.profile.server_name or link.host
    mode = "implicit" if run.request.profile.tls is TlsMode.IMPLICIT else "starttls"
    try:
        link.secure(name, mode)
    except UserError as error:
        params = {key: str(value) for key, value in error.params.items()}
        run.surprise(f"error.{error.code}", step, **params)
        return "failed"
    run.pilot.wait(
        lambda: link.secured is not None or not link.is_open, "tls", run.command_seconds, step
    )
    if isinstance(link.secured, Secured):
        return "done"
    kind = link.secured.kind if link.secured is not None else "closed"
    if kind in CERTIFICATE_KINDS and run.request.verify_tls:
        # Asked, not waited for: the answer starts a new attempt, so anything else may come first.
        run.pilot.bad_certificate = step.id
        run.log.append(
            ConfirmationNeeded(kind="unverified-tls", params={"kind": kind, "server_name": name})
        )
    return "failed"
