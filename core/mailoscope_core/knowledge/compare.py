"""Puts two codes side by side: equal sections, computed differences, curated advice."""

from __future__ import annotations

import re
from typing import Literal, get_args

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

SECTIONS: tuple[SectionName, ...] = get_args(SectionName)


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

    X.7.1 has no class of its own, 5.7.1 has; keywords have neither class nor digits.
    """

    aspect: Aspect
    left: tuple[str, ...]
    right: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to say about two codes; `pair` is null when nobody has written about them.

    `same` lists the aspects in which they do not differ; `asked` is what was asked for.
    """

    a: CodeRecord
    b: CodeRecord
    sections: tuple[Section, ...]
    differences: tuple[Difference, ...]
    same: tuple[Aspect, ...]
    pair: PairRecord | None
    asked: tuple[str, str]


def compare(catalogue: Catalogue, a: str | int, b: str | int) -> Comparison:
    """Return the records of both side by side: codes, classes, keywords, `550 5.7.1`, record ids.

    What has no record of its own is compared by its group (5.7.99 by X.7). Raises `UserError`
    code-unknown when not even that is known.
    """
    asked = (str(a), str(b))
    found = compare_records(catalogue, _record(catalogue, asked[0]), _record(catalogue, asked[1]))
    return msgspec.structs.replace(found, asked=asked)


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
        asked=(left.code, right.code),
    )


_ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


def _aspects(record: CodeRecord) -> tuple[tuple[str, ...], ...]:
    digits = re.match(r"([2-5])(\d)?", "" if record.scope in _KEYWORDS else record.code)
    second = digits[2] if digits and record.scope != "class" else None
    permanent = {True: ("yes",), False: ("no",), None: ()}[record.permanent]
    return (
        (record.scope,),
        (f"class.{digits[1]}",) if digits else (),
        (f"digit.{second}",) if second else (),
        permanent,
        ("yes" if record.standard else "no",),
        record.steps,
        tuple(owner.value for owner in record.who),
        record.rfc,
    )


_KEYWORDS = ("extension", "mechanism", "verb")


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
    one, two = _names(a), _names(b)
    found = None
    for pair in catalogue.pairs():
        first, second = pair.codes
        if (first in one and second in two) or (first in two and second in one):
            if a.code in pair.codes or a.id in pair.codes:
                return pair
            found = found or pair
    return found


def _names(record: CodeRecord) -> tuple[str, ...]:
    """Return the names by which a pair may mean a record: 5.7.1 is also meant by X.7.1."""
    general = f"X{record.code[1:]}" if record.scope == "enhanced" else record.code
    return (record.id, record.code, general)


def _record(catalogue: Catalogue, asked: str) -> CodeRecord:
    """Return the record that answers; one of X.y.z takes over the class that was asked for."""
    record = catalogue.record(asked) or catalogue.explain_text(asked).record
    if record is None:
        raise UserError("code-unknown", code=asked)
    whole = re.search(r"\b([245])\.\d+\.\d+\b", asked)
    if record.scope == "enhanced" and whole:
        permanent = {"4": False, "5": True}.get(whole[1])
        return msgspec.structs.replace(record, code=whole[0], permanent=permanent)
    return record
