"""The append-only log of one session, in memory and line by line in a file.

The file is JSON Lines: the header, then one entry a line. Each line is written with one unbuffered
append before anybody is told of the entry, so that a killed process loses nothing that was shown.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.record.events import (
    KNOWN,
    SCHEMA_VERSION,
    Entry,
    Header,
    RecordTrouble,
    TornLine,
    UnknownEvent,
)
from mailoscope_core.record.redactor import Redactor, without_halves

_encoder = msgspec.json.Encoder()
_entry_decoder = msgspec.json.Decoder(Entry)


class _Envelope(msgspec.Struct, frozen=True):
    """An entry whose event is of a kind that this version does not know."""

    seq: int
    at: float
    attempt: int
    event: msgspec.Raw


_envelope_decoder = msgspec.json.Decoder(_Envelope)


class SessionLog(Sequence[Entry]):
    """Entries of one session. Only the runner appends; any thread may read.

    Reading by index or slice is safe while another thread appends. A subscriber is called in the
    appending thread, after the entry is in memory and on disk; it must return at once.
    """

    def __init__(
        self,
        header: Header,
        path: Path | None = None,
        *,
        redactor: Redactor | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.header = header
        self.path = path
        self.redactor = redactor or Redactor()
        self.attempt = 1
        self._clock = clock
        self._began = clock()
        self._entries: list[Entry] = []
        self._subscribers: list[Callable[[Entry], None]] = []
        self._file: int | None = None
        if path is not None:
            self._open(path)

    def append(self, event: KNOWN) -> Entry:
        """Redact `event`, write it, keep it, tell the subscribers; return its entry."""
        clean = self.redactor.scrub(event)
        at = round(self._clock() - self._began, 6)
        entry = Entry(seq=len(self._entries), at=at, attempt=self.attempt, event=clean)
        try:
            line = encode_entry(entry)
        except UnicodeEncodeError:  # halves of characters, as in an argument that was no UTF-8
            entry = msgspec.structs.replace(entry, event=without_halves(clean))
            line = encode_entry(entry)
        trouble = self._write(line)
        self._entries.append(entry)
        for subscriber in tuple(self._subscribers):
            subscriber(entry)
        if trouble is not None:
            self.append(trouble)
        return entry

    def subscribe(self, subscriber: Callable[[Entry], None]) -> Callable[[], None]:
        """Have `subscriber` called after each append; returns the function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def close(self) -> None:
        """Force the file to the disk and close it; the entries stay readable."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            os.fsync(file)
        except OSError:
            pass  # e.g. a pipe or a full disk: what could be written has been written
        finally:
            os.close(file)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def _open(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            if isinstance(error, FileExistsError) and path.exists():
                raise UserError("session-file-exists", path=path) from error
            raise UserError("session-file-unwritable", path=path, detail=error.strerror) from error
        trouble = self._write(_encoder.encode(self.header) + b"\n")
        if trouble is not None:
            self.append(trouble)

    def _write(self, line: bytes) -> RecordTrouble | None:
        """Write one whole line; on failure give the file up and return the event that says so."""
        if self._file is None:
            return None
        try:
            written = os.write(self._file, line)
            if written == len(line):
                return None
            detail = "short write"
        except OSError as error:
            detail = error.strerror or type(error).__name__
        os.close(self._file)
        self._file = None
        return RecordTrouble(path=str(self.path), detail=detail)


@dataclass(frozen=True, slots=True)
class LoadedSession:
    """A session read back from a file: the same header and entries that were live."""

    path: Path
    header: Header
    entries: tuple[Entry, ...]


def encode_entry(entry: Entry) -> bytes:
    """Return the entry's line in the file, newline included."""
    if isinstance(entry.event, UnknownEvent):
        kept = _Envelope(entry.seq, entry.at, entry.attempt, msgspec.Raw(entry.event.raw.encode()))
        return _encoder.encode(kept) + b"\n"
    return _encoder.encode(entry) + b"\n"


def save_session(path: Path, header: Header, entries: Sequence[Entry]) -> None:
    """Write a whole session to a new file beside `path`, then put it in its place."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("wb") as file:
            file.write(_encoder.encode(header) + b"\n")
            file.writelines(encode_entry(entry) for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UserError("session-file-unwritable", path=path, detail=error.strerror) from error


def load_session(path: Path) -> LoadedSession:
    """Read a session file; a torn last line is dropped and becomes a `TornLine` entry.

    Raises `UserError`: session-file-missing, session-file-unreadable, session-file-not-one,
    session-file-newer, session-file-damaged (with the line number).
    """
    lines = _lines_of(path)
    header = _header_of(path, lines[0] if lines else b"")
    entries: list[Entry] = []
    for number, line in enumerate(lines[1:], 2):
        last = number == len(lines)
        entry = _entry_of(line)
        if entry is None and last and not line.endswith(b"\n"):
            at = entries[-1].at if entries else 0.0
            attempt = entries[-1].attempt if entries else 1
            torn = TornLine(size=len(line))
            entries.append(Entry(seq=len(entries), at=at, attempt=attempt, event=torn))
        elif entry is None:
            raise UserError("session-file-damaged", path=path, line=number)
        else:
            entries.append(entry)
    return LoadedSession(path, header, tuple(entries))


def _lines_of(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError as error:
        raise UserError("session-file-missing", path=path) from error
    except OSError as error:
        raise UserError("session-file-unreadable", path=path, detail=error.strerror) from error


def _header_of(path: Path, line: bytes) -> Header:
    try:
        fields = msgspec.json.decode(line)
        schema = fields["schema"]
        if fields.get("type") != "session" or not isinstance(schema, int):
            raise KeyError("type")
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
        raise UserError("session-file-not-one", path=path) from error
    if schema > SCHEMA_VERSION:
        raise UserError("session-file-newer", path=path, version=schema, known=SCHEMA_VERSION)
    try:
        return msgspec.json.decode(line, type=Header)
    except msgspec.ValidationError as error:
        raise UserError("session-file-damaged", path=path, line=1) from error


def _entry_of(line: bytes) -> Entry | None:
    """Return the entry of a line; one of an unknown kind is kept word for word; null if damaged."""
    try:
        return _entry_decoder.decode(line)
    except msgspec.ValidationError:
        pass
    except msgspec.DecodeError:
        return None
    try:
        kept = _envelope_decoder.decode(line)
    except msgspec.DecodeError:
        return None
    raw = bytes(kept.event).decode("utf-8", "replace")
    return Entry(seq=kept.seq, at=kept.at, attempt=kept.attempt, event=UnknownEvent(raw=raw))
