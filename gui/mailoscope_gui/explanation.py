"""What the inspector says about one entry of the log: put together off the GUI thread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.catalogue import Catalogue
from mailoscope_core.knowledge.finding import Experiment, Finding, FindingWords
from mailoscope_core.knowledge.records import CodeRecord
from mailoscope_core.knowledge.text import experiment_words, words
from mailoscope_core.record.events import Entry, ReplyReceived
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.transcript import reply_lines
from mailoscope_gui.reference import worded

_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})$")
_CODE = re.compile(r"^[1-5]\d\d$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reply taken apart: `role` is class, subject, detail, second or code."""

    role: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry explained, in the user's language; `said` is what the server said, line by line.

    `code` is null for what is no reply, or a reply without a code; `is_reply` tells which.
    `finding` and `words` are there when a rule recognised the entry; `experiments` are what can be
    tried with one click, each with its words. `english` names the parts (meaning, when_seen, fixes,
    dead_ends) that are not wholly translated.
    """

    seq: int
    is_reply: bool
    title: str
    step: str
    code: int | None
    enhanced: str | None
    said: tuple[str, ...]
    parts: tuple[Part, ...]
    meaning: tuple[str, ...]
    when_seen: tuple[str, ...]
    fixes: tuple[str, ...]
    related: tuple[str, ...]
    sources: tuple[str, ...]
    finding: Finding | None
    words: FindingWords | None
    experiments: tuple[tuple[Experiment, str], ...]
    english: frozenset[str] = frozenset()


def explain_entry(
    entry: Entry, findings: Sequence[Finding], catalogue: Catalogue, texts: Texts
) -> Explanation:
    """Return all that is known about a reply, or about a failure that has no reply."""
    event = entry.event
    event_words = EventWords(texts)
    finding = _finding_for(entry, findings)
    found = words(finding, texts) if finding else None
    reply = event if isinstance(event, ReplyReceived) else None
    code, enhanced = (reply.code, reply.enhanced) if reply else (None, None)
    vendor = finding.vendor if finding else None
    answer = catalogue.explain_code(code, enhanced, vendor) if code is not None else None
    records = answer.records if answer else ()
    best = records[0] if records else None
    name = texts.record(best.id, "name", best.name) if best else ""
    note = event_words.note(event)
    kind = finding.reported_at if finding and finding.reported_at else ""
    return Explanation(
        seq=entry.seq,
        is_reply=reply is not None,
        title=(found.title if found else "") or name or note,
        step=event_words.step(kind) if kind else "",
        code=code,
        enhanced=enhanced,
        said=reply_lines(reply) if reply else ((note,) if note else ()),
        parts=_parts(code, enhanced, catalogue, texts),
        meaning=_meaning(found, records, texts),
        when_seen=_list(best, "when_seen", texts),
        fixes=(found.fixes if found else ()) or _list(best, "how_to_fix", texts),
        related=tuple(
            each
            for each in (best.related if best else ())
            if _CODE.match(each) and each != f"{code:03d}"
        )
        if code is not None
        else (),
        sources=_sources(found, records),
        finding=finding,
        words=found,
        experiments=tuple(
            (experiment, experiment_words(experiment, texts))
            for experiment in (finding.experiments if finding else ())
        ),
        english=_english(found, best, texts),
    )


def _english(found: FindingWords | None, record: CodeRecord | None, texts: Texts) -> frozenset[str]:
    """Return the parts of an explanation in which English stands for want of a translation."""
    lacking = {name.partition(".")[0] for name in found.fallback} if found else set()
    parts = {"meaning"} if lacking & {"title", "cause"} else set()
    parts |= lacking & {"fixes", "dead_ends"}
    if record is not None:
        own = [name for name in worded.FIELDS if worded.is_english(texts, record, name)]
        parts |= {"meaning"} if {"name", "description"} & set(own) else set()
        parts |= {"when_seen"} & set(own)
        if "how_to_fix" in own and not (found and found.fixes):
            parts.add("fixes")
    return frozenset(parts)


def _finding_for(entry: Entry, findings: Sequence[Finding]) -> Finding | None:
    """Return the most important finding that this entry proves."""
    return next((finding for finding in findings if entry.seq in finding.evidence), None)


def _parts(
    code: int | None, enhanced: str | None, catalogue: Catalogue, texts: Texts
) -> tuple[Part, ...]:
    """Take a reply's codes apart: class, subject and detail (RFC 3463), or the digits."""

    def meaning(asked: str) -> str:
        record = catalogue.record(asked)
        return texts.record(record.id, "name", record.name) if record else ""

    if code is None:
        return ()
    first = code // 100
    found = [Part("class", f"{first}yz", meaning(f"{first}xx"))]
    detail = _ENHANCED.match(enhanced or "")
    if detail:
        found.append(Part("subject", f"x.{detail[2]}.z", meaning(f"X.{detail[2]}")))
        found.append(Part("detail", detail[0], meaning(f"X.{detail[2]}.{detail[3]}")))
    else:
        found.append(Part("second", f"x{code // 10 % 10}z", meaning(f"x{code // 10 % 10}x")))
    found.append(Part("code", f"{code:03d}", meaning(f"{code:03d}")))
    return tuple(part for part in found if part.meaning)


def _meaning(
    found: FindingWords | None, records: Sequence[CodeRecord], texts: Texts
) -> tuple[str, ...]:
    paragraphs = [found.cause] if found and found.cause else []
    paragraphs += [texts.record(each.id, "description", each.description) for each in records[:1]]
    return tuple(dict.fromkeys(paragraph for paragraph in paragraphs if paragraph))


def _list(record: CodeRecord | None, field: str, texts: Texts) -> tuple[str, ...]:
    if record is None:
        return ()
    entries: tuple[str, ...] = getattr(record, field)
    return tuple(
        texts.record(record.id, f"{field}.{number}", english)
        for number, english in enumerate(entries)
    )


def _sources(found: FindingWords | None, records: Sequence[CodeRecord]) -> tuple[str, ...]:
    named = [found.source] if found and found.source else []
    named += [source for record in records[:2] for source in (*record.rfc, record.source)]
    return tuple(dict.fromkeys(source for source in named if source))
