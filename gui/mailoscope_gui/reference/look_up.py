"""What a page of the reference shows about one record, put together off the GUI thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailoscope_gui.reference import worded

if TYPE_CHECKING:
    from mailoscope_core.knowledge.catalogue import Catalogue
    from mailoscope_core.knowledge.records import CodeRecord

_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Confusion:
    """A curated comparison: the codes it is about as they are written there, this one first.

    Both may belong to one record, as 5.2.2 and 4.2.2 do; `record` is the other code's.
    """

    own: str
    other: str
    record: CodeRecord


@dataclass(frozen=True, slots=True)
class Found:
    """A record with what is near it; `record` is null where nothing at all is known.

    `unknown` is a code that was asked for and has no record of its own: what is shown then is a
    fall-back. `wider` are records of the groups it belongs to, `confused` those with a curated
    comparison, `vendors` what providers mean by the same code; `names` tells what related codes
    are called, where they have a record. `classes_differ` tells of a reply such as `550 4.7.1`.
    """

    asked: str
    record: CodeRecord | None
    unknown: str
    wider: tuple[CodeRecord, ...]
    confused: tuple[Confusion, ...]
    vendors: tuple[CodeRecord, ...]
    related: tuple[tuple[str, CodeRecord | None], ...]
    classes_differ: bool = False


def look_up(catalogue: Catalogue, asked: str) -> Found:
    """Return what is known about a code as people type it, or about a record by its id."""
    record = catalogue.record(asked)
    answer = catalogue.explain_text(asked) if record is None else None
    records = answer.records if answer is not None else (record,) if record is not None else ()
    best = records[0] if records else None
    if best is None:
        return Found(asked, None, "", (), (), (), ())
    return Found(
        asked=asked if record is None else best.code,
        record=best,
        unknown=_unknown(asked, records) if record is None else "",
        wider=_others(best, (*records[1:], *_groups(catalogue, best))),
        confused=_confused(catalogue, best),
        vendors=_vendors(catalogue, best),
        related=tuple((code, catalogue.record(code)) for code in best.related),
        classes_differ=answer is not None and answer.classes_differ,
    )


def _unknown(asked: str, records: tuple[CodeRecord, ...]) -> str:
    """Return the most specific code of a question that has no record of its own."""
    words = asked.split()
    for word in words:
        match = _ENHANCED.fullmatch(word)
        if match and not any(_is_detail(each, match[1], match[2]) for each in records):
            return word
    first = records[0]
    if worded.scope(first) != "class":
        return ""
    return next((word for word in words if re.fullmatch(r"\d{3}", word)), "")


def _is_detail(record: CodeRecord, subject: str, detail: str) -> bool:
    if worded.scope(record) not in ("enhanced", "vendor"):
        return False
    return record.code[1:] == f".{int(subject)}.{int(detail)}"


def _groups(catalogue: Catalogue, record: CodeRecord) -> tuple[CodeRecord, ...]:
    """Return the records of the groups that a code belongs to, the nearest first."""
    wanted: list[str] = []
    own = worded.scope(record) == "vendor"
    for code in reversed(record.code.split()):
        if match := re.match(r"[245X]\.(\d+)\.\d+", code, re.IGNORECASE):
            wanted += [f"X{match[0][1:]}"] if own else []
            wanted.append(f"X.{match[1]}")
        if re.fullmatch(r"[2-5]\d\d", code):
            wanted += [code, f"{code[0]}xx", f"x{code[1]}x"]
        elif re.match(r"[245]\.", code):
            wanted.append(f"{code[0]}xx")
    found = (catalogue.record(each) for each in wanted)
    return tuple(each for each in found if each is not None)


def _confused(catalogue: Catalogue, record: CodeRecord) -> tuple[Confusion, ...]:
    """Return what somebody has compared with this record."""
    found = []
    for pair in catalogue.pairs():
        own, other = pair.codes
        for here, there in ((own, other), (other, own)):
            one, two = catalogue.record(here), catalogue.record(there)
            if one is not None and two is not None and one.id == record.id:
                found.append(Confusion(here, there, two))
                break
    return tuple(found)


def _vendors(catalogue: Catalogue, record: CodeRecord) -> tuple[CodeRecord, ...]:
    """Return what providers mean by the same code."""
    if worded.scope(record) not in ("code", "enhanced", "vendor"):
        return ()
    same = _tails(record.code)
    return _others(
        record,
        tuple(
            each
            for each in catalogue.records()
            if worded.scope(each) == "vendor" and _tails(each.code) & same
        ),
    )


def _tails(code: str) -> set[str]:
    """Return what codes have in common that differ in their class alone; `432 4.3.2` has two."""
    return {word[1:] if "." in word else word for word in code.split()}


def _others(record: CodeRecord, found: tuple[CodeRecord, ...]) -> tuple[CodeRecord, ...]:
    kept = {each.id: each for each in found if each.id != record.id}
    return tuple(kept.values())
