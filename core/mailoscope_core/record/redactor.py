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
        self._wholes: set[str] = set()
        self._public: set[str] = set()

    def spare(self, public: str) -> None:
        """Remember what is no secret although it stands in secret places: the user name."""
        self._public.add(public)

    def learn(self, secret: str) -> bool:
        """Remember a secret by value; false when it is too short to be found safely."""
        if len(secret.encode()) < RUN:
            return False
        self._wholes |= {form.lower() for form in _plain_forms(secret)}
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
        found = _AUTH_LINE.match(line)
        if found and found.group(2).strip() not in ("=", "‹secret›"):
            self.learn_span(found.group(2).strip())
            return self.clean(found.group(1)) + MASK
        return self.clean(line)

    def clean(self, text: str) -> str:
        """Mask every secret that is known, see the module's docstring."""
        if not self._runs and not self._wholes:
            return text
        folded = text.lower()
        if len(folded) != len(text):  # a few letters fold to two: fall back to exact case
            folded = text
        spans = self._found_runs(folded)
        for whole in self._wholes:
            at = folded.find(whole)
            while at >= 0:
                spans.append((at, at + len(whole)))
                at = folded.find(whole, at + 1)
        return _masked(text, sorted(spans)) if spans else text

    def scrub(self, event: S) -> S:
        """Return the event with every text in it cleaned; the same object when nothing changes."""
        if not self._runs and not self._wholes:
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

    def _found_runs(self, folded: str) -> list[tuple[int, int]]:
        runs = self._runs
        return [
            (at, at + RUN) for at in range(len(folded) - RUN + 1) if folded[at : at + RUN] in runs
        ]

    def _remember(self, form: str) -> None:
        folded = form.lower()
        for text in {folded, form}:
            self._runs.update(text[at : at + RUN] for at in range(len(text) - RUN + 1))


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
