"""A record of the catalogue as text: its sections with their labels and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.compare import SectionName
from mailoscope_core.knowledge.records import CodeRecord
from mailoscope_core.knowledge.text import load_terms
from mailoscope_core.report.event_words import EventWords

_TRANSLATED_LISTS = ("when_seen", "how_to_fix", "notes")


class RecordText:
    """Words of records in one language."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._events = EventWords(texts)
        self._terms = load_terms()

    def title(self, record: CodeRecord) -> str:
        """Return a record's code and name."""
        return f"{record.code} {self.texts.record(record.id, 'name', record.name)}"

    def lines(self, record: CodeRecord, name: SectionName) -> Sequence[str]:
        """Return the entries of one section; none where the record has nothing to say."""
        value = getattr(record, name)
        if isinstance(value, str):
            text = self.texts.record(record.id, name, value)
            return (text,) if text else ()
        if name in _TRANSLATED_LISTS:
            return self._entries(record, name)
        if name == "steps":
            value = self.steps(value)
        elif name == "who":
            value = self.owners([owner.value for owner in value])
        return (", ".join(value),) if value else ()

    def steps(self, steps: Sequence[str]) -> list[str]:
        """Return names of steps."""
        return [self._events.step(step) for step in steps]

    def owners(self, owners: Sequence[str]) -> list[str]:
        """Return words for who has to act."""
        return [self._terms.name(f"owner.{owner}", self.texts) for owner in owners]

    def fields(self, record: CodeRecord) -> dict[str, Any]:
        """Return the translated fields of a record."""
        return {
            "name": self.texts.record(record.id, "name", record.name),
            "description": self.texts.record(record.id, "description", record.description),
            **{name: self._entries(record, name) for name in _TRANSLATED_LISTS},
        }

    def _entries(self, record: CodeRecord, name: str) -> list[str]:
        return [
            self.texts.record(record.id, f"{name}.{number}", entry)
            for number, entry in enumerate(getattr(record, name))
        ]

    def label(self, name: str) -> str:
        """Return the heading of a section or an aspect."""
        _ = self.texts.gettext
        labels = {
            "name": _("Name"),
            "description": _("Meaning"),
            "when_seen": _("When you see it"),
            "how_to_fix": _("How to fix it"),
            "steps": _("At these steps"),
            "who": _("Who acts"),
            "rfc": _("Standard"),
            "related": _("Related"),
            "notes": _("Notes"),
            "class": _("Class"),
            "second-digit": _("Second digit"),
            "permanent": _("Permanent"),
            "scope": _("About"),
        }
        return labels.get(name, name)
