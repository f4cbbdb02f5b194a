"""Counts and measures a message while it flows past, in constant memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

# A header of a real message has a few KiB; what comes after this much is not looked at.
HEADER_OCTETS = 1 << 20


@dataclass(frozen=True, slots=True)
class LineEndings:
    """How many line endings are not CRLF (RFC 5321 section 2.3.8)."""

    bare_lf: int
    bare_cr: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a message's octets are like; lines count from 1, lengths leave the CRLF out.

    `header` is the header block without the empty line after it, at most 1 MiB of it.
    """

    size: int
    sha256: str
    header: bytes
    header_ended: bool
    body_size: int
    body_eight_bit: bool
    longest_line: int
    longest_line_number: int
    nul_bytes: int
    ends_with_newline: bool


class LineEndingCounter:
    """Counts bare LF and bare CR across chunks."""

    def __init__(self) -> None:
        self._lf = self._cr = self._crlf = 0
        self._after_cr = False

    def feed(self, chunk: bytes) -> None:
        """Look at the next chunk."""
        if not chunk:
            return
        self._lf += chunk.count(b"\n")
        self._cr += chunk.count(b"\r")
        self._crlf += chunk.count(b"\r\n") + (self._after_cr and chunk[0] == 0x0A)
        self._after_cr = chunk[-1] == 0x0D

    def result(self) -> LineEndings:
        """Return the counts so far."""
        return LineEndings(self._lf - self._crlf, self._cr - self._crlf)


class Inspector:
    """Takes a message in chunks of any size and tells what it is like.

    `crlf_only` promises that every line ends with CRLF, which makes the look faster.
    """

    def __init__(self, *, crlf_only: bool = False) -> None:
        self._hash = hashlib.sha256()
        self._size = self._nul = self._body_size = 0
        self._header = bytearray()
        self._in_header = True
        self._header_ended = False
        self._body_eight_bit = False
        self._lines = _LineLengths(line_end=2 if crlf_only else 1)
        self._last = b""

    def feed(self, chunk: bytes) -> None:
        """Look at the next chunk."""
        if not chunk:
            return
        self._hash.update(chunk)
        self._size += len(chunk)
        if b"\0" in chunk:  # much quicker than counting what is hardly ever there
            self._nul += chunk.count(0)
        self._lines.feed(chunk)
        self._last = chunk[-1:]
        if self._in_header:
            self._take_header(chunk)
        else:
            self._take_body(chunk)

    def finish(self) -> Inspection:
        """Return the result; feed nothing afterwards."""
        if self._in_header:
            self._split_header(final=True)
        self._lines.finish()
        return Inspection(
            size=self._size,
            sha256=self._hash.hexdigest(),
            header=bytes(self._header),
            header_ended=self._header_ended,
            body_size=self._body_size,
            body_eight_bit=self._body_eight_bit,
            longest_line=self._lines.longest,
            longest_line_number=self._lines.longest_number,
            nul_bytes=self._nul,
            ends_with_newline=self._last == b"\n",
        )

    def _take_header(self, chunk: bytes) -> None:
        # The empty line may lie across two chunks.
        known = max(len(self._header) - 3, 0)
        self._header += chunk
        self._split_header(start=known)

    def _split_header(self, *, start: int = 0, final: bool = False) -> None:
        end = _end_of_header(self._header, start)
        if end is None:
            if len(self._header) <= HEADER_OCTETS and not final:
                return
            self._in_header = False
            if len(self._header) > HEADER_OCTETS:
                self._take_body(bytes(self._header[HEADER_OCTETS:]))
                del self._header[HEADER_OCTETS:]
            return
        length, body = end
        self._in_header = False
        self._header_ended = True
        rest = bytes(self._header[body:])
        del self._header[length:]
        self._take_body(rest)

    def _take_body(self, chunk: bytes) -> None:
        self._body_size += len(chunk)
        if not self._body_eight_bit and not chunk.isascii():
            self._body_eight_bit = True


def _end_of_header(data: bytearray, start: int) -> tuple[int, int] | None:
    """Return (length of the header, start of the body) once the empty line is there."""
    if data.startswith(b"\r\n"):
        return 0, 2
    if data.startswith(b"\n"):
        return 0, 1
    found = []
    for mark in (b"\n\r\n", b"\n\n"):
        at = data.find(mark, start)
        if at >= 0:
            found.append((at + 1, at + len(mark)))
    return min(found) if found else None


class _LineLengths:
    """Finds the longest line; a line may be as long as the whole message.

    `line_end` is the least number of octets that every line end has.
    """

    def __init__(self, line_end: int) -> None:
        self._cr = line_end - 1
        self.longest = 0
        self.longest_number = 0
        self._number = 1
        self._carried = 0
        self._carried_cr = False

    def feed(self, chunk: bytes) -> None:
        lines = chunk.split(b"\n")
        if len(lines) == 1:
            self._carried += len(chunk)
            self._carried_cr = chunk.endswith(b"\r")
            return
        first, last = lines[0], lines[-1]
        cr = first.endswith(b"\r") if first else self._carried_cr
        self._note(self._carried + len(first) - cr, self._number)
        middle = lines[1:-1]
        # Nearly always nothing here is new; only then is it worth a closer look.
        if middle and max(map(len, middle)) - self._cr > self.longest:
            for offset, line in enumerate(middle, 1):
                self._note(len(line) - line.endswith(b"\r"), self._number + offset)
        self._number += len(lines) - 1
        self._carried, self._carried_cr = len(last), last.endswith(b"\r")

    def finish(self) -> None:
        self._note(self._carried, self._number)

    def _note(self, length: int, number: int) -> None:
        if length > self.longest:
            self.longest, self.longest_number = length, number
