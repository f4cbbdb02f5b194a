"""The ladder as a fold of the log: one rung a step, with its state, reply and time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.record.events import (
    AttemptStarted,
    BodyProgress,
    ControlAccepted,
    Entry,
    LineSent,
    PlanChanged,
    ReplyReceived,
    StepFinished,
    StepRecord,
    StepStarted,
)
from mailoscope_core.report.plain import visible

RungState = Literal[
    "waiting", "next", "running", "done", "refused", "failed", "skipped", "cancelled"
]


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of one attempt. `ms` is how long it took, null until it has ended.

    `line` is the line as planned, or as sent once it was; `reply` is the first line of the last
    reply's text; `first_seq` and `last_seq` enclose the step's entries. `progress` is the share of
    the body that has been sent, 0 to 1.
    """

    step: str
    kind: str
    attempt: int
    line: str | None = None
    state: RungState = "waiting"
    code: int | None = None
    enhanced: str | None = None
    reply: str = ""
    started_at: float | None = None
    ms: float | None = None
    note: str = ""
    edited: bool = False
    skip: bool = False
    force: bool = False
    breakpoint: bool = False
    progress: float | None = None
    first_seq: int | None = None
    last_seq: int | None = None


@dataclass(frozen=True, slots=True)
class LadderChange:
    """What an entry changed in the current attempt's rungs: all of them, or the rows named."""

    reset: bool = False
    rows: tuple[int, ...] = ()


NOTHING = LadderChange()


