"""The header of a message taken apart as it stands, however broken it may be."""

from __future__ import annotations

import email.errors
import email.header
import email.utils
import re
from dataclasses import dataclass

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)  # RFC 5322 section 2.2


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One field: its name as written, its value unfolded, its first line (from 1), its size."""

    name: str
    value: bytes
    line: int
    size: int

    @property
    def text(self) -> str:
        """The value as a string: UTF-8 if it is that, else one character a byte."""
        try:
            return self.value.decode("utf-8")
        except UnicodeDecodeError:
            return self.value.decode("latin-1")

    @property
    def decoded(self) -> str:
        """The value for people, with its encoded words (RFC 2047) decoded where they can be."""
        try:
            parts = email.header.decode_header(self.text)
            return "".join(
                part.decode(charset or "latin-1", "replace") if isinstance(part, bytes) else part
                for part, charset in parts
            )
        except (email.errors.MessageError, LookupError, ValueError):
            return self.text


@dataclass(frozen=True, slots=True)
class Header:
    """All fields in order, and the numbers of the lines that belong to none."""

    fields: tuple[HeaderField, ...]
    malformed_lines: tuple[int, ...]
    mbox_line: bool

    def all(self, name: str) -> tuple[HeaderField, ...]:
        """Return the fields of that name, whatever the case of its letters."""
        return tuple(field for field in self.fields if field.name.lower() == name.lower())

    def text(self, name: str) -> str:
        """Return the value of the first field of that name, empty if there is none."""
        found = self.all(name)
        return found[0].text.strip() if found else ""

    def decoded(self, name: str) -> str:
        """Return the value of the first field of that name for people."""
        found = self.all(name)
        return found[0].decoded.strip() if found else ""

    def addresses(self, *names: str) -> tuple[str, ...]:
        """Return the bare addresses of all fields of these names, each once."""
        values = [field.text for name in names for field in self.all(name)]
        found = (address for _, address in email.utils.getaddresses(values))
        return tuple(dict.fromkeys(address for address in found if "@" in address))


def parse_header(block: bytes) -> Header:
    """Take a header block apart; lines may end with CRLF or LF; nothing is refused."""
    fields: list[HeaderField] = []
    malformed: list[int] = []
    mbox = block.startswith(b"From ")
    open_field = False
    for number, line in enumerate(block.split(b"\n"), 1):
        content = line.removesuffix(b"\r")
        match = _FIELD.fullmatch(content)
        if content[:1] in (b" ", b"\t") and open_field:
            last = fields[-1]
            fields[-1] = HeaderField(
                last.name, last.value + content, last.line, last.size + len(line) + 1
            )
        elif match:
            name, value = match[1].decode("ascii"), match[2]
            fields.append(HeaderField(name, value.strip(b" \t"), number, len(line) + 1))
            open_field = True
        elif content:
            open_field = False
            if not (mbox and number == 1):
                malformed.append(number)
    return Header(tuple(fields), tuple(malformed), mbox)
