"""Message content on its way out: dot-stuffing, line endings and BDAT chunks as streams.

Every stream gives the same bytes for any cutting of its input into chunks.
"""

from __future__ import annotations

import re

_LINE_DOT = b"\r\n."
_STUFFED = b"\r\n.."
# A line break that is not CRLF: LF without CR before it, CR without LF behind it.
_WRONG_BREAK = re.compile(rb"(?<!\r)\n|\r(?!\n)")


class DotStuffer:
    """Doubles the dot that begins a line and ends the message (RFC 5321 section 4.5.2).

    Only CRLF begins a line: other line breaks pass as they are, as only CRLF makes a server see
    one. The input is not changed otherwise.
    """

    def __init__(self) -> None:
        self._tail = b"\r\n"  # the last two bytes sent; the message begins a line

    def feed(self, chunk: bytes) -> bytes:
        """Return the bytes to write for `chunk`."""
        if not chunk:
            return b""
        tail = self._tail
        self._tail = (tail + chunk[-2:])[-2:]
        if b"." not in chunk:
            return chunk
        out = chunk.replace(_LINE_DOT, _STUFFED)
        # A line's beginning that the chunk's edge cuts in two.
        if tail == b"\r\n" and chunk.startswith(b"."):
            return b"." + out
        if tail.endswith(b"\r") and chunk.startswith(b"\n."):
            return b"\n.." + out[2:]
        return out

    def finish(self) -> bytes:
        """Return the end: CRLF if the last line has none, then the dot (section 4.1.1.4)."""
        end = b".\r\n" if self._tail == b"\r\n" else b"\r\n.\r\n"
        self._tail = b"\r\n"
        return end


def unstuff(data: bytes) -> bytes:
    """Return what a server makes of stuffed content, without its end (RFC 5321 section 4.5.2)."""
    body = data.removesuffix(b".\r\n")
    if body.startswith(b"."):
        body = body[1:]
    return body.replace(_LINE_DOT, b"\r\n")


class CrlfNormaliser:
    """Makes every line break CRLF; `lines_changed` counts those that were something else.

    CR CR LF is one bare CR and one CRLF, so nothing is lost in counting.
    """

    def __init__(self) -> None:
        self.lines_changed = 0
        self._held_cr = False

    def feed(self, chunk: bytes) -> bytes:
        """Return the normalised bytes of `chunk`; a CR at its end is held until the next."""
        if not chunk:
            return b""
        if self._held_cr:
            chunk = b"\r" + chunk
        self._held_cr = chunk.endswith(b"\r")
        if self._held_cr:
            chunk = chunk[:-1]
        return self._normalised(chunk)

    def finish(self) -> bytes:
        """Return what was held."""
        if not self._held_cr:
            return b""
        self._held_cr = False
        return self._normalised(b"\r")

    def _normalised(self, chunk: bytes) -> bytes:
        pairs = chunk.count(b"\r\n")
        if pairs == chunk.count(b"\n") and pairs == chunk.count(b"\r"):
            return chunk
        out, changed = _WRONG_BREAK.subn(b"\r\n", chunk)
        self.lines_changed += changed
        return out


def bdat_header(size: int, *, last: bool) -> bytes:
    """Return the line that announces a chunk of `size` octets, without CRLF (RFC 3030)."""
    return b"BDAT %d LAST" % size if last else b"BDAT %d" % size
