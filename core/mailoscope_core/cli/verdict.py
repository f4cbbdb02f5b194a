"""The exit code of a session: how far it came, and what stopped it."""

from __future__ import annotations

from collections.abc import Sequence

from mailoscope_core.cli.drive import Result
from mailoscope_core.cli.exits import STEP_EXITS, Exit
from mailoscope_core.record.events import (
    ConnectionClosed,
    Entry,
    StepFinished,
    StepStarted,
    Surprise,
    TlsEstablished,
)
from mailoscope_core.report.recipients import recipients
from mailoscope_core.report.summary import OutcomeFold

# What a handshake that was cut off, a failed look-up or a broken banner mean is said by their step.
_CLOSING_IS_THE_STEP = frozenset({"dns", "connect", "tls"})


def exit_code(entries: Sequence[Entry], result: Result) -> Exit:
    """Return the exit code for a finished session; its last attempt counts."""
    fold = OutcomeFold()
    for entry in entries:
        fold.feed(entry)
    last = [entry for entry in entries if entry.attempt == fold.attempt]
    if _is_own_fault(last):
        return Exit.INTERNAL
    if result.cancelled:
        return Exit.CANCELLED
    if result.refused_confirmation:
        return Exit.CONFIRMATION
    if result.secret_missing:
        return Exit.NO_SECRET
    if result.late_step:
        return _of_step(_kind_of(result.late_step, last), result.late_step, last)
    return _of_trouble(fold, last)


def _of_trouble(fold: OutcomeFold, last: Sequence[Entry]) -> Exit:
    asked = recipients(last)
    nobody = bool(asked) and not any(row.outcome == "accepted" for row in asked)
    trouble = fold.trouble
    if trouble is None or not isinstance(trouble.event, StepFinished):
        return Exit.RECIPIENTS if nobody else _of_quit(last)
    kind, step = trouble.event.kind, trouble.event.step
    if kind == "data" and nobody:
        return Exit.RECIPIENTS
    cause = fold.trouble_cause
    closed = cause is not None and isinstance(cause.event, ConnectionClosed)
    if closed and fold.trouble_reply is None and kind not in _CLOSING_IS_THE_STEP:
        return Exit.CLOSED
    return _of_step(kind, step, last)


def _of_step(kind: str, step: str, last: Sequence[Entry]) -> Exit:
    if kind == "ehlo" and (step == "ehlo-tls" or _in_tls(step, last)):
        return Exit.EHLO_AFTER_TLS if _after_starttls(last) else Exit.EHLO
    return STEP_EXITS.get(kind, Exit.COMMAND)


def _of_quit(last: Sequence[Entry]) -> Exit:
    for entry in last:
        event = entry.event
        if isinstance(event, StepFinished) and event.kind == "quit":
            return Exit.QUIT if event.outcome in ("refused", "failed") else Exit.OK
    return Exit.OK


def _kind_of(step: str, last: Sequence[Entry]) -> str:
    for entry in last:
        event = entry.event
        if isinstance(event, StepStarted) and event.step == step:
            return event.kind
    return step


def _in_tls(step: str, last: Sequence[Entry]) -> bool:
    """Tell whether TLS stood when a step began."""
    for entry in last:
        if isinstance(entry.event, TlsEstablished):
            return True
        if isinstance(entry.event, StepStarted) and entry.event.step == step:
            return False
    return False


def _after_starttls(last: Sequence[Entry]) -> bool:
    return any(
        isinstance(entry.event, StepStarted) and entry.event.kind == "starttls" for entry in last
    )


def _is_own_fault(last: Sequence[Entry]) -> bool:
    return any(
        isinstance(entry.event, Surprise) and entry.event.rule == "internal-error" for entry in last
    )
