"""The words for events, steps and outcomes: ids of the log become words of the resources."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.text import Terms, load_terms
from mailoscope_core.record.events import ControlRefused, Event, Surprise
from mailoscope_core.report.plain import visible

CLASS_GLYPHS = MappingProxyType({"2": "✓", "3": "›", "4": "↻", "5": "✕", "none": "‼"})
STATE_GLYPHS = MappingProxyType(
    {
        "waiting": "·",
        "next": "▸",
        "running": "…",
        "done": "✓",
        "refused": "✕",
        "failed": "⚠",
        "skipped": "–",
        "cancelled": "■",
        "accepted": "✓",
        "deferred": "↻",
        "unanswered": "?",
        "info": "ℹ",
        "warning": "⚠",
        "error": "✕",
    }
)

# The field that tells kinds of one event apart, in the order in which it is looked for.
_DISCRIMINATORS = ("kind", "why", "rule", "reason", "outcome", "by", "control", "source", "mode")
_ERROR_RULE = "error."


class EventWords:
    """Looks up `text/events.toml`: tables `event.<tag>[.<kind>]`, `outcome.<word>`,
    `reply.<first digit>`.

    An event without an entry there has nothing to say to people, which is normal.
    """

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._tables, self._terms = _tables(), _terms()

    def note(self, event: Event) -> str:
        """Return the sentence for an event, empty when there is none; server text stays plain."""
        if isinstance(event, Surprise) and event.rule.startswith(_ERROR_RULE):
            return visible(self._error(event))
        tag = str(event.__struct_config__.tag)
        ids = [*_specific(event, tag)]
        if isinstance(event, ControlRefused):
            ids.append(f"event.surprise.{event.rule}")  # the machine's rules are the same
        for record_id in (*ids, f"event.{tag}"):
            english = self._english(record_id)
            if english is not None:
                words = self.texts.record(record_id, "text", english)
                return visible(words.format_map(_facts(event))) if words else ""
        return ""

    def _error(self, event: Surprise) -> str:
        error = UserError(event.rule.removeprefix(_ERROR_RULE), **event.params)
        try:
            return self.texts.error(error)
        except KeyError:  # a session of a version whose sentence had other parameters
            return str(error)

    def step(self, kind: str) -> str:
        """Return the name of a kind of step, the same that findings use."""
        return self._terms.name(f"step.{kind}", self.texts)

    def outcome(self, word: str) -> str:
        """Return the word for the state or outcome of a step, a recipient or a log-in."""
        return self._title(f"outcome.{word}", word)

    def reply_class(self, code: int | None) -> str:
        """Return the word for a reply's first digit, also for what is no code of RFC 5321."""
        return self._title(f"reply.{digit_of(code)}", "")

    def _title(self, record_id: str, fallback: str) -> str:
        entry = self._table(record_id)
        english = entry.get("title") if entry else None
        return self.texts.record(record_id, "title", english) if english else fallback

    def _english(self, record_id: str) -> str | None:
        entry = self._table(record_id)
        text = entry.get("text") if entry else None
        return text if isinstance(text, str) else None

    def _table(self, record_id: str) -> dict[str, Any] | None:
        group, _, rest = record_id.partition(".")
        node: Any = self._tables.get(group, {})
        for key in rest.split(".", 1) if group == "event" else (rest,):
            node = node.get(key) if isinstance(node, dict) else None
        return node if isinstance(node, dict) else None


@functools.cache
def _tables() -> dict[str, Any]:
    source = resources.files("mailoscope_resources").joinpath("text/events.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


@functools.cache
def _terms() -> Terms:
    return load_terms()


def digit_of(code: int | None) -> str:
    """Return the first digit of a reply code, "none" where RFC 5321 section 4.2.1 knows no such."""
    return str(code // 100) if code is not None and 200 <= code < 600 else "none"


class _Lenient(dict[str, Any]):
    """Parameters of a sentence; one that an older session does not have shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _specific(event: Event, tag: str) -> list[str]:
    """Return the ids of the words for this kind of the event, most specific first."""
    values = (getattr(event, name, None) for name in _DISCRIMINATORS)
    return [f"event.{tag}.{value}" for value in values if isinstance(value, str) and value]


def _facts(event: Event) -> Mapping[str, str]:
    """Return an event's fields as text, with its parameters beside them."""
    facts = _Lenient()
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, dict):
            facts.update({str(key): str(item) for key, item in value.items()})
        else:
            facts[name] = _shown(value)
    return facts


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}" if value < 1 else f"{value:.0f}"
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, msgspec.Struct):
        return ""
    return str(value)
