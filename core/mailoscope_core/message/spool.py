"""Takes a message in as a stream: normalised, measured, hashed and written in one pass."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mailoscope_core.base.errors import UserError
from mailoscope_core.message.header_fields import parse_header
from mailoscope_core.message.inspection import Inspector, LineEndingCounter
from mailoscope_core.message.lint import lint_message
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.protocol.content import CrlfNormaliser

CHUNK = 256 * 1024
STALE_S = 7 * 24 * 3600.0
_PREFIX = "run-"


class Spool:
    """Keeps prepared messages in files only this user can read, and deletes them at `close`.

    Each spool has a folder of its own in `directory`, made with the first message. What a killed
    process left behind goes when it is a week old; `clock` gives seconds since the epoch.
    """

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.directory = directory
        self._clock = clock
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def store(
        self, chunks: Iterable[bytes], source: str, *, as_is: bool = False, warning: str = ""
    ) -> PreparedMessage:
        """Write a message of `source` (composed, eml, sample:<id>) and return what it is like.

        Line endings become CRLF unless `as_is`. Raises `UserError` spool-unwritable; whatever
        `chunks` raises comes through. No half-written file stays.
        """
        path = self._new_file()
        try:
            return _store(path, chunks, source, as_is=as_is, warning=warning)
        except OSError as error:
            path.unlink(missing_ok=True)
            detail = error.strerror or type(error).__name__
            raise UserError("spool-unwritable", path=self.directory, detail=detail) from error
        except BaseException:  # also an interrupt: half a message must not stay
            path.unlink(missing_ok=True)
            raise

    def drop(self, message: PreparedMessage) -> None:
        """Delete the file of a message that is no longer wanted."""
        message.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Delete all messages of this spool; another `store` may follow."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _new_file(self) -> Path:
        try:
            if self._folder is None or not self._folder.is_dir():
                self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._drop_stale()
                self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self.directory))
            handle, name = tempfile.mkstemp(prefix="message-", suffix=".eml", dir=self._folder)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("spool-unwritable", path=self.directory, detail=detail) from error
        os.close(handle)
        return Path(name)

    def _drop_stale(self) -> None:
        for folder in self.directory.glob(f"{_PREFIX}*"):
            if folder.is_dir() and folder.stat().st_mtime < self._clock() - STALE_S:
                shutil.rmtree(folder, ignore_errors=True)


def _store(
    path: Path, chunks: Iterable[bytes], source: str, *, as_is: bool, warning: str
) -> PreparedMessage:
    endings, normaliser = LineEndingCounter(), CrlfNormaliser()
    inspector = Inspector(crlf_only=not as_is)
    with path.open("wb", buffering=0) as file:
        for chunk in in_pieces(chunks):
            if as_is:
                endings.feed(chunk)
            ready = chunk if as_is else normaliser.feed(chunk)
            inspector.feed(ready)
            _write_all(file.write, ready)
        if not as_is:
            ready = normaliser.finish()
            inspector.feed(ready)
            _write_all(file.write, ready)
    facts, counted = inspector.finish(), endings.result()
    header = parse_header(facts.header)
    senders = header.addresses("From")
    lines_changed = 0 if as_is else normaliser.lines_changed
    return PreparedMessage(
        path=path,
        size=facts.size,
        sha256=facts.sha256,
        source=source,
        lines_changed=lines_changed,
        bare_lf=counted.bare_lf,
        bare_cr=counted.bare_cr,
        as_is=as_is,
        needs_8bit=facts.body_eight_bit or not facts.header.isascii(),
        needs_smtputf8=_is_utf8_beyond_ascii(facts.header),
        longest_line=facts.longest_line,
        nul_bytes=facts.nul_bytes,
        message_id=header.text("Message-ID"),
        subject=header.decoded("Subject"),
        sender=senders[0] if senders else "",
        recipients=header.addresses("To", "Cc"),
        findings=lint_message(facts, header, counted, as_is=as_is, lines_changed=lines_changed),
        warning=warning,
    )


def in_pieces(chunks: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """Gather small chunks into pieces of about `size` octets, so that each costs little."""
    waiting: list[bytes] = []
    length = 0
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length >= size:
            yield b"".join(waiting) if len(waiting) > 1 else chunk
            waiting, length = [], 0
    if waiting:
        yield b"".join(waiting)


def _write_all(write: Callable[[memoryview], int | None], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[write(view) or 0 :]


def _is_utf8_beyond_ascii(header: bytes) -> bool:
    if header.isascii():
        return False
    try:
        header.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
