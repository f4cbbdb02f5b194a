"""Puts two events of a session side by side: the codes they bear and what was different then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.attempt import STEP_OF_VERB
from mailoscope_core.knowledge.catalogue import Answer, Catalogue, Level
from mailoscope_core.knowledge.compare import Comparison, compare_records
from mailoscope_core.knowledge.observe import Observer
from mailoscope_core.knowledge.vendors import Vendors, load_vendors
from mailoscope_core.record.events import (
    AttemptStarted,
    Connected,
    ConnectionClosed,
    Entry,
    Header,
    LineSent,
    LoginTried,
    ReplyReceived,
    StepStarted,
    TlsEstablished,
)

EventAspect = Literal[
    "kind",
    "step",
    "verb",
    "command",
    "code",
    "enhanced",
    "class",
    "text",
    "host",
    "tls",
    "authenticated",
    "vendor",
    "attempt",
]
EVENT_ASPECTS: tuple[EventAspect, ...] = get_args(EventAspect)
_DETAILS = ("kind", "rule", "by", "what", "outcome", "why")


class EventSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two events with the state of its session at that moment.

    `kind` is `reply`, else the event's tag with its own kind (`tls-failed/hostname`). `command` is
    the line that it answers, as sent (redacted; empty: none). `tls` names the version, empty
    without TLS. `level` and `record` are what the catalogue knows of the code; null without one.
    `lines` is text of the server and plain.
    """

    seq: int
    at: float
    attempt: int
    kind: str
    step: str | None = None
    verb: str | None = None
    command: str = ""
    code: int | None = None
    enhanced: str | None = None
    lines: tuple[str, ...] = ()
    host: str = ""
    tls: str = ""
    authenticated: bool = False
    vendor: str | None = None
    answer: Answer | None = None

    @property
    def level(self) -> Level:
        """Which level of the catalogue knows the code."""
        return self.answer.level if self.answer else "unknown"


