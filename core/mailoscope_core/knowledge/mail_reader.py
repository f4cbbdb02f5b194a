"""Reads a mail of any size as a stream and keeps what a bounce tells: headers, prose, status part.

Whatever else is in it, above all the returned message, is passed over. Memory stays bounded: what
is kept has limits, a line is cut at `MAX_LINE`, and nesting ends at `MAX_DEPTH`.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_LINE = 8_192
MAX_DEPTH = 12
MAX_HEADERS = 64 * 1024
MAX_STATUS = 128 * 1024
MAX_PROSE = 24 * 1024
MAX_RETURNED = 16 * 1024
CHUNK = 64 * 1024

_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{0,60}):[ \t]?(.{0,4096})")
_MAIL_NAMES = frozenset(
    {
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "from",
        "to",
        "subject",
        "date",
        "delivered-to",
        "content-type",
        "x-failed-recipients",
    }
)
_STATUS_TYPES = frozenset(
    {"message/delivery-status", "message/global-delivery-status", "message/feedback-report"}
)
_RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
# Where the older kinds of bounce begin to quote the returned message in their text.
_COPY = re.compile(
    r"^-{2,8} ?(?:Below this line is a copy of the (?:message|mail header)|This is a copy of"
    r"|Original message|The body of the message|Unsent message|Returned message|Forwarded message"
    r"|Ursprüngliche Nachricht)",
    re.IGNORECASE,
)
_ENCODED_WORD = re.compile(r"=\?([\w-]{1,40})\?([bBqQ])\?([^?\s]{0,400})\?=")


@dataclass(slots=True)
class PastedMail:
    """What is kept of a mail: lower-case header names, prose, status fields, returned headers."""

    headers: dict[str, str] = field(default_factory=dict)
    prose: str = ""
    status: str = ""
    returned: str = ""


def looks_like_mail(head: bytes) -> bool:
    """Whether a text begins with the headers of a mail."""
    lines = head.lstrip(b"\r\n\xef\xbb\xbf").split(b"\n", 40)[:40]
    if lines and lines[0].startswith(b"From ") and b"@" in lines[0]:
        lines = lines[1:]
    names = set()
    for line in lines:
        if not line.strip():
            break
        match = _HEADER.match(line)
        if match is None and line[:1] not in (b" ", b"\t"):
            return False
        if match:
            names.add(match[1].decode("ascii").lower())
    return len(names & _MAIL_NAMES) >= 3


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a stream of pieces without their ends; a longer one is cut."""
    rest = b""
    too_long = False
    for chunk in chunks:
        pieces = (rest + chunk).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            if not too_long:
                yield piece[:MAX_LINE].rstrip(b"\r")
            too_long = False
        if len(rest) > MAX_LINE:
            if not too_long:
                yield rest[:MAX_LINE]
            too_long, rest = True, b""
    if rest and not too_long:
        yield rest[:MAX_LINE].rstrip(b"\r")


def read_mail(chunks: Iterable[bytes]) -> PastedMail:
    """Return what is to be kept of a mail; never raises for its content."""
    return _Reader().read(lines_of(chunks))


