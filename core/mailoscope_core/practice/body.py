"""Takes a message off the wire into a file: DATA up to its final dot, BDAT by its count."""

from __future__ import annotations

from typing import Protocol

TERMINATOR = b"\r\n.\r\n"
# What the terminator adds to the body; the CRLF before the dot ends the body's last line.
DOT_LINE = b".\r\n"


class Sink(Protocol):
    """Where the bytes go: the spool file."""

    def write(self, data: bytes) -> None:
        """Append `data`."""

    def cut(self, count: int) -> None:
        """Take the last `count` bytes back."""


class BodyReader(Protocol):
    """Takes bytes until the body is complete."""

    taken: int

    def feed(self, data: bytes) -> int:
        """Take what belongs to the body and return how many bytes of `data` that was."""

    @property
    def done(self) -> bool:
        """Whether the body is complete."""


class DotReader:
    """Reads until CRLF . CRLF (RFC 5321 section 4.1.1.4), wherever the chunks are cut.

    The bytes go to the sink as they are, dots still stuffed. The search is one `find` a chunk.
    `taken` counts the wire bytes, terminator included; `bare_lf` the line feeds without a CR.
    """

    def __init__(self, sink: Sink, *, count_bare_lf: bool = False) -> None:
        self.taken = 0
        self.bare_lf = 0
        self.done = False
        self._sink = sink
        self._count_bare_lf = count_bare_lf
        # As if the command line's CRLF came before: an empty body is ended by a lone ".CRLF".
        self._tail = b"\r\n"

    def feed(self, data: bytes) -> int:
        """Take `data` up to the terminator; returns the count taken."""
        end = self._end(data)
        piece = data if end < 0 else data[:end]
        if self._count_bare_lf:
            seam = piece[:1] == b"\n" and self._tail.endswith(b"\r")
            self.bare_lf += piece.count(b"\n") - piece.count(b"\r\n") - seam
        self._sink.write(piece)
        self.taken += len(piece)
        if end >= 0:
            self._sink.cut(len(DOT_LINE))
            self.done = True
        else:
            keep = len(TERMINATOR) - 1
            self._tail = (self._tail + piece[-keep:])[-keep:]
        return len(piece)

    def _end(self, data: bytes) -> int:
        """Return where in `data` the terminator ends, or -1."""
        seam = (self._tail + data[: len(TERMINATOR) - 1]).find(TERMINATOR)
        if seam >= 0:
            return seam + len(TERMINATOR) - len(self._tail)
        found = data.find(TERMINATOR)
        return found + len(TERMINATOR) if found >= 0 else -1


class CountReader:
    """Reads exactly `size` octets (BDAT, RFC 3030 section 2); nothing is stuffed."""

    def __init__(self, sink: Sink, size: int) -> None:
        self.taken = 0
        self._sink = sink
        self._size = size

    @property
    def done(self) -> bool:
        """Whether the chunk is complete."""
        return self.taken >= self._size

    def feed(self, data: bytes) -> int:
        """Take what is still missing; returns the count taken."""
        piece = data[: self._size - self.taken]
        self._sink.write(piece)
        self.taken += len(piece)
        return len(piece)


class Nowhere:
    """A sink for octets that must be taken off the wire and are not wanted."""

    def write(self, data: bytes) -> None:
        """Forget `data`."""

    def cut(self, count: int) -> None:
        """Nothing was kept."""
