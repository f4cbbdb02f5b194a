"""Keeps secrets out of events: by position in what was sent, by value in everything else.

A span that is secret by position (see `protocol.machine.SentLine.secret_spans`) is masked and
remembered; any run of eight of its characters is masked wherever it comes back, so that a server
that echoes a part of it gives nothing away. A secret known by value is masked whole in the forms
in which text travels, and in runs of eight where it is encoded in base64 or hex. In clear it is
not sought in parts: if "password1" were, the word "password" would be masked in every reply, and
tell. A secret of fewer than eight bytes is masked only where its position gives it away.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import msgspec

from mailoscope_core.protocol.gate import secret_start

MASK = "********"
RUN = 8

S = TypeVar("S", bound=msgspec.Struct)

# What may stand in an AUTH line and is no secret: the empty response, the slot of a plan.
_NO_SECRET = frozenset({"", "=", "*", "‹secret›"})
# LOGIN's prompts, which every server sends: masking "Password:" where a password holds that word
# would tell that it does.
_PROMPTS = tuple(base64.b64encode(text).decode().lower() for text in (b"Username:", b"Password:"))


class Redactor:
    """Remembers the secrets of one session and masks them in text and in events."""

    def __init__(self) -> None:
        self._runs: set[str] = set()
        self._wholes: set[str] = set()
        self._public: set[str] = set()
        self._shortest = RUN

    def spare(self, public: str) -> None:
        """Remember what is no secret although it stands in secret places: the user name."""
        self._public.add(public)

    def learn(self, secret: str) -> bool:
        """Remember a secret by value; false when it is too short to be found safely."""
        if len(secret.encode()) < RUN:
            return False
        self._wholes |= {_folded(form) for form in _plain_forms(secret)}
        self._shortest = min(self._shortest, *map(len, self._wholes))
        for form in _encoded_forms(secret):
            self._remember(form)
        return True

    def mask_spans(self, line: str, spans: Iterable[tuple[int, int]]) -> str:
        """Mask secret spans (byte offsets) of a sent latin-1 line and remember their content."""
        pieces: list[str] = []
        at = 0
        for start, end in sorted(spans):
            if end <= start:
                continue
            self.learn_span(line[start:end])
            pieces += (line[at:start], MASK)
            at = end
        pieces.append(line[at:])
        return self.clean("".join(pieces))

    def learn_span(self, span: str) -> None:
        """Remember what stood at a secret position, and what it decodes to."""
        self._remember(span)
        for part in _secret_parts(span):
            if part not in self._public:
                self.learn(part)

    def mask_typed(self, line: str, *, secret: bool = False) -> str:
        """Mask a line the user typed: all of it when `secret`, else the argument of AUTH."""
        if secret and line:
            self.learn_span(line)
            return MASK
        written = line.encode("utf-8", "surrogatepass")
        start = secret_start(written)
        if start is None:
            return self.clean(line)
        span = written[start:].decode("utf-8", "surrogatepass").strip()
        if span in _NO_SECRET:
            return self.clean(line)
        self.learn_span(span)
        return self.clean(written[:start].decode("utf-8", "surrogatepass")) + MASK

    def clean(self, text: str) -> str:
        """Mask every secret that is known, see the module's docstring."""
        spans = self._spans(text)
        return _masked(text, spans) if spans else text

    def clean_lines(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Mask every known secret in lines that belong together, also where it is cut in two."""
        spans = self._spans("".join(lines))
        if not spans:
            return lines
        cleaned, begin = [], 0
        for line in lines:
            end = begin + len(line)
            own = [
                (max(first, begin) - begin, min(last, end) - begin)
                for first, last in spans
                if first < end and last > begin
            ]
            cleaned.append(_masked(line, own) if own else line)
            begin = end
        return tuple(cleaned)

    def scrub(self, event: S) -> S:
        """Return the event with every text in it cleaned; the same object when nothing changes."""
        if not self._runs and not self._wholes:
            return event
        return _with_texts(event, self.clean)

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Return where secrets stand in a text, sorted; they may overlap."""
        if len(text) < self._shortest or not (self._runs or self._wholes):
            return []
        folded, runs = _folded(text), self._runs
        spans = [
            (at, at + RUN) for at in range(len(folded) - RUN + 1) if folded[at : at + RUN] in runs
        ]
        if spans:
            spans = _outside_prompts(folded, spans)
        for whole in self._wholes:
            spans += _places(folded, whole)
        spans.sort()
        return spans

    def _remember(self, form: str) -> None:
        text = _folded(form)
        self._runs.update(text[at : at + RUN] for at in range(len(text) - RUN + 1))


def without_halves(event: S) -> S:
    """Return the event with U+FFFD for every half of a character, which no file can hold."""
    return _with_texts(
        event, lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _with_texts(event: S, change: Callable[[str], str]) -> S:
    """Return the event with every text in it changed; the same object when nothing is."""
    changes = {}
    for name in event.__struct_fields__:
        value = getattr(event, name)
        new = _changed(value, change)
        if new is not value:
            changes[name] = new
    return msgspec.structs.replace(event, **changes) if changes else event


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        new = change(value)
        return value if new == value else new
    if isinstance(value, msgspec.Struct):
        return _with_texts(value, change)
    if isinstance(value, tuple):
        items = tuple(_changed(item, change) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        table = {_changed(k, change): _changed(v, change) for k, v in value.items()}
        return value if table == value else table
    return value


def _folded(text: str) -> str:
    """Return the text in lower case, but for the few letters that would become two."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _places(text: str, part: str) -> list[tuple[int, int]]:
    found = []
    at = text.find(part)
    while at >= 0:
        found.append((at, at + len(part)))
        at = text.find(part, at + 1)
    return found


def _outside_prompts(folded: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    prompts = [place for prompt in _PROMPTS for place in _places(folded, prompt)]
    return [
        (first, last)
        for first, last in spans
        if not any(begin <= first and last <= end for begin, end in prompts)
    ]


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with each stretch of touching spans (sorted) masked once."""
    pieces: list[str] = []
    kept = 0
    start, end = spans[0]
    for first, last in [*spans[1:], (len(text) + 1, len(text) + 1)]:
        if first <= end:
            end = max(end, last)
            continue
        pieces += (text[kept:start], MASK)
        kept = end
        start, end = first, last
    return "".join(pieces) + text[kept:]


def _plain_forms(secret: str) -> set[str]:
    """Return the shapes in which a secret stands in text."""
    raw = secret.encode()
    return {
        secret,
        raw.decode("latin-1"),
        quote(secret, safe=""),
        quote_plus(secret),
        quopri.encodestring(raw).decode("ascii").replace("=\n", ""),
        quopri.encodestring(raw, quotetabs=True).decode("ascii").replace("=\n", ""),
        "".join(f"={byte:02X}" for byte in raw),
        json.dumps(secret)[1:-1],
        html.escape(secret),
    }


def _encoded_forms(secret: str) -> set[str]:
    """Return hex and the base64 characters that depend on the secret alone."""
    raw = secret.encode()
    cores = {_base64_core(raw, shift) for shift in range(3)}
    return {raw.hex()} | cores | {core.replace("+", "-").replace("/", "_") for core in cores}


def _base64_core(raw: bytes, shift: int) -> str:
    """Return the base64 characters that depend on `raw` alone when it starts `shift` bytes in."""
    encoded = base64.b64encode(b"\0" * shift + raw).decode("ascii").rstrip("=")
    first = -(-shift * 8 // 6)
    last = (shift + len(raw)) * 8 // 6
    return encoded[first:last]


def _secret_parts(span: str) -> list[str]:
    """Return what in a base64 span is secret: all of it, but of SASL's joined fields only one.

    PLAIN puts the password last, behind NUL (RFC 4616); XOAUTH2 and OAUTHBEARER put the token
    behind "auth=Bearer " between ^A (RFC 7628).
    """
    compact = span.strip()
    try:
        text = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True).decode("utf-8")
    except ValueError:
        return []
    if "\1" in text:
        return re.findall("auth=\\S+ ([^\1]+)", text)
    return [text.rpartition("\0")[2]]