class _Part:
    """A part under way: its headers, then what to do with its lines."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.headers: dict[str, str] = {}
        self.last = ""
        self.size = 0
        self.body: list[bytes] = []
        self.kept = 0
        self.fate = "headers"

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower() or "text/plain"

    def parameter(self, name: str) -> str:
        value = self.headers.get("content-type", "")
        found = re.search(
            rf"{name}\*?=\s{{0,4}}(?:\"([^\"]{{1,200}})\"|([^\s;]{{1,200}}))", value, re.I
        )
        return (found[1] or found[2]) if found else ""


class _Reader:
    """A fold over lines; `boundaries` holds the open multiparts, outermost first."""

    def __init__(self) -> None:
        self._mail = PastedMail()
        self._boundaries: list[bytes] = []
        self._part = _Part(0)
        self._returned_from: int | None = None
        self._returned: list[str] = []
        self._prose: list[str] = []
        self._html: list[str] = []
        self._status: list[str] = []
        self._top = True

    def read(self, lines: Iterator[bytes]) -> PastedMail:
        for line in lines:
            if line.startswith(b"--") and self._boundary(line):
                continue
            self._line(line)
        self._close()
        mail = self._mail
        mail.prose = "\n\n".join(self._prose or self._html)[:MAX_PROSE]
        mail.status = "\n\n".join(self._status)[:MAX_STATUS]
        mail.returned = "\n".join(self._returned)[:MAX_RETURNED]
        return mail

    def _boundary(self, line: bytes) -> bool:
        text = line.rstrip()
        for depth in range(len(self._boundaries) - 1, -1, -1):
            mark = self._boundaries[depth]
            if text not in (mark, mark + b"--"):
                continue
            self._close()
            self._boundaries = self._boundaries[: depth + 1]
            if self._returned_from is not None and depth < self._returned_from:
                self._returned_from = None
            self._part = _Part(depth + 1)
            if text.endswith(b"--") and text != mark:
                self._boundaries = self._boundaries[:depth]
                self._part.fate = "skip"
            return True
        return False

    def _line(self, line: bytes) -> None:
        part = self._part
        if part.fate == "headers":
            self._header(part, line)
        elif part.fate != "skip":
            limit = MAX_STATUS if part.fate == "status" else MAX_PROSE * 2
            if part.kept < limit:
                part.body.append(line)
                part.kept += len(line) + 1

    def _header(self, part: _Part, line: bytes) -> None:
        if not line.strip():
            if part.headers or not self._top:
                self._begin_body(part)
            return
        part.size += len(line)
        if part.size > MAX_HEADERS:
            return
        if line[:1] in b" \t" and part.last:
            if len(part.headers[part.last]) < 4_096:
                part.headers[part.last] += " " + _text(line.strip(), "")
        else:
            match = _HEADER.match(line)
            if match is None:
                if not (self._top and line.startswith(b"From ")) and not part.headers:
                    self._begin_body(part)  # a part without headers
                    self._line(line)
                return
            part.last = match[1].decode("ascii").lower()
            part.headers.setdefault(part.last, _text(match[2].rstrip(), ""))
        if self._returned_from is not None and len(self._returned) < 400:
            self._returned.append(_text(line, ""))

    def _begin_body(self, part: _Part) -> None:
        if self._top:
            self._top = False
            self._mail.headers = {
                name: decoded_words(value) for name, value in part.headers.items()
            }
        kind, returned = part.kind, self._returned_from is not None
        boundary = part.parameter("boundary").encode("latin-1", "replace")
        if kind.startswith("multipart/") and boundary:
            part.fate = "skip"  # the preamble
            report = kind == "multipart/report"
            if len(self._boundaries) < MAX_DEPTH and (not returned or report):
                self._boundaries.append(b"--" + boundary)
                self._returned_from = None
        elif kind in _STATUS_TYPES:
            part.fate = "status"
        elif kind in ("message/rfc822", "message/global") and not returned and _is_plain(part):
            # Its headers follow; its body only counts where it is a report of its own.
            self._returned_from = len(self._boundaries)
            inner = _Part(part.depth)
            self._part = inner
        elif kind in _RETURNED_TYPES:
            part.fate = "returned"
        elif kind in ("text/plain", "text/html") and not returned:
            part.fate = "html" if kind.endswith("html") else "prose"
        else:
            part.fate = "skip"

    def _close(self) -> None:
        part = self._part
        if part.fate == "headers" and part.headers and self._top:
            self._begin_body(part)
            part = self._part
        if not part.body:
            return
        encoding = part.headers.get("content-transfer-encoding", "").strip().lower()
        text = _text(_decoded(part.body, encoding), part.parameter("charset"))
        part.body = []
        if part.fate == "status":
            self._status.append(text)
        elif part.fate == "returned":
            self._returned.append(text[:MAX_RETURNED])
        elif part.fate in ("prose", "html") and sum(map(len, self._prose)) < MAX_PROSE:
            prose, copy = _without_copy(text)
            (self._html if part.fate == "html" else self._prose).append(prose[:MAX_PROSE])
            if copy and not self._returned:
                self._returned.append(copy[:MAX_RETURNED])


def _is_plain(part: _Part) -> bool:
    encoding = part.headers.get("content-transfer-encoding", "7bit").strip().lower()
    return encoding not in ("base64", "quoted-printable")


def _without_copy(text: str) -> tuple[str, str]:
    """Return a bounce's prose, and the headers of the message that it quotes."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if _COPY.match(line):
            rest = "\n".join(lines[place + 1 :]).lstrip("\n")
            return "\n".join(lines[:place]), rest.split("\n\n", 1)[0]
    return text, ""


def _decoded(lines: list[bytes], encoding: str) -> bytes:
    raw = b"\n".join(lines)
    if encoding == "base64":
        compact = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        try:
            return base64.b64decode(compact[: len(compact) // 4 * 4])
        except (binascii.Error, ValueError):
            return raw
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    return raw


def _text(raw: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name).replace("\r\n", "\n") if name else raw.decode("utf-8")
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return raw.decode("latin-1").replace("\r\n", "\n")


def decoded_words(value: str) -> str:
    """Return a header's value with encoded words (RFC 2047) put into plain letters."""

    def plain(match: re.Match[str]) -> str:
        charset, how, word = match[1], match[2].lower(), match[3]
        lines = [word.encode("latin-1", "replace")]
        if how == "q":
            lines = [lines[0].replace(b"_", b" ")]
        return _text(_decoded(lines, "base64" if how == "b" else "quoted-printable"), charset)

    return _ENCODED_WORD.sub(plain, value.replace("?= =?", "?==?"))
