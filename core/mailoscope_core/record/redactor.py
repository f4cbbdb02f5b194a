"""Keeps secrets out of events: by position in what was sent, by value in everything else.

A span that is secret by position (see `protocol.machine.SentLine.secret_spans`) is masked and
remembered, so that a server that echoes it is masked too. A secret known by value is masked in all
the forms in which it travels. Matching is by runs of eight characters, case folded, so that a
part of a secret is masked as well; a secret of fewer than eight bytes can only be masked where its
position gives it away.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import msgspec

MASK = "********"
RUN = 8

S = TypeVar("S", bound=msgspec.Struct)

_AUTH_LINE = re.compile(r"^(\s*AUTH\s+\S+\s+)(\S.*)$", re.IGNORECASE | re.DOTALL)


class Redactor:
    """Remembers the secrets of one session and masks them in text and in events."""

    def __init__(self) -> None:
        self._runs: set[str] = set()
        # Eight bytes can be three characters of Devanagari: those are sought whole.
        self._short: set[str] = set()

    def learn(self, secret: str) -> bool:
        """Remember a secret by value; false when it is too short to be found safely."""
        if len(secret.encode()) < RUN:
            return False
        if len(secret) < RUN:
            self._short.add(secret)
        for form in _forms(secret):
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
        for part in _decoded(span):
            self.learn(part)

    def mask_typed(self, line: str, *, secret: bool = False) -> str:
        """Mask a line the user typed: all of it when `secret`, else the argument of AUTH."""
        if secret and line:
            self.learn_span(line)
            return MASK
        found = _AUTH_LINE.match(line)
        if found and found.group(2).strip() not in ("=", "‹secret›"):
            self.learn_span(found.group(2).strip())
            return self.clean(found.group(1)) + MASK
        return self.clean(line)

    def clean(self, text: str) -> str:
        """Mask every run of eight or more characters that belongs to a secret."""
        for secret in self._short:
            text = text.replace(secret, MASK)
        if not self._runs or len(text) < RUN:
            return text
        folded = text.lower()
        if len(folded) != len(text):  # a few letters fold to two: fall back to exact case
            folded = text
        runs = self._runs
        hits = [at for at in range(len(folded) - RUN + 1) if folded[at : at + RUN] in runs]
        if not hits:
            return text
        pieces: list[str] = []
        at = start = end = 0
        for hit in hits:
            if hit > end or end == 0:
                if end:
                    pieces += (text[at:start], MASK)
                    at = end
                start = hit
            end = hit + RUN
        pieces += (text[at:start], MASK, text[end:])
        return "".join(pieces)

    def scrub(self, event: S) -> S:
        """Return the event with every text in it cleaned; the same object when nothing changes."""
        if not self._runs:
            return event
        changes = {}
        for name in event.__struct_fields__:
            value = getattr(event, name)
            cleaned = self._scrub_value(value)
            if cleaned is not value:
                changes[name] = cleaned
        return msgspec.structs.replace(event, **changes) if changes else event

    def _scrub_value(self, value: Any) -> Any:
        if isinstance(value, str):
            cleaned = self.clean(value)
            return value if cleaned == value else cleaned
        if isinstance(value, msgspec.Struct):
            return self.scrub(value)
        if isinstance(value, tuple):
            items = tuple(self._scrub_value(item) for item in value)
            return value if all(a is b for a, b in zip(items, value, strict=True)) else items
        if isinstance(value, dict):
            table = {self._scrub_value(k): self._scrub_value(v) for k, v in value.items()}
            return value if table == value else table
        return value

    def _remember(self, form: str) -> None:
        folded = form.lower()
        for text in {folded, form}:
            self._runs.update(text[at : at + RUN] for at in range(len(text) - RUN + 1))


def _forms(secret: str) -> set[str]:
    """Return the shapes in which a secret may come back, each as text."""
    raw = secret.encode()
    forms = {
        secret,
        raw.decode("latin-1"),
        raw.hex(),
        quote(secret, safe=""),
        quote_plus(secret),
        quopri.encodestring(raw).decode("ascii").replace("=\n", ""),
        quopri.encodestring(raw, quotetabs=True).decode("ascii").replace("=\n", ""),
        "".join(f"={byte:02X}" for byte in raw),
        json.dumps(secret)[1:-1],
        html.escape(secret),
    }
    for shift in range(3):
        core = _base64_core(raw, shift)
        forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms


def _base64_core(raw: bytes, shift: int) -> str:
    """Return the base64 characters that depend on `raw` alone when it starts `shift` bytes in."""
    encoded = base64.b64encode(b"\0" * shift + raw).decode("ascii").rstrip("=")
    first = -(-shift * 8 // 6)
    last = (shift + len(raw)) * 8 // 6
    return encoded[first:last]


def _decoded(span: str) -> list[str]:
    """Return what a base64 span hides: the whole, and the parts that SASL joins with NUL or ^A."""
    compact = span.strip()
    try:
        plain = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except ValueError:
        return []
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        return []
    return [text, *(part for part in re.split("[\0\1]", text) if part)]
