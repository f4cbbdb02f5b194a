"""Puts two codes side by side: equal sections, computed differences, curated advice."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.catalogue import Catalogue
from mailoscope_core.knowledge.records import CodeRecord, PairRecord

SectionName = Literal[
    "name",
    "description",
    "when_seen",
    "how_to_fix",
    "steps",
    "parameters",
    "who",
    "rfc",
    "related",
    "notes",
]
Aspect = Literal["scope", "class", "second-digit", "permanent", "standard", "steps", "who", "rfc"]

SECTIONS: tuple[SectionName, ...] = (
    "name",
    "description",
    "when_seen",
    "how_to_fix",
    "steps",
    "parameters",
    "who",
    "rfc",
    "related",
    "notes",
)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a section: the record it is from and its entries (one for a plain text)."""

    record: str
    field: str
    entries: tuple[str, ...]
    is_list: bool


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The same section of both codes."""

    name: SectionName
    left: Side
    right: Side


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect in which the two records differ; values are ids (steps, owners, record ids).

    An enhanced code such as X.7.1 exists in several classes, so it has no class of its own.
    """

    aspect: Aspect
    left: tuple[str, ...]
    right: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to say about two codes; `pair` is null when nobody has written about them.

    `same` lists the aspects in which they do not differ.
    """

    a: CodeRecord
    b: CodeRecord
    sections: tuple[Section, ...]
    differences: tuple[Difference, ...]
    same: tuple[Aspect, ...]
    pair: PairRecord | None


def compare(catalogue: Catalogue, a: str | int, b: str | int) -> Comparison:
    """Return both codes' records side by side.

    Raises `UserError` code-unknown for a code without a record.
    """
    return compare_records(catalogue, _record(catalogue, a), _record(catalogue, b))


def compare_records(catalogue: Catalogue, left: CodeRecord, right: CodeRecord) -> Comparison:
    """Return two records side by side."""
    aspects = [
        Difference(aspect=name, left=one, right=two)
        for name, one, two in zip(_ASPECTS, _aspects(left), _aspects(right), strict=True)
    ]
    return Comparison(
        a=left,
        b=right,
        sections=tuple(_section(name, left, right) for name in SECTIONS),
        differences=tuple(entry for entry in aspects if set(entry.left) != set(entry.right)),
        same=tuple(entry.aspect for entry in aspects if set(entry.left) == set(entry.right)),
        pair=_pair(catalogue, left, right),
    )


_ASPECTS: tuple[Aspect, ...] = (
    "scope",
    "class",
    "second-digit",
    "permanent",
    "standard",
    "steps",
    "who",
    "rfc",
)


def _aspects(record: CodeRecord) -> tuple[tuple[str, ...], ...]:
    basic = re.match(r"([2-5])(\d)\d\b", record.code)
    first = re.match(r"([2-5])", record.code) if record.scope in _WITH_CLASS else None
    permanent = {True: ("yes",), False: ("no",), None: ()}[record.permanent]
    return (
        (record.scope,),
        (f"class.{first[1]}",) if first else (),
        (f"digit.{basic[2]}",) if basic else (),
        permanent,
        ("yes" if record.standard else "no",),
        record.steps,
        tuple(owner.value for owner in record.who),
        record.rfc,
    )


_WITH_CLASS = ("code", "class", "vendor")


def _section(name: SectionName, left: CodeRecord, right: CodeRecord) -> Section:
    return Section(name=name, left=_side(name, left), right=_side(name, right))


def _side(name: SectionName, record: CodeRecord) -> Side:
    value = getattr(record, name)
    if isinstance(value, str):
        return Side(record=record.id, field=name, entries=(value,), is_list=False)
    entries = tuple(getattr(item, "value", item) for item in value)
    return Side(record=record.id, field=name, entries=entries, is_list=True)


def _pair(catalogue: Catalogue, a: CodeRecord, b: CodeRecord) -> PairRecord | None:
    """Return what has been written about the two; a pair names a vendor's record by its id."""
    one, two = {a.id, a.code}, {b.id, b.code}
    for pair in catalogue.pairs():
        first, second = pair.codes
        if (first in one and second in two) or (first in two and second in one):
            return pair
    return None


def _record(catalogue: Catalogue, code: str | int) -> CodeRecord:
    record = catalogue.record(code)
    if record is None:
        raise UserError("code-unknown", code=str(code))
    return record
