"""The transcript as a fold of the log: one protocol line a row, with notes between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mailoscope_core.base.texts import Texts
from mailoscope_core.record.events import (
    ConnectFailed,
    ConnectionClosed,
    ControlRefused,
    DeadlinePassed,
    Entry,
    LineSent,
    LookupFailed,
    NamesDiffer,
    RecordTrouble,
    ReplyReceived,
    StepFinished,
    StepStarted,
    Surprise,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
    TornLine,
)
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.plain import visible

Direction = Literal["sent", "received", "note", "tls", "problem"]

_PROBLEMS = (
    LookupFailed,
    NamesDiffer,
    ConnectFailed,
    TlsFailed,
    Surprise,
    DeadlinePassed,
    ControlRefused,
    RecordTrouble,
    TornLine,
)
_TLS = (TlsStarted, TlsEstablished)


@dataclass(frozen=True, slots=True)
class TranscriptRow:
    """One line for people; `seq` leads to its entry, `at` is seconds since the session began.

    `text` is plain: what went over the wire without its line ending, or a sentence. `code` is only
    set on rows that the server sent.
    """

    seq: int
    at: float
    attempt: int
    direction: Direction
    text: str
    code: int | None = None
    step: str | None = None


class TranscriptFold:
    """Turns entries into rows, one entry at a time and in constant time for each."""

    def __init__(self, texts: Texts) -> None:
        self._words = EventWords(texts)
        self._running: str | None = None
        self._said_goodbye = False

    def feed(self, entry: Entry) -> list[TranscriptRow]:
        """Return the rows of the next entry; many entries have none."""
        event = entry.event
        match event:
            case StepStarted():
                self._running = event.step
                return []
            case LineSent():
                return [_row(entry, "sent", visible(event.text), step=event.step)]
            case ReplyReceived():
                self._said_goodbye = event.code in (221, 421)
                return [
                    _row(entry, "received", text, code=event.code, step=event.step or self._running)
                    for text in reply_lines(event)
                ]
        rows = self._notes(entry)
        if isinstance(event, StepFinished):
            self._running = None
        return rows

    def _notes(self, entry: Entry) -> list[TranscriptRow]:
        note = self._words.note(entry.event)
        if not note:
            return []
        step = getattr(entry.event, "step", None) or self._running
        direction = _direction(entry)
        if isinstance(entry.event, ConnectionClosed) and self._said_goodbye:
            direction = "note"  # announced (RFC 5321 section 3.8): no problem of its own
        return [_row(entry, direction, note, step=step)]


def transcript(entries: Iterable[Entry], texts: Texts) -> tuple[TranscriptRow, ...]:
    """Return all rows of a session."""
    fold = TranscriptFold(texts)
    return tuple(row for entry in entries for row in fold.feed(entry))


def reply_lines(reply: ReplyReceived) -> tuple[str, ...]:
    """Return a reply's lines as the server sent them, codes included, decoded for people."""
    if not reply.raw:
        code = "" if reply.code is None else f"{reply.code:03d}"
        last = len(reply.lines) - 1
        return tuple(
            visible(f"{code}{' ' if number == last else '-'}{text}".strip())
            for number, text in enumerate(reply.lines)
        ) or (code,)
    lines = reply.raw.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(visible(_decoded(line.removesuffix("\r"))) for line in lines)


def _decoded(line: str) -> str:
    """Return a latin-1 line as UTF-8 where it is UTF-8; else one character a byte."""
    try:
        return line.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return line


def _direction(entry: Entry) -> Direction:
    event = entry.event
    if isinstance(event, _PROBLEMS):
        return "problem"
    if isinstance(event, ConnectionClosed) and event.by != "us":
        return "problem"
    return "tls" if isinstance(event, _TLS) else "note"


def _row(
    entry: Entry,
    direction: Direction,
    text: str,
    *,
    code: int | None = None,
    step: str | None = None,
) -> TranscriptRow:
    return TranscriptRow(entry.seq, entry.at, entry.attempt, direction, text, code, step)
