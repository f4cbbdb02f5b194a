"""Condenses a mail or any other file to the text that `explain` looks at, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mailoscope_core.knowledge.delivery_report import DeliveryReport
from mailoscope_core.knowledge.mail_reader import CHUNK, PastedMail, looks_like_mail, read_mail

HEAD, TAIL = 16_000, 8_000
_SHOWN = ("from", "to", "subject", "date", "auto-submitted", "x-failed-recipients")
_AUTOMATIC_NAMES = ("x-autoreply", "x-autorespond", "x-auto-response-suppress-reply")
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|automatische antwort"
    r"|abwesenheit|abwesend|réponse automatique|absence du bureau|respuesta automática"
    r"|fuera de la oficina|स्वचालित (?:उत्तर|जवाब))",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"^(?:received-spf:\s{0,4}(?:fail|softfail)|x-spam-flag:\s{0,4}yes"
    r"|authentication-results:.{0,2000}?\bspf=(?:fail|softfail)\b)",
    re.IGNORECASE | re.MULTILINE,
)

AUTO_REPLY, BACKSCATTER, DELAYED, DELIVERED = (
    "bounce/auto-reply",
    "bounce/backscatter",
    "bounce/delayed",
    "bounce/delivered",
)


@dataclass(frozen=True, slots=True)
class Digest:
    """The text to explain, and what the mail around it is (kinds of observations)."""

    text: str
    notes: tuple[str, ...] = ()
    is_mail: bool = False


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield a binary file in pieces of bounded size."""
    while piece := file.read(CHUNK):
        yield piece


def digest_stream(chunks: Iterable[bytes]) -> Digest:
    """Return what is worth explaining of a stream of any length."""
    stream = iter(chunks)
    head = b""
    for piece in stream:
        head += piece
        if len(head) >= HEAD:
            break
    if looks_like_mail(head):
        return _of_mail(read_mail(_chained(head, stream)))
    return Digest(_ends(head, stream))


def digest_text(text: str) -> Digest:
    """Return what is worth explaining of a pasted text; a whole raw mail is read as one."""
    # A pasted mail is often indented or preceded by blank lines.
    begin = text[:HEAD].lstrip()
    if not looks_like_mail(begin.encode("utf-8", "replace")):
        return Digest(text)
    raw = text.lstrip().encode("utf-8", "replace")
    digest = _of_mail(read_mail(raw[at : at + CHUNK] for at in range(0, len(raw), CHUNK)))
    # Headers alone, or a body that did not survive the pasting: the text itself tells more.
    return digest if len(digest.text) > 40 and digest.is_mail else Digest(text, digest.notes)


def notes_of(report: DeliveryReport | None) -> tuple[str, ...]:
    """Return what a delivery report says of its recipients together."""
    if report is None:
        return ()
    actions = {recipient.action for recipient in report.recipients}
    notes = [DELAYED] if "delayed" in actions else []
    if actions and actions <= {"delivered", "relayed", "expanded"}:
        notes.append(DELIVERED)
    return tuple(notes)


def _of_mail(mail: PastedMail) -> Digest:
    shown = [
        f"{name.title()}: {mail.headers[name]}"
        for name in _SHOWN
        if name in mail.headers and len(mail.headers[name]) < 500
    ]
    text = "\n\n".join(filter(None, ("\n".join(shown), mail.prose[:HEAD], mail.status)))
    return Digest(text, _notes(mail), is_mail=bool(mail.prose or mail.status))


def _notes(mail: PastedMail) -> tuple[str, ...]:
    notes = []
    automatic = mail.headers.get("auto-submitted", "").lower().startswith("auto-replied")
    subject = mail.headers.get("subject", "")
    if not mail.status and (
        (automatic and "x-failed-recipients" not in mail.headers)
        or any(name in mail.headers for name in _AUTOMATIC_NAMES)
        or _AUTOMATIC_SUBJECT.match(subject)
    ):
        notes.append(AUTO_REPLY)
    if mail.returned and _FOREIGN.search(mail.returned):
        notes.append(BACKSCATTER)
    return tuple(notes)


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _ends(head: bytes, rest: Iterator[bytes]) -> str:
    """Return the beginning and the end of a stream, as one text."""
    begin, tail, cut = head[:HEAD], head[HEAD:], False
    for piece in rest:
        tail += piece
        if len(tail) > TAIL + CHUNK:
            tail, cut = tail[-TAIL:], True
    if len(tail) > TAIL:
        tail, cut = tail[-TAIL:], True
    encoding = "utf-16" if begin[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    joint = b"\n" if cut and encoding == "utf-8" else b""
    return (begin + joint + tail).decode(encoding, "replace")