class EventDifference(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect in which the two events differ; empty where a side has no value.

    Values are ids (`step`: a step, `class`: `class.5`, `tls`: a version, `authenticated`: yes or
    no, `vendor`: an id without its prefix) or the text itself (`text`: only the lines that the
    other side does not have; `command`; `host`).
    """

    aspect: EventAspect
    left: tuple[str, ...]
    right: tuple[str, ...]


class EventComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two events side by side. `codes` compares what the catalogue knows of both, if it does.

    `seconds` passed from the first to the second (negative the other way round, null between two
    sessions); `same_lines` are the lines of text that both have.
    """

    a: EventSide
    b: EventSide
    differences: tuple[EventDifference, ...]
    same: tuple[EventAspect, ...]
    same_lines: tuple[str, ...]
    seconds: float | None
    codes: Comparison | None


def compare_events(
    catalogue: Catalogue,
    a: Entry,
    b: Entry,
    log: Iterable[Entry],
    header: Header | None = None,
    *,
    other: Iterable[Entry] | None = None,
    other_header: Header | None = None,
    vendors: Vendors | None = None,
) -> EventComparison:
    """Return two entries of `log` side by side; `b` is one of `other` where that is given."""
    known = vendors or load_vendors()
    entries = tuple(log)
    left = _side(catalogue, known, a, entries, header)
    if other is None:
        right = _side(catalogue, known, b, entries, header)
    else:
        right = _side(catalogue, known, b, tuple(other), other_header)
    pairs = [(aspect, _value(aspect, left), _value(aspect, right)) for aspect in EVENT_ASPECTS]
    same_lines = tuple(line for line in left.lines if line in right.lines)
    return EventComparison(
        a=left,
        b=right,
        differences=tuple(
            _difference(aspect, one, two, same_lines) for aspect, one, two in pairs if one != two
        ),
        same=tuple(aspect for aspect, one, two in pairs if one == two),
        same_lines=same_lines,
        seconds=b.at - a.at if other is None else None,
        codes=_codes(catalogue, left, right),
    )


def entry_of(log: Sequence[Entry], seq: int) -> Entry:
    """Return the entry with this number. Raises `UserError` entry-unknown."""
    for entry in log:
        if entry.seq == seq:
            return entry
    numbers = [entry.seq for entry in log] or [0]
    raise UserError("entry-unknown", seq=seq, first=numbers[0], last=numbers[-1])


def _difference(
    aspect: EventAspect, one: tuple[str, ...], two: tuple[str, ...], same_lines: tuple[str, ...]
) -> EventDifference:
    if aspect == "text":
        one = tuple(line for line in one if line not in same_lines) or one
        two = tuple(line for line in two if line not in same_lines) or two
    return EventDifference(aspect=aspect, left=one, right=two)


def _value(aspect: EventAspect, side: EventSide) -> tuple[str, ...]:
    match aspect:
        case "text":
            return side.lines
        case "class":
            first = side.code // 100 if side.code is not None else 0
            return (f"class.{first}",) if 2 <= first <= 5 else ()
        case "authenticated":
            return ("yes" if side.authenticated else "no",)
        case "code":
            return (f"{side.code:03d}",) if side.code is not None else ()
    value = getattr(side, aspect)
    return (str(value),) if value else ()


def _codes(catalogue: Catalogue, left: EventSide, right: EventSide) -> Comparison | None:
    one = left.answer.record if left.answer else None
    two = right.answer.record if right.answer else None
    if one is None or two is None or one.id == two.id:
        return None
    return compare_records(catalogue, one, two)


class _State:
    """What is true of the session just before an entry, as far as a comparison asks."""

    def __init__(self, vendors: Vendors, header: Header | None) -> None:
        self.observer = Observer(vendors, header)
        self.host = header.settings.get("host", "") if header else ""
        self.tls = ""
        self.authenticated = False
        self.step: str | None = None
        self.command = ""
        self.kinds: dict[str, str] = {}

    @property
    def vendor(self) -> str | None:
        """Whose server it is, weighed as everywhere else."""
        return self.observer.vendor

    def take(self, entry: Entry) -> None:
        self.observer.feed(entry)
        match entry.event:
            case StepStarted() as event:
                self.kinds[event.step] = event.kind
                self.step = event.kind
            case AttemptStarted() | ConnectionClosed():
                self.tls, self.authenticated = "", False
                self.command = ""
            case Connected() as event:
                self.host = event.host
            case TlsEstablished() as event:
                self.tls = event.version
            case LoginTried(outcome="accepted"):
                self.authenticated = True
            case LineSent() as event:
                self.command = event.text
            case ReplyReceived() as event:
                self.authenticated = self.authenticated or event.code == 235
            case _:
                pass

    def step_of(self, event: ReplyReceived) -> str | None:
        """Return the kind of step that a reply belongs to; HELO counts as EHLO."""
        kind = self.kinds.get(event.step or "") or event.step or ""
        if not kind or kind not in _KINDS:
            kind = STEP_OF_VERB.get((event.verb or "").upper(), "") or self.step or ""
        return {"helo": "ehlo", "body": "body-end"}.get(kind, kind) or None


_KINDS = frozenset({*STEP_OF_VERB.values(), "greeting", "helo", "body", "body-end", "raw", "etrn"})


def _side(
    catalogue: Catalogue,
    vendors: Vendors,
    entry: Entry,
    log: tuple[Entry, ...],
    header: Header | None,
) -> EventSide:
    state = _State(vendors, header)
    for earlier in log:
        if earlier.seq >= entry.seq:
            break
        state.take(earlier)
    event = entry.event
    if not isinstance(event, ReplyReceived):
        return EventSide(
            seq=entry.seq,
            at=entry.at,
            attempt=entry.attempt,
            kind=_kind(event),
            step=state.kinds.get(getattr(event, "step", None) or "") or state.step,
            command=event.text if isinstance(event, LineSent) else "",
            verb=event.verb if isinstance(event, LineSent) else None,
            lines=tuple(filter(None, (getattr(event, "detail", ""),))),
            host=state.host,
            tls=state.tls,
            authenticated=state.authenticated,
            vendor=state.vendor,
        )
    state.observer.feed(entry)
    answer = None
    if event.code is not None:
        answer = catalogue.explain_code(event.code, event.enhanced, state.vendor)
    step = state.step_of(event)
    return EventSide(
        seq=entry.seq,
        at=entry.at,
        attempt=entry.attempt,
        kind="reply",
        step=step,
        verb=event.verb,
        command="" if step == "greeting" or event.unsolicited else state.command,
        code=event.code,
        enhanced=event.enhanced,
        lines=event.lines,
        host=state.host,
        tls=state.tls,
        authenticated=state.authenticated,
        vendor=state.vendor,
        answer=answer,
    )


def _kind(event: msgspec.Struct) -> str:
    """Return an event's tag and, where it has one, its own kind."""
    tag = str(event.__struct_config__.tag)
    values = (getattr(event, name, None) for name in _DETAILS)
    own = next((value for value in values if isinstance(value, str) and value), "")
    return f"{tag}/{own}" if own else tag