class LadderFold:
    """The rungs of the current attempt and of those before it.

    `feed` is constant time but for a change of the plan, which is linear in the plan's length.
    """

    def __init__(self) -> None:
        self.attempt = 1
        self.past: list[tuple[Rung, ...]] = []
        self._rungs: list[Rung] = []
        self._place: dict[str, int] = {}
        self._running: str | None = None
        self._next = 0
        self._stops: set[str] = set()

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The current attempt's rungs, in the order of the plan."""
        return tuple(self._rungs)

    @property
    def all_rungs(self) -> tuple[Rung, ...]:
        """The rungs of all attempts, oldest first; of past ones only what was begun."""
        return (*(rung for attempt in self.past for rung in attempt), *self._rungs)

    def feed(self, entry: Entry) -> LadderChange:
        """Take the next entry in and tell which rows are different now."""
        event = entry.event
        match event:
            case AttemptStarted():
                return self._begin(event)
            case PlanChanged():
                return self._plan(event)
            case StepStarted():
                return self._started(entry, event)
            case StepFinished():
                return self._finished(entry, event)
            case LineSent(step=str(step)):
                return self._sent(step, event, entry.seq)
            case ReplyReceived():
                return self._replied(event, entry.seq)
            case BodyProgress() if self._running is not None and event.size:
                return self._update(self._running, progress=event.sent / event.size)
            case ControlAccepted():
                return self._breakpoint(event)
        return NOTHING

    def _begin(self, event: AttemptStarted) -> LadderChange:
        if event.number == self.attempt:
            return NOTHING
        self.past.append(tuple(rung for rung in self._rungs if rung.started_at is not None))
        self.attempt = event.number
        self._rungs, self._place, self._running, self._next = [], {}, None, 0
        return LadderChange(reset=True)

    def _plan(self, event: PlanChanged) -> LadderChange:
        old = {rung.step: rung for rung in self._rungs}
        self._rungs = [self._renewed(record, old.get(record.id)) for record in event.steps]
        self._place = {rung.step: row for row, rung in enumerate(self._rungs)}
        self._mark_next(0)
        return LadderChange(reset=True)

    def _renewed(self, record: StepRecord, known: Rung | None) -> Rung:
        """Return the rung of a planned step; one that has begun keeps what happened to it."""
        if known is not None and (known.started_at is not None or known.code is not None):
            return known
        return Rung(
            step=record.id,
            kind=record.kind,
            attempt=self.attempt,
            line=record.line,
            note=record.note,
            edited=record.edited,
            skip=record.skip,
            force=record.force,
            breakpoint=self._stops_at(record.id, record.kind),
        )

    def _started(self, entry: Entry, event: StepStarted) -> LadderChange:
        if event.step not in self._place:
            self._place[event.step] = len(self._rungs)
            self._rungs.append(Rung(event.step, event.kind, self.attempt))
        self._running = event.step
        before = self._next
        changed = self._update(
            event.step, state="running", started_at=entry.at, first_seq=entry.seq
        )
        self._mark_next(before)
        return LadderChange(rows=_rows(changed.rows, before, self._next))

    def _finished(self, entry: Entry, event: StepFinished) -> LadderChange:
        self._running = None
        row = self._place.get(event.step)
        began = self._rungs[row].started_at if row is not None else None
        ms = None if began is None else round((entry.at - began) * 1000, 3)
        changed = self._update(event.step, state=event.outcome, ms=ms, last_seq=entry.seq)
        before = self._next
        self._mark_next(before)
        return LadderChange(rows=_rows(changed.rows, before, self._next))

    def _sent(self, step: str, event: LineSent, seq: int) -> LadderChange:
        row = self._place.get(step)
        if row is None or (self._rungs[row].kind == "auth" and event.verb != "auth"):
            return NOTHING  # the answers inside a log-in are no line of the plan
        return self._update(step, line=event.text, force=event.forced, last_seq=seq)

    def _replied(self, event: ReplyReceived, seq: int) -> LadderChange:
        step = self._greeting if event.verb == "greeting" else event.step or self._running
        if step is None or event.unsolicited:
            return NOTHING
        return self._update(
            step,
            code=event.code,
            enhanced=event.enhanced,
            reply=visible(event.lines[0]) if event.lines else "",
            last_seq=seq,
        )

    @property
    def _greeting(self) -> str | None:
        """The step that waits for the greeting; a quick server greets before it has begun."""
        return next((rung.step for rung in self._rungs if rung.kind == "greeting"), None)

    def _breakpoint(self, event: ControlAccepted) -> LadderChange:
        """Follow breakpoints on steps; their ids are `step:<value>`, told as `step <value>`."""
        on, _, value = event.detail.replace(":", " ", 1).partition(" ")
        if on != "step" or event.control not in ("set-breakpoint", "clear-breakpoint"):
            return NOTHING
        if event.control == "set-breakpoint":
            self._stops.add(value)
        else:
            self._stops.discard(value)
        rows = []
        for row, rung in enumerate(self._rungs):
            stop = self._stops_at(rung.step, rung.kind)
            if stop != rung.breakpoint:
                self._rungs[row] = replace(rung, breakpoint=stop)
                rows.append(row)
        return LadderChange(rows=tuple(rows))

    def _stops_at(self, step: str, kind: str) -> bool:
        return step in self._stops or kind in self._stops

    def _update(self, step: str, **changes: object) -> LadderChange:
        row = self._place.get(step)
        if row is None:
            return NOTHING
        # mypy cannot match names to types here; a wrong one raises in every test that folds a log.
        self._rungs[row] = replace(self._rungs[row], **changes)  # type: ignore[arg-type]
        return LadderChange(rows=(row,))

    def _mark_next(self, start: int) -> None:
        """Move the mark "next" to the first rung that has not begun, from `start` onwards."""
        rungs = self._rungs
        if start < len(rungs) and rungs[start].state == "next":
            rungs[start] = replace(rungs[start], state="waiting")
        self._next = len(rungs)
        for row in range(start, len(rungs)):
            if rungs[row].started_at is None:
                self._next = row
                rungs[row] = replace(rungs[row], state="next")
                return


def ladder(entries: Iterable[Entry]) -> tuple[Rung, ...]:
    """Return the rungs of all attempts of a session."""
    fold = LadderFold()
    for entry in entries:
        fold.feed(entry)
    return fold.all_rungs


def _rows(changed: tuple[int, ...], *marks: int) -> tuple[int, ...]:
    return tuple(sorted({*changed, *marks}))
