"""Where the time went, step by step, as a fold of the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailoscope_core.record.events import (
    BodySent,
    Connected,
    ConnectFailed,
    Entry,
    LookupFailed,
    NamesFound,
    Paused,
    ReplyReceived,
    Resumed,
    StepFinished,
    StepStarted,
    TlsEstablished,
    TlsFailed,
)


@dataclass(frozen=True, slots=True)
class TimingRow:
    """One step's time in milliseconds; `server` is how long its replies took, `user` how long the
    session waited for an answer of the user inside the step, `other` the rest of `total`."""

    attempt: int
    step: str
    kind: str
    lookup: float
    connect: float
    tls: float
    server: float
    transfer: float
    user: float
    other: float
    total: float


@dataclass(slots=True)
class _Clock:
    """The step under way."""

    entry: Entry
    step: str
    kind: str
    lookup: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    server: float = 0.0
    transfer: float = 0.0
    user: float = 0.0
    paused_at: float | None = None


def timing(entries: Iterable[Entry]) -> tuple[TimingRow, ...]:
    """Return one row for each step that has ended, in the order in which they ran."""
    rows: list[TimingRow] = []
    clock: _Clock | None = None
    for entry in entries:
        event = entry.event
        if isinstance(event, StepStarted):
            clock = _Clock(entry, event.step, event.kind)
        elif clock is None:
            continue
        elif isinstance(event, StepFinished):
            rows.append(_row(clock, entry))
            clock = None
        else:
            _add(clock, entry)
    return tuple(rows)


def _add(clock: _Clock, entry: Entry) -> None:
    event = entry.event
    match event:
        case NamesFound() | LookupFailed():
            clock.lookup += 0.0 if event.source == "dns" else event.ms
        case Connected() | ConnectFailed():
            clock.connect += event.ms
        case TlsEstablished() | TlsFailed():
            clock.tls += event.ms
        case ReplyReceived(unsolicited=False):
            clock.server += event.ms
        case BodySent():
            clock.transfer += event.ms
        case Paused() if event.why != "deadline":
            clock.paused_at = entry.at
        case Resumed() if clock.paused_at is not None:
            clock.user += (entry.at - clock.paused_at) * 1000
            clock.paused_at = None


def _row(clock: _Clock, end: Entry) -> TimingRow:
    total = (end.at - clock.entry.at) * 1000
    known = clock.lookup + clock.connect + clock.tls + clock.server + clock.transfer + clock.user
    return TimingRow(
        clock.entry.attempt,
        clock.step,
        clock.kind,
        lookup=round(clock.lookup, 3),
        connect=round(clock.connect, 3),
        tls=round(clock.tls, 3),
        server=round(clock.server, 3),
        transfer=round(clock.transfer, 3),
        user=round(clock.user, 3),
        other=round(max(0.0, total - known), 3),
        total=round(total, 3),
    )
