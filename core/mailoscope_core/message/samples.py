"""Ready-made messages, each for one question to a mail server."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.message.compose import Draft, footer_text, header_octets, message_chunks
from mailoscope_core.message.mime import attach_bytes
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.spool import CHUNK, Spool

MEGABYTE = 1 << 20
MAX_MEGABYTES = 1024
DEFAULT_MEGABYTES = 10
LONG_LINE = 1200
_FILLING = b"The quick brown fox jumps over the lazy dog, again and again.\r\n"

# In pieces, so that no scanner flags the program itself; both are put together only when asked for.
# GTUBE: spamassassin.apache.org/gtube. EICAR: eicar.org, the anti-malware test file.
_GTUBE = ("XJS*C4JDBQADN1.NSBN3*2IDNEN*", "GTUBE-STANDARD-ANTI-UBE-", "TEST-EMAIL*C.34X")
_EICAR = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-", "TEST-FILE!$H+H*")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as a list shows it: English `title` and `text`, to be shown through
    `Texts.record("sample.<id>", ...)`.

    `takes_size` samples are asked for as id:MEGABYTES. `warning` is gtube or eicar for those that
    scanners are meant to stop: only for the lab server or one's own address. `as_is` ones break
    the rules of line endings on purpose.
    """

    id: str
    title: str
    text: str
    takes_size: bool = False
    as_is: bool = False
    warning: str = ""


def list_samples() -> tuple[Sample, ...]:
    """Return all samples in the order in which they are offered."""
    records = _toml("text/samples.toml")["sample"]
    return tuple(
        Sample(
            name,
            records[name]["title"],
            records[name]["text"],
            takes_size=name == "large",
            as_is=name == "bare-lf",
            warning=name if name in ("gtube", "eicar") else "",
        )
        for name in _MAKERS
    )


def make_sample(
    sample: str, spool: Spool, draft: Draft, texts: Texts | None = None
) -> PreparedMessage:
    """Write a sample into the spool; `sample` is an id, or `large:25` for 25 MiB in all.

    Of `draft` the addresses, the date and the Message-ID are used, and the subject if it has one.
    Raises `UserError`: sample-unknown, sample-size, and those of `compose`.
    """
    name, colon, value = sample.partition(":")
    known = {each.id: each for each in list_samples()}
    if name not in known or (colon and not known[name].takes_size):
        raise UserError("sample-unknown", sample=sample, known=", ".join(known))
    words = _toml("samples/samples.toml")[name]
    filled = replace(
        draft,
        subject=draft.subject or words["subject"],
        text=words["text"],
        html=words.get("html", ""),
        attachments=(),
        eight_bit=name == "eight-bit",
    )
    megabytes = _megabytes(value) if colon else DEFAULT_MEGABYTES
    chunks = _MAKERS[name](filled, _footer_language(filled, texts or Texts()), megabytes)
    source = f"sample:{name}"
    return spool.store(chunks, source, as_is=known[name].as_is, warning=known[name].warning)


def _footer_language(draft: Draft, texts: Texts) -> Texts:
    """A footer in another script would change how the whole sample is encoded: English then."""
    plain = draft.text.isascii() and not footer_text(draft, texts).isascii()
    return Texts() if plain else texts


def _megabytes(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= MAX_MEGABYTES:
        raise UserError("sample-size", value=value, limit=MAX_MEGABYTES)
    return int(value)


def _composed(draft: Draft, texts: Texts, megabytes: int) -> Iterator[bytes]:
    return message_chunks(draft, (), texts)


def _gtube(draft: Draft, texts: Texts, megabytes: int) -> Iterator[bytes]:
    return message_chunks(replace(draft, text=f"{draft.text}\n{''.join(_GTUBE)}\n"), (), texts)


def _eicar(draft: Draft, texts: Texts, megabytes: int) -> Iterator[bytes]:
    attachment = attach_bytes("eicar.com", "".join(_EICAR).encode("ascii"))
    return message_chunks(draft, (attachment,), texts)


def _long_lines(draft: Draft, texts: Texts, megabytes: int) -> Iterator[bytes]:
    line = ("long line " * LONG_LINE)[:LONG_LINE]
    yield from _raw(draft, texts, "\r\n", [f"{line}\r\n".encode()] * 2)


def _bare_lf(draft: Draft, texts: Texts, megabytes: int) -> Iterator[bytes]:
    yield from _raw(draft, texts, "\n", [])


def _raw(draft: Draft, texts: Texts, newline: str, lines: list[bytes]) -> Iterator[bytes]:
    """Yield a message whose ASCII body stands as it is, which `email` would not allow."""
    yield _plain_header(draft)
    yield draft.text.rstrip("\n").replace("\n", newline).encode("utf-8") + newline.encode()
    yield from lines
    yield _signature(draft, texts, newline)


def _large(draft: Draft, texts: Texts, megabytes: int) -> Iterator[bytes]:
    """Yield a message of exactly that many MiB, header and footer included."""
    header, signature = _plain_header(draft), _signature(draft, texts, "\r\n")
    introduction = draft.text.replace("\n", "\r\n").encode("utf-8")
    yield header
    yield introduction
    left = megabytes * MEGABYTE - len(header) - len(introduction) - len(signature)
    block = _FILLING * (CHUNK // len(_FILLING))
    while left > len(block):
        yield block
        left -= len(block)
    lines = left // len(_FILLING) - 1
    yield _FILLING * lines
    yield b"." * (left - lines * len(_FILLING) - 2) + b"\r\n"
    yield signature


def _plain_header(draft: Draft) -> bytes:
    return header_octets(draft) + (
        b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
    )


def _signature(draft: Draft, texts: Texts, newline: str) -> bytes:
    return f"{newline}-- {newline}{footer_text(draft, texts)}{newline}".encode("ascii", "replace")


def _toml(name: str) -> dict[str, Any]:
    source = resources.files("mailoscope_resources").joinpath(name)
    return tomllib.loads(source.read_text(encoding="utf-8"))


_MAKERS: dict[str, Callable[[Draft, Texts, int], Iterator[bytes]]] = {
    "plain": _composed,
    "hindi": _composed,
    "html": _composed,
    "leading-dots": _composed,
    "long-lines": _long_lines,
    "eight-bit": _composed,
    "bare-lf": _bare_lf,
    "large": _large,
    "gtube": _gtube,
    "eicar": _eicar,
}
