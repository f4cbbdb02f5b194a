"""Writes header fields: folded, with encoded words (RFC 2047) that come back as they went in."""

from __future__ import annotations

import email.utils
from collections.abc import Sequence
from email.header import Header

from mailoscope_core.message.mailboxes import Mailbox

# RFC 5322 section 2.1.1 recommends 78; RFC 2047 section 2 wants 76 where there are encoded words.
_LINE = 76
# A quoted name longer than this could not be folded.
_PLAIN_NAME = 60


def text_field(name: str, value: str) -> bytes:
    """Return an unstructured field such as Subject; it is ASCII, whatever the value.

    `email.message.EmailMessage` would lose blanks between the encoded words of a long Hindi
    subject; `email.header.Header` does not.
    """
    value = value.strip()
    plain = value.isascii() and "=?" not in value and "\t" not in value and "  " not in value
    if plain and max(map(len, value.split(" "))) <= _LINE - len(name) - 2:
        charset = "us-ascii"
    else:
        charset = "utf-8"
    header = Header(value, charset, maxlinelen=_LINE, header_name=name)
    folded = header.encode(linesep="\r\n")
    return f"{name}: {folded}\r\n".encode("ascii")


def address_field(name: str, mailboxes: Sequence[Mailbox]) -> bytes:
    """Return From, To or Cc, one address a line; UTF-8 only where a local part needs it."""
    separator = ",\r\n "
    return f"{name}: {separator.join(map(_mailbox, mailboxes))}\r\n".encode()


def _mailbox(mailbox: Mailbox) -> str:
    name = mailbox.name.strip()
    if not name:
        return mailbox.address
    if name.isascii() and len(name) <= _PLAIN_NAME and "=?" not in name:
        return email.utils.formataddr((name, "")).removesuffix("<>") + f"<{mailbox.address}>"
    words = Header(name, "utf-8", maxlinelen=_LINE - 8).encode(linesep="\r\n")
    return f"{words}\r\n <{mailbox.address}>"
