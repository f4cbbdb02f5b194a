"""What a client has sent and nobody has looked at yet; lines are cut here, their length bounded."""

from __future__ import annotations

# RFC 4954 section 4: an AUTH line has at most 12288 octets, the longest line there is.
MAX_LINE = 12288


class Inbox:
    """Bytes in order of arrival, `size` of them; taking a line does not copy the rest."""

    def __init__(self) -> None:
        self.size = 0
        self._data = b""
        self._at = 0
        self._skipping = False

    def add(self, data: bytes) -> None:
        """Append `data`."""
        self._data = self._data[self._at :] + data if self.size else data
        self._at = 0
        self.size = len(self._data)

    def take_all(self) -> bytes:
        """Remove and return everything."""
        data = self._data[self._at :] if self._at else self._data
        self._data, self._at, self.size = b"", 0, 0
        return data

    def take_line(self) -> bytes | None:
        """Remove and return the next line without CR LF or LF; None if none is complete.

        Raises `OverlongLine` once, at its end, for a line of more than `MAX_LINE` octets.
        """
        end = self._data.find(b"\n", self._at)
        if end < 0:
            if self.size > MAX_LINE:
                self._skipping = True
                self.take_all()
            return None
        start, self._at = self._at, end + 1
        self.size -= end + 1 - start
        if self._skipping or end - start > MAX_LINE:
            self._skipping = False
            raise OverlongLine
        if end > start and self._data[end - 1] == 13:
            end -= 1
        return self._data[start:end]


class OverlongLine(Exception):
    """A line longer than any command may be."""
