"""Keeps accepted messages: bodies in files as they came, hashed only when somebody asks."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

READ_SIZE = 256 * 1024


@dataclass(frozen=True)
class LabMessage:
    """A message the server took responsibility for.

    Its bytes, without the final dot line, are `wire_size` octets from `offset` on in the file
    `path`; `stuffed` tells whether dots in them are doubled. The file is gone when the server has
    stopped.
    """

    queue_id: str
    connection: int
    sender: str
    recipients: tuple[str, ...]
    user: str
    tls: bool
    path: Path
    offset: int
    wire_size: int
    stuffed: bool

    def chunks(self) -> Iterator[bytes]:
        """Yield the message as it was meant, dots unstuffed (RFC 5321 section 4.5.2)."""
        return unstuff(self._wire_chunks()) if self.stuffed else self._wire_chunks()

    def content(self) -> bytes:
        """Return the whole message; for small ones."""
        return b"".join(self.chunks())

    def _wire_chunks(self) -> Iterator[bytes]:
        missing = self.wire_size
        with self.path.open("rb") as file:
            file.seek(self.offset)
            while chunk := file.read(min(READ_SIZE, missing)):
                missing -= len(chunk)
                yield chunk

    @property
    def size(self) -> int:
        """Octets of the message, unstuffed."""
        return self._measured[0]

    @property
    def sha256(self) -> str:
        """SHA-256 of the message, unstuffed, in hex."""
        return self._measured[1]

    @cached_property
    def _measured(self) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        for chunk in self.chunks():
            digest.update(chunk)
            size += len(chunk)
        return size, digest.hexdigest()


def unstuff(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Take the leading dot off every line that has one, wherever the (non-empty) chunks are cut."""
    # As if a line had ended just before the first byte; that line end is not passed on.
    carry, borrowed = b"\r\n", 2
    for chunk in chunks:
        text = carry + chunk
        # A line end at the end waits: its dot may come with the next chunk.
        keep = 2 if text.endswith(b"\r\n") else 1 if text.endswith(b"\r") else 0
        carry = text[len(text) - keep :]
        yield text[: len(text) - keep].replace(b"\r\n.", b"\r\n")[borrowed:]
        borrowed = 0
    yield carry[borrowed:]


class SpoolFile:
    """A file that takes one message after the other, so that a message costs no new file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = 0
        # Unbuffered: the chunks are large already.
        self.file = path.open("wb", buffering=0)


class Spool:
    """One message on its way into a file; grows to `limit` octets, beyond them it only counts."""

    def __init__(self, target: SpoolFile, limit: int) -> None:
        self.target = target
        self.offset = target.end
        self.size = 0
        self._limit = limit
        target.file.seek(self.offset)

    @property
    def too_big(self) -> bool:
        """Whether more than `limit` octets came."""
        return self.size > self._limit

    def write(self, data: bytes) -> None:
        """Append `data`."""
        self.size += len(data)
        # The dot line may still be taken back, so it may pass the limit.
        if self.size <= self._limit + 3:
            rest = memoryview(data)
            while rest:
                rest = rest[self.target.file.write(rest) :]

    def cut(self, count: int) -> None:
        """Take the last `count` octets back; the next message overwrites them."""
        self.size -= count

    def keep(self) -> None:
        """Let the message stand."""
        self.target.end = self.offset + self.size

    def drop(self) -> None:
        """Give the room back."""
        self.target.file.truncate(self.offset)


class MailStore:
    """The messages of one server: written by its thread, read by any."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._messages: list[LabMessage] = []
        self._files = 0
        # As many files as there were ever bodies under way at the same time.
        self._free: list[SpoolFile] = []

    @property
    def messages(self) -> tuple[LabMessage, ...]:
        """What was accepted so far, oldest first."""
        with self._lock:
            return tuple(self._messages)

    def spool(self, limit: int) -> Spool:
        """Begin a new message; it ends with `add` or `discard`."""
        if not self._free:
            self._files += 1
            self._free.append(SpoolFile(self._directory / f"{self._files:03d}.spool"))
        return Spool(self._free.pop(), limit)

    def next_id(self) -> str:
        """Return the queue id under which the next message will be accepted."""
        return f"LAB{len(self._messages) + 1:06d}"

    def add(self, spool: Spool, message: LabMessage) -> None:
        """Take an accepted message in."""
        spool.keep()
        self._free.append(spool.target)
        with self._lock:
            self._messages.append(message)

    def discard(self, spool: Spool) -> None:
        """Forget a message that was not accepted."""
        spool.drop()
        self._free.append(spool.target)

    def close(self) -> None:
        """Close the files; no body is under way any more."""
        for each in self._free:
            each.file.close()
