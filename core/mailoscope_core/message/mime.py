"""Parts of a message as streams of octets: attachments are encoded while they are read."""

from __future__ import annotations

import binascii
import email.policy
import io
import mimetypes
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import MIMEPart
from pathlib import Path
from typing import BinaryIO

from mailoscope_core.base.errors import UserError
from mailoscope_core.message.lint import MAX_LINE
from mailoscope_core.message.mailboxes import check_header_text

# 57 octets become one line of 76 characters (RFC 2045 section 6.8).
_LINE_OCTETS = 57
_LINE = 76
_PIECE = _LINE_OCTETS * 4096


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to attach: its name for the recipient and how to open it."""

    name: str
    open: Callable[[], BinaryIO]


def attach_file(path: Path) -> Attachment:
    """Return a file on disk as an attachment; it is read when the message is written.

    Raises `UserError` attachment-missing, attachment-not-file, attachment-unreadable.
    """
    check_header_text("filename", path.name)
    check_readable(path, "attachment")
    return Attachment(path.name, lambda: path.open("rb"))


def attach_bytes(name: str, content: bytes) -> Attachment:
    """Return octets in memory as an attachment."""
    return Attachment(name, lambda: io.BytesIO(content))


def check_readable(path: Path, what: str) -> int:
    """Return a regular file's size. Raises `UserError` <what>-missing, -not-file, -unreadable."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{what}-not-file", path=path)
        with path.open("rb"):
            return path.stat().st_size
    except FileNotFoundError as error:
        raise UserError(f"{what}-missing", path=path) from error
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise UserError(f"{what}-unreadable", path=path, detail=detail) from error


def read_pieces(source: BinaryIO, what: str, name: object, size: int) -> Iterator[bytes]:
    """Yield pieces of exactly `size` octets, the last one shorter.

    Raises `UserError` <what>-unreadable when reading fails half-way.
    """
    while True:
        try:
            piece = source.read(size)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError(f"{what}-unreadable", path=name, detail=detail) from error
        if not piece:
            return
        yield piece


def text_part(text: str, subtype: str, *, eight_bit: bool) -> MIMEPart:
    """Return a text as a part: as it is if its lines may stand so, otherwise encoded as ASCII."""
    octets = text.encode("utf-8")
    fits = max(map(len, octets.splitlines()), default=0) <= MAX_LINE and b"\0" not in octets
    beyond_ascii = len(octets) - sum(map(str.isascii, text))
    if fits and not beyond_ascii:
        encoding = "7bit"
    elif fits and eight_bit:
        encoding = "8bit"
    else:
        # Whichever is shorter, roughly: =XX costs three for one, base64 four for three.
        encoding = "base64" if beyond_ascii * 6 > len(octets) else "quoted-printable"
    part = MIMEPart(policy=email.policy.SMTP)
    part.set_content(text, subtype=subtype, charset="utf-8", cte=encoding)
    return part


def alternative_part(parts: Iterable[MIMEPart]) -> MIMEPart:
    """Return multipart/alternative, the plainest of `parts` first (RFC 2046 section 5.1.4)."""
    whole = MIMEPart(policy=email.policy.SMTP)
    whole.make_alternative()
    for part in parts:
        whole.attach(part)
    return whole


def mixed_parts(content: MIMEPart, attachments: Iterable[Attachment]) -> Iterator[bytes]:
    """Yield multipart/mixed from its Content-Type on: `content`, then the attachments."""
    boundary = f"=_{uuid.uuid4().hex}"
    yield f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
    yield f"--{boundary}\r\n".encode()
    yield content.as_bytes()
    for attachment in attachments:
        yield f"\r\n--{boundary}\r\n".encode()
        yield from _attachment(attachment)
    yield f"\r\n--{boundary}--\r\n".encode()


def base64_lines(source: BinaryIO, name: object = "") -> Iterator[bytes]:
    """Yield a file's content in base64, in lines of 76 characters (RFC 2045 section 6.8)."""
    for piece in read_pieces(source, "attachment", name, _PIECE):
        encoded = binascii.b2a_base64(piece, newline=False)
        lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
        yield b"\r\n".join(lines) + b"\r\n"


def _attachment(attachment: Attachment) -> Iterator[bytes]:
    part = MIMEPart(policy=email.policy.SMTP)
    part["Content-Type"] = _type_of(attachment.name)
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    yield part.as_bytes()
    try:
        source = attachment.open()
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("attachment-unreadable", path=attachment.name, detail=detail) from error
    with source:
        yield from base64_lines(source, attachment.name)


def _type_of(name: str) -> str:
    """Return the media type by the name's ending, the same on every machine."""
    guessed, encoding = mimetypes.MimeTypes().guess_type(name)
    # RFC 2046 sections 5.1 and 5.2.1 forbid base64 for multipart and message.
    if guessed is None or encoding or guessed.startswith(("multipart/", "message/")):
        return "application/octet-stream"
    return guessed
