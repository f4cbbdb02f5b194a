"""Past sessions: one file each, listed without reading them whole, searched, deleted with undo."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.record.events import SCHEMA_VERSION, Entry, Header, SessionFinished
from mailoscope_core.storage.atomic import private_directory
from mailoscope_core.storage.trash import Deleted, Trash

SUFFIX = ".mailoscope.jsonl"
HITS_PER_SESSION = 20
_HEADER_BYTES = 1 << 20
_TAIL_BYTES = 64 * 1024
_EXCERPT = 120

_header_decoder = msgspec.json.Decoder(Header)
_entry_decoder = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A session as the list shows it.

    `outcome` is done, refused, failed or cancelled, and empty when the file does not say (the
    session is under way or was killed). `problem` tells why a file cannot be opened.
    """

    path: Path
    size: int
    title: str = ""
    host: str = ""
    started: str = ""
    session: str = ""
    parent: str | None = None
    outcome: str = ""
    last_step: str = ""
    duration_s: float = 0.0
    problem: UserError | None = None


@dataclass(frozen=True, slots=True)
class HistoryHit:
    """One place where a search text occurs; `line` counts from 1, the header included."""

    item: HistoryItem
    line: int
    excerpt: str


class SessionHistory:
    """The session files of one directory, which is made when the first one is started."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.trash = Trash(directory / "trash")

    def new_path(self, started: datetime.datetime, host: str) -> Path:
        """Return where a session that begins at `started` goes: date, host, and a short id.

        The directory is made for this user alone. Raises `UserError` directory-unusable.
        """
        try:
            private_directory(self.directory)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("directory-unusable", path=self.directory, detail=detail) from error
        safe = re.sub(r"[^a-z0-9]+", "-", host.casefold()).strip("-")[:60].strip("-") or "host"
        return self.directory / (f"{started:%Y%m%d-%H%M%S}-{safe}-{secrets.token_hex(3)}{SUFFIX}")

    def list(self) -> tuple[HistoryItem, ...]:
        """Return all sessions, newest first; reads the first and the last lines only."""
        items = [read_item(path) for path in self._paths()]
        return tuple(sorted(items, key=lambda item: item.path.name, reverse=True))

    def search(self, text: str) -> Iterator[HistoryHit]:
        """Yield where `text` occurs in what sessions say, without regard to case, newest first.

        Reads line by line, so that the caller can stop; at most twenty hits a session.
        """
        needle = text.casefold().strip()
        if not needle:
            return
        for item in self.list():
            for number, value in itertools.islice(_values(item.path, needle), HITS_PER_SESSION):
                yield HistoryHit(item, number, _excerpt(value, needle))

    def delete(self, path: Path) -> Deleted:
        """Move a session to the trash. Raises `UserError` session-file-missing, delete-failed."""
        if path.parent != self.directory or path not in self._paths():
            raise UserError("session-file-missing", path=path)
        return self.trash.take(path)

    def undo_delete(self, deleted: Deleted) -> HistoryItem:
        """Bring a session back. Raises `UserError` undo-taken or undo-failed."""
        return read_item(self.trash.restore(deleted))

    def _paths(self) -> tuple[Path, ...]:
        return tuple(path for path in self.directory.glob(f"*{SUFFIX}") if path.is_file())


def read_item(path: Path) -> HistoryItem:
    """Return what the first and the last lines of a session file say."""
    try:
        with path.open("rb") as file:
            first = file.readline(_HEADER_BYTES)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(len(first), size - _TAIL_BYTES))
            tail = file.read()
    except OSError as error:
        detail = error.strerror or type(error).__name__
        problem = UserError("session-file-unreadable", path=path, detail=detail)
        return HistoryItem(path, 0, problem=problem)
    header = _header(path, first)
    if isinstance(header, UserError):
        return HistoryItem(path, size, problem=header)
    last, finished = _last_entries(tail)
    return HistoryItem(
        path,
        size,
        title=header.title,
        host=header.settings.get("host", ""),
        started=header.started,
        session=header.session,
        parent=header.parent,
        outcome=finished.outcome if finished else "",
        last_step=(finished.step or "") if finished else "",
        duration_s=last.at if last else 0.0,
    )


def _header(path: Path, line: bytes) -> Header | UserError:
    try:
        fields = msgspec.json.decode(line)
        schema = fields["schema"] if fields["type"] == "session" else None
        if isinstance(schema, int) and schema > SCHEMA_VERSION:
            return UserError("session-file-newer", path=path, version=schema, known=SCHEMA_VERSION)
        return _header_decoder.decode(line)
    except (msgspec.DecodeError, KeyError, TypeError):
        return UserError("session-file-not-one", path=path)


def _last_entries(tail: bytes) -> tuple[Entry | None, SessionFinished | None]:
    """Return the last whole entry, and the end of the session if it is near the file's end."""
    last = None
    for line in reversed(tail.splitlines()):
        with contextlib.suppress(msgspec.DecodeError):
            entry = _entry_decoder.decode(line)
            last = last or entry
            if isinstance(entry.event, SessionFinished):
                return last, entry.event
    return last, None


def _values(path: Path, needle: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the first text in it that holds `needle`; names of fields do not count."""
    inside = json.dumps(needle, ensure_ascii=False)[1:-1].casefold()
    try:
        with path.open("r", encoding="utf-8", errors="replace", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if inside not in line.casefold():
                    continue
                try:
                    value = next(_holding(json.loads(line), needle), None)
                except (ValueError, RecursionError):
                    continue  # torn or damaged: opening the session will say so
                if value is not None:
                    yield number, value
    except OSError:
        return  # gone in the meantime; the list tells of files that cannot be read


def _holding(value: Any, needle: str) -> Iterator[str]:
    if isinstance(value, str):
        if needle in value.casefold():
            yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in ("type", "schema"):
                yield from _holding(each, needle)
    elif isinstance(value, list):
        for each in value:
            yield from _holding(each, needle)
    elif isinstance(value, (int, float)) and needle == str(value):
        yield str(value)


def _excerpt(value: str, needle: str) -> str:
    """Return the surroundings of the needle on one line."""
    at = max(value.casefold().find(needle) - _EXCERPT // 3, 0)
    return " ".join(value[at : at + _EXCERPT].split())
