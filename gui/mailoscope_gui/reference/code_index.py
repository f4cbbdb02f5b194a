"""All records with what they are searched by; made off the GUI thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailoscope_core.base.texts import Texts, languages
from mailoscope_gui.reference import worded

if TYPE_CHECKING:
    from mailoscope_core.knowledge.catalogue import Catalogue
    from mailoscope_core.knowledge.records import CodeRecord

_TEXTS = ("name", "description")
_LISTS = ("when_seen", "how_to_fix", "notes")
_CODE = re.compile(r"[1-5]\d\d|[2-5x]\.\d{1,3}(\.\d{1,3})?", re.IGNORECASE)
_SPAN = re.compile(r"([245]\.\d+\.)(\d+)-(\d+)")
_SPAN_WORD = re.compile(r"([245]\.\d+\.)(\d{1,3})")
_AROUND = 34
"""Characters of context before what was found."""

KINDS = {
    "code": "code",
    "enhanced": "enhanced",
    "subject": "group",
    "class": "group",
    "digit": "group",
    "extension": "extension",
    "mechanism": "mechanism",
    "verb": "verb",
    "vendor": "vendor",
}
"""The kind that a record's scope belongs to, as the filter has them."""


@dataclass(frozen=True, slots=True)
class IndexedCode:
    """A record with its name in the language in use, and its words in all languages.

    `forms` are all ways to write its code, `haystack` holds everything; both are folded. `lines`
    are the sentences as they are written, those of the language in use first.
    """

    record: CodeRecord
    name: str
    who: str
    forms: tuple[str, ...]
    haystack: str
    lines: tuple[str, ...]

    @property
    def code(self) -> str:
        """The code as people write it."""
        return self.record.code

    @property
    def kind(self) -> str:
        """What the filter of kinds calls it."""
        return KINDS.get(worded.scope(self.record), "code")

    @property
    def title(self) -> str:
        """Name, and for a provider's own meaning whose it is."""
        return f"{self.who}: {self.name}" if self.who else self.name

    def context(self, words: tuple[str, ...]) -> str:
        """Return where a word was found, unless code or name show it already."""
        shown = f"{' '.join(self.forms)} {self.title.casefold()}"
        for word in (word for word in words if word not in shown):
            for line in self.lines:
                place = line.casefold().find(word)
                if place >= 0:
                    return _clipped(line, place)
        return ""


def make_index(catalogue: Catalogue, texts: Texts) -> tuple[IndexedCode, ...]:
    """Return all records of the catalogue, reply codes before enhanced ones."""
    others = [Texts(language) for language in languages() if language != texts.language]
    worded.read_names()
    vendors = worded.Vendors()
    found = [
        _indexed(record, [texts, *others], vendors.name(record.vendor))
        for record in catalogue.records()
    ]
    return tuple(sorted(found, key=lambda each: _order(each.record)))


def search(
    index: tuple[IndexedCode, ...], text: str, kind: str = "", class_: str = "", step: str = ""
) -> tuple[IndexedCode, ...]:
    """Return the records that have all words of `text`; those that begin with it come first.

    A text of codes alone, such as `550 5.7.1`, finds the records of each. `kind` is one of the
    values of `KINDS`; `class_` a first digit (`5` finds 5xx codes, and X.y.z codes because those
    exist for every class); `step` a step at which the code may come.
    """
    words = needles(text)
    wanted = any if words and all(_CODE.fullmatch(word) for word in words) else all
    hits = [
        each
        for each in index
        if (not words or wanted(_has(each, word) for word in words))
        and (not kind or each.kind == kind)
        and (not class_ or _has_class(each, class_))
        and (not step or step in each.record.steps)
    ]
    if not words:
        return tuple(hits)
    return tuple(sorted(hits, key=lambda each: _nearness(each, words)))


def needles(text: str) -> tuple[str, ...]:
    """Return what is looked for, folded, without signs that only separate."""
    return tuple(word for part in text.casefold().split() if (word := part.strip(",;:()[]\"'“”")))


def steps_of(index: tuple[IndexedCode, ...]) -> tuple[str, ...]:
    """Return the steps that any record names, in the order of a session as far as it is known."""
    named = {step for each in index for step in each.record.steps}
    return tuple(
        sorted(named, key=lambda step: (_STEPS.index(step) if step in _STEPS else 99, step))
    )


def kinds_of(index: tuple[IndexedCode, ...]) -> tuple[str, ...]:
    """Return the kinds that there are, in the order of the list."""
    there = {each.kind for each in index}
    return tuple(kind for kind in dict.fromkeys(KINDS.values()) if kind in there)


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


def _indexed(record: CodeRecord, tongues: list[Texts], who: str) -> IndexedCode:
    lines: list[str] = []
    for texts in tongues:
        lines += [worded.field(texts, record, name) for name in _TEXTS]
        for name in _LISTS:
            lines += worded.entries(texts, record, name)
    kept = tuple(dict.fromkeys(filter(None, lines)))
    forms = tuple(form.casefold() for form in (record.code, *_enhanced_forms(record.code)))
    parts = (*forms, who, record.vendor, *record.rfc, *record.parameters, *kept)
    haystack = "\n".join(parts).casefold()
    name = worded.field(tongues[0], record, "name")
    return IndexedCode(record, name, who, forms, haystack, (*kept, *record.parameters, *record.rfc))


def _enhanced_forms(code: str) -> tuple[str, ...]:
    """Return 2.1.1, 4.1.1 and 5.1.1 for X.1.1, since that is what people type."""
    if not code.upper().startswith("X."):
        return ()
    return tuple(f"{digit}{code[1:]}" for digit in "245")


def _has(each: IndexedCode, word: str) -> bool:
    """Tell whether a record has a word; a provider's code may be a span, as 5.7.606-649."""
    if word in each.haystack:
        return True
    span = _SPAN.fullmatch(each.code)
    detail = _SPAN_WORD.fullmatch(word) if span else None
    return (
        span is not None
        and detail is not None
        and span[1] == detail[1]
        and int(span[2]) <= int(detail[2]) <= int(span[3])
    )


def _has_class(each: IndexedCode, class_: str) -> bool:
    """Tell whether codes of a class can be meant; a keyword such as 8BITMIME is in none."""
    if each.kind in _WITHOUT_CLASS:
        return False
    return each.code[:1] == class_ or bool(re.match(r"x[.\d]", each.code, re.IGNORECASE))


_WITHOUT_CLASS = ("extension", "mechanism", "verb")


def _nearness(each: IndexedCode, words: tuple[str, ...]) -> int:
    if any(word in each.forms for word in words):
        return 0
    if any(form.startswith(words[0]) for form in each.forms):
        return 1
    return 2 if words[0] in each.title.casefold() else 3


def _clipped(line: str, place: int) -> str:
    """Return the line from shortly before what was found."""
    start = line.rfind(" ", 0, max(0, place - _AROUND)) + 1 if place > _AROUND else 0
    return f"… {line[start:]}" if start else line


def _order(record: CodeRecord) -> tuple[int, tuple[int, ...], str]:
    scope = worded.scope(record)
    place = list(KINDS).index(scope) if scope in KINDS else len(KINDS)
    numbers = tuple(int(number) for number in re.findall(r"\d+", record.code))
    return (_PLACES.get(scope, place + 1), numbers, record.id)


# Classes and second digits stand behind the codes that they group, subjects behind the details.
_PLACES = {"code": 0, "class": 1, "digit": 2, "enhanced": 3, "subject": 4}
