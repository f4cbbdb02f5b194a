"""All codes with what they are searched by; made off the GUI thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailoscope_core.base.texts import Texts, languages
from mailoscope_gui.reference import worded

if TYPE_CHECKING:
    from mailoscope_core.knowledge.catalogue import Catalogue
    from mailoscope_core.knowledge.records import CodeRecord

_SEARCHED = ("when_seen", "how_to_fix", "notes")


@dataclass(frozen=True, slots=True)
class IndexedCode:
    """A record, its name in the language in use, and all its words in all languages, folded."""

    record: CodeRecord
    name: str
    haystack: str

    @property
    def code(self) -> str:
        """The code as people write it."""
        return self.record.code


def make_index(catalogue: Catalogue, texts: Texts) -> tuple[IndexedCode, ...]:
    """Return all codes of the catalogue, reply codes before enhanced ones."""
    tongues = [Texts(language) for language in languages()]
    found = [
        IndexedCode(record, worded.field(texts, record, "name"), _haystack(record, tongues))
        for record in catalogue.records()
    ]
    return tuple(sorted(found, key=lambda each: _order(each.record)))


def search(
    index: tuple[IndexedCode, ...], text: str, class_: str = "", step: str = ""
) -> tuple[IndexedCode, ...]:
    """Return the codes that have all words of `text`; those that begin with it come first.

    `class_` is a first digit (`5` finds 5xx codes, and X.y.z codes because those exist for every
    class); `step` a step at which the code may come.
    """
    words = text.casefold().split()
    hits = [
        each
        for each in index
        if all(word in each.haystack for word in words)
        and (not class_ or each.code[:1].upper() in (class_, "X"))
        and (not step or step in each.record.steps)
    ]
    if not words:
        return tuple(hits)
    return tuple(sorted(hits, key=lambda each: _nearness(each, words)))


def steps_of(index: tuple[IndexedCode, ...]) -> tuple[str, ...]:
    """Return the steps that any code names, in the order of a session as far as it is known."""
    named = {step for each in index for step in each.record.steps}
    return tuple(
        sorted(named, key=lambda step: (_STEPS.index(step) if step in _STEPS else 99, step))
    )


_STEPS = (
    "dns",
    "connect",
    "tls",
    "greeting",
    "ehlo",
    "helo",
    "starttls",
    "auth",
    "mail",
    "rcpt",
    "data",
    "body-end",
    "rset",
    "noop",
    "vrfy",
    "expn",
    "help",
    "quit",
)


def _haystack(record: CodeRecord, tongues: list[Texts]) -> str:
    parts = [record.code, *_enhanced_forms(record.code), *record.rfc]
    for texts in tongues:
        parts += [worded.field(texts, record, name) for name in ("name", "description")]
        for name in _SEARCHED:
            parts += worded.entries(texts, record, name)
    return "\n".join(parts).casefold()


def _enhanced_forms(code: str) -> tuple[str, ...]:
    """Return 2.1.1, 4.1.1 and 5.1.1 for X.1.1, since that is what people type."""
    if not code.upper().startswith("X."):
        return ()
    return tuple(f"{digit}{code[1:]}" for digit in "245")


def _nearness(each: IndexedCode, words: list[str]) -> int:
    forms = (each.code.casefold(), *_enhanced_forms(each.code))
    if words[0] in forms:
        return 0
    if any(form.startswith(words[0]) for form in forms):
        return 1
    return 2 if words[0] in each.name.casefold() else 3


def _order(record: CodeRecord) -> tuple[int, tuple[int, ...], str]:
    places = {"code": 0, "class": 1, "digit": 2, "enhanced": 3, "subject": 4, "vendor": 5}
    numbers = tuple(int(number) for number in re.findall(r"\d+", record.code))
    return (places.get(record.scope, 9), numbers, record.id)
