"""A server's reply as it came: any code, any bytes, its defects, and what can be read from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

KEPT_BYTES = 64 * 1024
"""How much of a reply is kept; the rest is counted only."""

# RFC 3463 section 2: class "." subject "." detail, each of one to three digits; RFC 2034 section 4
# puts it first in the text, with a blank after it.
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?=[ \t]|$)", re.ASCII)

# Characters that would change what stands around them: C0 and C1 controls (tab is harmless),
# bidirectional controls, invisible ones, and separators that break a line.
_UNSEEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True)
class EnhancedCode:
    """An enhanced status code (RFC 3463); `str()` gives it back as `5.7.1`."""

    klass: int
    subject: int
    detail: int

    def __str__(self) -> str:
        return f"{self.klass}.{self.subject}.{self.detail}"

    @classmethod
    def parse(cls, text: str) -> EnhancedCode | None:
        """Return the code at the very start of `text`, or null; only classes 2, 4 and 5 exist."""
        found = _ENHANCED.match(text)
        return cls(*(int(part) for part in found.groups())) if found else None


# Structs and not dataclasses: they are made ten times as fast, and parsing is made of them.
class ReplyLine(msgspec.Struct, frozen=True):
    """One line: `raw` with its ending, `text` what follows code and separator, without the ending.

    `code` is null when the line does not begin with three digits. `separator` is the byte after
    them: "-" says that more follows, " " that this is the last line (RFC 5321 section 4.2.1), a tab
    is taken for a blank, and "" is there when the code stands alone or runs into the text.
    """

    raw: bytes
    code: int | None
    separator: str
    text: bytes


class Reply(msgspec.Struct, frozen=True):
    """A complete reply. `raw` has its first 64 KiB, `size` counts the bytes received in total.

    `lines` has the lines that `raw` covers and always the last one. `defects` are rule ids in the
    order in which they were met; see `protocol.parser` for what each means.
    """

    lines: tuple[ReplyLine, ...]
    raw: bytes
    size: int
    defects: tuple[str, ...] = ()

    @property
    def code(self) -> int | None:
        """The last line's code (the last one that has any); null when no line had three digits.

        RFC 5321 section 4.2.1 wants the same code on every line. Where they differ, servers in the
        field mean the last one, which is also the one that most clients act upon.
        """
        for line in reversed(self.lines):
            if line.code is not None:
                return line.code
        return None

    @property
    def klass(self) -> int | None:
        """The code's first digit."""
        code = self.code
        return None if code is None else code // 100

    @property
    def enhanced(self) -> EnhancedCode | None:
        """The enhanced code of the first line that begins with one (RFC 2034 section 4).

        It is given even when its class is not that of the code; the defect
        `enhanced-class-differs` tells of that.
        """
        for line in self.lines:
            found = EnhancedCode.parse(line.text[:16].decode("latin-1")) if line.text else None
            if found is not None:
                return found
        return None

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines' texts for people: UTF-8, else latin-1; control characters made visible."""
        return tuple(readable(line.text) for line in self.lines)

    @property
    def is_positive(self) -> bool:
        """True for 2xx: done."""
        return self.klass == 2

    @property
    def is_intermediate(self) -> bool:
        """True for 3xx: go on."""
        return self.klass == 3

    @property
    def is_transient(self) -> bool:
        """True for 4xx: no, but try again later."""
        return self.klass == 4

    @property
    def is_permanent(self) -> bool:
        """True for 5xx: no, and the same again will not help."""
        return self.klass == 5


def readable(text: bytes) -> str:
    """Return server text as a string that shows everything: nothing in it acts on a terminal."""
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
    return _UNSEEN.sub(_escape, decoded)


def _escape(found: re.Match[str]) -> str:
    number = ord(found.group())
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
