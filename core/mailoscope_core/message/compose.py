"""Composes a message that says of itself that it is a test."""

from __future__ import annotations

import datetime
import email.utils
import html
import re
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import MIMEPart
from importlib import resources
from pathlib import Path

from mailoscope_core import __version__
from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.message.header_writer import address_field, text_field
from mailoscope_core.message.mailboxes import Mailbox, check_header_text, read_mailbox
from mailoscope_core.message.mime import (
    Attachment,
    alternative_part,
    attach_file,
    mixed_parts,
    text_part,
)
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.spool import Spool

TEST_HEADER = "X-Mailoscope-Test"
_MESSAGE_ID = re.compile(r"<[^\s<>@]+@[^\s<>@]+>")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the user wrote. Addresses are `Name <a@b>` or `a@b`, one an entry.

    `date` null means now, `message_id` empty a new one. With `eight_bit` a text in other scripts
    goes out as it is (8BITMIME), otherwise encoded as ASCII.
    """

    sender: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Path, ...] = ()
    date: datetime.datetime | None = None
    message_id: str = ""
    eight_bit: bool = False


def compose(draft: Draft, spool: Spool, texts: Texts | None = None) -> PreparedMessage:
    """Write the draft as a message into the spool; `texts` gives the footer's language.

    Attachments stream from disk. Raises `UserError`: draft-no-sender, draft-address,
    draft-message-id, draft-not-unicode, header-injection (field and position),
    attachment-missing, -not-file, -unreadable, and those of `Spool.store`.
    """
    attachments = [attach_file(path) for path in draft.attachments]
    return spool.store(message_chunks(draft, attachments, texts or Texts()), "composed")


def message_chunks(
    draft: Draft, attachments: Sequence[Attachment], texts: Texts
) -> Iterator[bytes]:
    """Yield the octets of a composed message."""
    yield header_octets(draft)
    content = _content(draft, footer_text(draft, texts))
    if attachments:
        yield from mixed_parts(content, attachments)
    else:
        yield content.as_bytes()


def header_octets(draft: Draft) -> bytes:
    """Return the header up to MIME-Version; what describes the content follows.

    Date and Message-ID are chosen here if the draft has none. Only a local part in another script
    makes the header UTF-8 (RFC 6532), because it has no ASCII form; `needs_smtputf8` then says so.
    """
    if not draft.sender.strip():
        raise UserError("draft-no-sender")
    sender = read_mailbox("From", draft.sender)
    when = draft.date or datetime.datetime.now().astimezone()
    fields = [address_field("From", [sender])]
    for name, addresses in (("To", draft.to), ("Cc", draft.cc)):
        if addresses:
            fields.append(address_field(name, [read_mailbox(name, each) for each in addresses]))
    subject = check_header_text("Subject", draft.subject)
    if subject.strip():
        fields.append(text_field("Subject", subject))
    fields.append(f"Date: {email.utils.format_datetime(when)}\r\n".encode("ascii"))
    fields.append(f"Message-ID: {_message_id(draft, sender)}\r\n".encode())
    fields.append(f"{TEST_HEADER}: yes; made with Mailoscope {__version__}\r\n".encode("ascii"))
    return b"".join((*fields, b"MIME-Version: 1.0\r\n"))


def footer_text(draft: Draft, texts: Texts) -> str:
    """Return the sentence in the body that says what this message is and who sent it."""
    source = resources.files("mailoscope_resources").joinpath("text/samples.toml")
    english = tomllib.loads(source.read_text(encoding="utf-8"))["message-footer"]["text"]
    words = texts.record("message-footer", "text", english)
    address = read_mailbox("From", draft.sender).address
    return words.format(version=__version__, sender=address)


def _content(draft: Draft, footer: str) -> MIMEPart:
    text, page = _checked("text", draft.text), _checked("html", draft.html)
    signed = f"{text.rstrip()}\n\n-- \n{footer}\n" if text.strip() else f"-- \n{footer}\n"
    parts = []
    if text.strip() or not page.strip():
        parts.append(text_part(signed, "plain", eight_bit=draft.eight_bit))
    if page.strip():
        parts.append(text_part(_with_footer(page, footer), "html", eight_bit=draft.eight_bit))
    return parts[0] if len(parts) == 1 else alternative_part(parts)


def _with_footer(page: str, footer: str) -> str:
    note = f"<hr>\n<p>{html.escape(footer)}</p>\n"
    end = page.lower().rfind("</body>")
    return f"{page[:end]}{note}{page[end:]}" if end >= 0 else f"{page.rstrip()}\n{note}"


def _checked(field: str, text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        position = error.start + 1
        raise UserError("draft-not-unicode", field=field, position=position) from error
    return text


def _message_id(draft: Draft, sender: Mailbox) -> str:
    """RFC 5322 section 3.6.4; the domain is the sender's, so that no look-up is needed."""
    if draft.message_id:
        if not _MESSAGE_ID.fullmatch(check_header_text("Message-ID", draft.message_id)):
            raise UserError("draft-message-id", value=draft.message_id)
        return draft.message_id
    domain = sender.domain if sender.domain.isascii() else "mailoscope.invalid"
    return f"<{uuid.uuid4()}@{domain.strip('[]')}>"
