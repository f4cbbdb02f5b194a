"""The plan under the user's hands: what is next, what has been sent, and every change of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.protocol.commands import Verb, verb_of
from mailoscope_core.record.events import PlanChanged, StepRecord
from mailoscope_core.record.redactor import Redactor
from mailoscope_core.session import control
from mailoscope_core.session.steps import Plan, Step, StepKind

PlanControl = control.Edit | control.Insert | control.Remove | control.Move | control.Skip

AD_HOC = "ad-hoc"
"""The note of a step that was sent outside the plan; a restart leaves it behind."""

_KIND_OF_VERB = {
    Verb.EHLO: StepKind.EHLO,
    Verb.HELO: StepKind.HELO,
    Verb.STARTTLS: StepKind.STARTTLS,
    Verb.MAIL: StepKind.MAIL,
    Verb.RCPT: StepKind.RCPT,
    Verb.DATA: StepKind.DATA,
    Verb.RSET: StepKind.RSET,
    Verb.NOOP: StepKind.NOOP,
    Verb.VRFY: StepKind.VRFY,
    Verb.EXPN: StepKind.EXPN,
    Verb.HELP: StepKind.HELP,
    Verb.QUIT: StepKind.QUIT,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change of the plan is not possible; `rule` is the id for the log."""

    rule: Literal["stale-revision", "no-such-step", "already-sent", "no-line"]


class PlanDesk:
    """Holds the plan of the running attempt; all methods are called by the runner alone."""

    def __init__(self, plan: Plan, redactor: Redactor) -> None:
        self.plan = plan
        self.finished: set[str] = set()
        self.running: Step | None = None
        self._removed: set[str] = set()
        self._redactor = redactor
        self._added = 0

    @property
    def removed(self) -> frozenset[str]:
        """Ids of planned steps that the user took out."""
        return frozenset(self._removed)

    @property
    def sent(self) -> frozenset[str]:
        """Ids of steps that can no longer be changed."""
        running = {self.running.id} if self.running else set()
        return frozenset(self.finished | running)

    def next(self) -> Step | None:
        """Return the first step that is neither finished nor running."""
        sent = self.sent
        return next((step for step in self.plan.steps if step.id not in sent), None)

    def replace(self, plan: Plan) -> bool:
        """Take a plan the planner has remade; false when it is the same."""
        if plan.steps == self.plan.steps:
            return False
        self.plan = replace(plan, revision=self.plan.revision + 1)
        return True

    def restart(self, plan: Plan) -> None:
        """Begin a new attempt with `plan`."""
        self.plan = plan
        self.finished.clear()
        self.running = None

    def add_now(self, line: str, *, force: bool, kind: StepKind | None = None) -> Step:
        """Put a step that is to be sent at once before the next one and return it."""
        upcoming = self.next()
        step = self._new_step(line, force=force, note=AD_HOC, kind=kind)
        place = self.plan.index(upcoming.id) if upcoming else len(self.plan.steps)
        self._put(step, place)
        return step

    def apply(self, change: PlanControl) -> Refusal | None:
        """Carry a change out; a refusal leaves the plan as it was."""
        if change.revision != self.plan.revision:
            return Refusal("stale-revision")
        if isinstance(change, control.Insert):
            return self._insert(change)
        step = self.plan.find(change.step_id)
        if step is None:
            return Refusal("no-such-step")
        if step.id in self.sent:
            return Refusal("already-sent")
        match change:
            case control.Edit():
                if not step.kind.sends_line:
                    return Refusal("no-line")
                self._swap(step, step.with_line(change.line, force=change.force))
            case control.Skip():
                self._swap(step, replace(step, skip=not step.skip))
            case control.Remove():
                self._removed.add(step.id)
                self._set(tuple(other for other in self.plan.steps if other.id != step.id))
            case control.Move():
                return self._move(step, change.before)
        return None

    def event(self, reason: str) -> PlanChanged:
        """Return the plan as the log keeps it, with typed secrets masked."""
        steps = tuple(
            StepRecord(
                id=step.id,
                kind=step.kind.value,
                line=None if step.line is None else self._redactor.mask_typed(step.line),
                note=step.note,
                edited=step.edited,
                skip=step.skip,
                force=step.force,
            )
            for step in self.plan.steps
        )
        return PlanChanged(revision=self.plan.revision, reason=reason, steps=steps)

    def _insert(self, change: control.Insert) -> Refusal | None:
        place = self._place_before(change.before)
        if isinstance(place, Refusal):
            return place
        self._put(self._new_step(change.line, force=change.force), place)
        return None

    def _move(self, step: Step, before: str | None) -> Refusal | None:
        if before == step.id:
            return None
        place = self._place_before(before)
        if isinstance(place, Refusal):
            return place
        others = [other for other in self.plan.steps if other.id != step.id]
        if before is not None:
            place = next(n for n, other in enumerate(others) if other.id == before)
        else:
            place = len(others)
        self._set((*others[:place], step, *others[place:]))
        return None

    def _place_before(self, before: str | None) -> int | Refusal:
        if before is None:
            return len(self.plan.steps)
        if self.plan.find(before) is None:
            return Refusal("no-such-step")
        if before in self.sent:
            return Refusal("already-sent")
        return self.plan.index(before)

    def _new_step(
        self, line: str, *, force: bool, note: str = "", kind: StepKind | None = None
    ) -> Step:
        self._added += 1
        verb = verb_of(line.encode("utf-8", "replace"))
        return Step(
            id=f"added-{self._added}",
            kind=kind or _KIND_OF_VERB.get(verb, StepKind.RAW),
            line=line,
            edited=True,
            force=force,
            auto=False,
            note=note,
        )

    def _swap(self, old: Step, new: Step) -> None:
        self._set(tuple(new if step.id == old.id else step for step in self.plan.steps))

    def _put(self, step: Step, place: int) -> None:
        steps = self.plan.steps
        self._set((*steps[:place], step, *steps[place:]))

    def _set(self, steps: tuple[Step, ...]) -> None:
        self.plan = Plan(steps, self.plan.revision + 1)
