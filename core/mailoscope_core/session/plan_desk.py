"""The plan under the user's hands: what is next, what has been sent, and every change of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.protocol.commands import Verb, verb_of
from mailoscope_core.record.events import PlanChanged, StepRecord
from mailoscope_core.record.redactor import MASK, Redactor
from mailoscope_core.session import control
from mailoscope_core.session.steps import SECRET_SLOT, Plan, Step, StepKind, is_text, wire_form

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


def kind_of(line: str) -> StepKind:
    """Return what a line does, whatever was planned in its place.

    AUTH is the log-in only with the slot for the secret; else it is a line like any other.
    """
    verb = verb_of(wire_form(line))
    if verb is Verb.AUTH and SECRET_SLOT in line:
        return StepKind.AUTH
    return _KIND_OF_VERB.get(verb, StepKind.RAW)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change of the plan is not possible; `rule` is the id for the log."""

    rule: Literal["stale-revision", "no-such-step", "already-sent", "no-line", "not-text"]


class PlanDesk:
    """Holds the plan of the running attempt; all methods are called by the runner alone."""

    def __init__(self, plan: Plan, redactor: Redactor) -> None:
        self.plan = plan
        self.finished: set[str] = set()
        self.running: Step | None = None
        self._removed: set[str] = set()
        self._responses: set[str] = set()
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

    def from_on(self, step_id: str) -> frozenset[str]:
        """Return the ids of a step and of all behind it; empty when it is not in the plan.

        Whoever runs to a step stops at the first of them: the step itself may go when the plan
        changes, and then the run must not go on to the end.
        """
        ids = [step.id for step in self.plan.steps]
        return frozenset(ids[ids.index(step_id) :]) if step_id in ids else frozenset()

    def keep_secret(self, step: Step) -> None:
        """The line of `step` answers a 334: no later event shows it."""
        self._responses.add(step.id)

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
        if isinstance(change, control.Edit | control.Insert) and not is_text(change.line):
            return Refusal("not-text")
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
                self._swap(step, _edited(step, change))
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
        steps = []
        in_exchange = False  # behind an AUTH line typed by hand, up to the next command
        for step in self.plan.steps:
            line = step.line
            if line is not None:
                verb = verb_of(wire_form(line))
                response = in_exchange and verb is Verb.UNKNOWN
                in_exchange = response or (verb is Verb.AUTH and step.kind is StepKind.RAW)
                hidden = response or step.id in self._responses
                line = MASK if hidden else self._redactor.mask_typed(line)
            steps.append(
                StepRecord(
                    id=step.id,
                    kind=step.kind.value,
                    line=line,
                    note=step.note,
                    edited=step.edited,
                    skip=step.skip,
                    force=step.force,
                )
            )
        return PlanChanged(revision=self.plan.revision, reason=reason, steps=tuple(steps))

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
        return Step(
            id=f"added-{self._added}",
            kind=kind or kind_of(line),
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


def _edited(step: Step, change: control.Edit) -> Step:
    """Return the step with the user's line, and as what that line is."""
    kind = kind_of(change.line)
    if step.kind is StepKind.AUTH and verb_of(wire_form(change.line)) is Verb.AUTH:
        kind = StepKind.AUTH
    return replace(step.with_line(change.line, force=change.force), kind=kind)
