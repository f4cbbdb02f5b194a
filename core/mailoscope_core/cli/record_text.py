"""A record of the catalogue as text: its sections with their labels and words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.catalogue import Answer
from mailoscope_core.knowledge.compare import SectionName
from mailoscope_core.knowledge.records import CodeRecord
from mailoscope_core.knowledge.text import load_terms
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.plain import visible

# A whole code; `5xx` and `X.7` ask for the group itself.
_EXACT = re.compile(r"\b\d{3}\b|\d\.\d+\.\d")
_TRANSLATED_LISTS = ("when_seen", "how_to_fix", "notes")


class RecordText:
    """Words of records in one language."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._events = EventWords(texts)
        self.terms = load_terms()

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
            anywhere = record.scope != "vendor"  # of those only the code is documented
            value = self.steps(value) or ([self.texts.gettext("any step")] if anywhere else [])
        elif name == "who":
            value = self.owners([owner.value for owner in value])
        elif name == "rfc" and record.source:
            value = (*value, f"{record.source} ({record.seen})" if record.seen else record.source)
        return (", ".join(value),) if value else ()

    def makeshift(self, asked: str, record: CodeRecord) -> Iterator[str]:
        """Yield a sentence when a group's record stands in for a code that has none."""
        if record.scope in ("subject", "class", "digit") and _EXACT.search(asked):
            text = self.texts.gettext(
                "Nothing is known about {code} itself; this is about its group."
            )
            yield text.format(code=visible(asked))

    def steps(self, steps: Sequence[str]) -> list[str]:
        """Return names of steps."""
        return [self._events.step(step) for step in steps]

    def owners(self, owners: Sequence[str]) -> list[str]:
        """Return words for who has to act."""
        return [self.terms.name(f"owner.{owner}", self.texts) for owner in owners]

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
            "parameters": _("Parameters"),
            "standard": _("In a standard or registry"),
            "who": _("Who acts"),
            "rfc": _("Source"),
            "related": _("Related"),
            "notes": _("Notes"),
            "class": _("Class"),
            "second-digit": _("Second digit"),
            "permanent": _("Permanent"),
            "scope": _("About"),
        }
        return labels.get(name, name)


class AnswerText(RecordText):
    """Words of an answer: its records, which level answered, and what to beware of."""

    @functools.cached_property
    def _vendors(self) -> Mapping[str, str]:
        return {record.id: record.name for record in load_vendors().records}

    def level(self, answer: Answer) -> str:
        """Return in words which level of the knowledge answered."""
        return self.terms.name(f"level.{answer.level}", self.texts)

    def remarks(self, answer: Answer) -> Iterator[str]:
        """Yield what belongs under the title: who answered, and what does not fit."""
        _ = self.texts.gettext
        if answer.record is not None:
            yield from self.makeshift(answer.asked, answer.record)
        yield _("Answered by: {level}").format(level=self.level(answer))
        if answer.record is not None and answer.record.vendor:
            text = _("This is what {vendor} means by it.")
            yield text.format(vendor=self.vendor(answer.record.vendor))
        if answer.record is not None and not answer.record.standard:
            yield _("It is in no standard or registry.")
        if answer.classes_differ:
            yield self.terms.name("answer.classes-differ", self.texts)

    def elsewhere(self, record: CodeRecord) -> str:
        """Return the line for a vendor that means something else by the same code."""
        text = self.texts.gettext("{vendor} means something of its own: {record}")
        return text.format(vendor=self.vendor(record.vendor), record=self.title(record))

    def vendor(self, vendor: str) -> str:
        """Return a vendor's name."""
        return self._vendors.get(f"vendor.{vendor}", vendor)
