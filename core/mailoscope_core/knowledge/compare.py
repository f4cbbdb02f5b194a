"""Puts two codes side by side: equal sections, computed differences, curated advice."""

from __future__ import annotations

from typing import Literal

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.catalogue import Catalogue
from mailoscope_core.knowledge.records import CodeRecord, PairRecord

SectionName = Literal[
    "name", "description", "when_seen", "how_to_fix", "steps", "who", "rfc", "related", "notes"
]
Aspect = Literal["class", "second-digit", "permanent", "steps", "who", "rfc", "scope"]

SECTIONS: tuple[SectionName, ...] = (
    "name",
    "description",
    "when_seen",
    "how_to_fix",
    "steps",
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
    """An aspect in which the two records differ; values are ids (steps, owners, record ids)."""

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
    left, right = _record(catalogue, a), _record(catalogue, b)
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
        pair=_pair(catalogue, left.code, right.code),
    )


_ASPECTS: tuple[Aspect, ...] = (
    "class",
    "second-digit",
    "permanent",
    "steps",
    "who",
    "rfc",
    "scope",
)


def _aspects(record: CodeRecord) -> tuple[tuple[str, ...], ...]:
    basic = record.code if record.code.isdecimal() else ""
    permanent = {True: ("yes",), False: ("no",), None: ()}[record.permanent]
    return (
        (f"class.{basic[0]}",) if basic else (),
        (f"digit.{basic[1]}",) if basic else (),
        permanent,
        record.steps,
        tuple(owner.value for owner in record.who),
        record.rfc,
        (record.scope,),
    )


def _section(name: SectionName, left: CodeRecord, right: CodeRecord) -> Section:
    return Section(name=name, left=_side(name, left), right=_side(name, right))


def _side(name: SectionName, record: CodeRecord) -> Side:
    value = getattr(record, name)
    if isinstance(value, str):
        return Side(record=record.id, field=name, entries=(value,), is_list=False)
    entries = tuple(getattr(item, "value", item) for item in value)
    return Side(record=record.id, field=name, entries=entries, is_list=True)


def _pair(catalogue: Catalogue, a: str, b: str) -> PairRecord | None:
    wanted = {a, b}
    return next((pair for pair in catalogue.pairs() if set(pair.codes) == wanted), None)


def _record(catalogue: Catalogue, code: str | int) -> CodeRecord:
    record = catalogue.record(code)
    if record is None:
        raise UserError("code-unknown", code=str(code))
    return record
