"""Addresses as people type them into From, To and Cc, made ready for a header."""

from __future__ import annotations

import email.utils
from dataclasses import dataclass

from mailoscope_core.base.errors import UserError
from mailoscope_core.protocol.addresses import read_address


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, maybe empty, and an address as it stands in a header."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands behind the last @."""
        return self.address.rpartition("@")[2]


def check_header_text(field: str, value: str) -> str:
    """Return `value` if it can stand in a header field.

    Raises `UserError` header-injection for a control character or line separator, with its
    position (from 1), and draft-not-unicode for half of a surrogate pair.
    """
    for position, character in enumerate(value, 1):
        code = ord(character)
        # NEL and the Unicode separators count as line ends for Python's `email`.
        if (code < 0x20 and character != "\t") or 0x7F <= code < 0xA0 or code in (0x2028, 0x2029):
            raise UserError(
                "header-injection", field=field, position=position, character=f"U+{code:04X}"
            )
        if 0xD800 <= code < 0xE000:
            raise UserError("draft-not-unicode", field=field, position=position)
    return value


def read_mailbox(field: str, text: str) -> Mailbox:
    """Return `Name <local@domain>` or `local@domain` as an address for a header.

    A domain in another script gets its A-labels (RFC 5890) if the local part is ASCII, so that no
    SMTPUTF8 is needed; beside a non-ASCII local part it stays as typed. Raises `UserError`
    draft-address and those of `check_header_text`.
    """
    check_header_text(field, text)
    found = email.utils.getaddresses([text.strip()])
    name, bare = found[0] if len(found) == 1 else ("", "")
    address = read_address(bare)
    broken = set(address.problems) - {"local-part-not-ascii"}
    # `email` drops blanks inside an address; nobody may be written to who was not typed.
    if broken or not address.local or not address.domain or bare not in text:
        raise UserError("draft-address", field=field, address=text)
    return Mailbox(name, address.path.removeprefix("<").removesuffix(">"))
