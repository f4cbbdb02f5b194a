"""`--step`: asks before each line what is to be done with it."""

from __future__ import annotations

from mailoscope_core.cli.console import Console
from mailoscope_core.record.events import ControlRefused, Paused, PlanChanged, StepRecord
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.plain import visible
from mailoscope_core.session.control import (
    Control,
    Edit,
    Finish,
    RunToEnd,
    SendRaw,
    Skip,
    StepOver,
)

_ASKED = frozenset({"edit", "skip", "send-raw", "step-over", "run-to-end"})


class Stepper:
    """Asks on the console; the end of the input quits, it never sends anything."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._words = EventWords(console.texts)

    def ask(self, pause: Paused, plan: PlanChanged | None) -> tuple[Control, ...]:
        """Return what to do about the next step."""
        step = self._next(pause, plan)
        if step is None or plan is None:
            return (Finish(),)
        _ = self._console.texts.gettext
        name = self._words.step(step.kind)
        what = f"{name}: {visible(step.line)}" if step.line else name
        self._console.complain(_("Next: {what}").format(what=what))
        help_text = _(
            "Enter = do it, e = edit the line, s = leave it out, r = send another line first, "
            "c = run to the end, q = quit"
        )
        while True:
            answer = self._console.ask(f"[Enter/e/s/r/c/q] {_('or ? for help')}: ")
            controls = self._controls(answer, step, plan)
            if controls is not None:
                return controls
            self._console.complain(help_text)

    def after(self, event: object, pause: Paused, plan: PlanChanged | None) -> tuple[Control, ...]:
        """Return what follows a change of the plan or a refusal while the session waits."""
        if isinstance(event, PlanChanged) and event.reason == "skip":
            return (StepOver(),)
        changed = isinstance(event, PlanChanged) and event.reason == "edit"
        refused = isinstance(event, ControlRefused) and event.control in _ASKED
        return self.ask(pause, plan) if changed or refused else ()

    def _controls(
        self, answer: str | None, step: StepRecord, plan: PlanChanged
    ) -> tuple[Control, ...] | None:
        """Return the controls for an answer, null when it has to be asked again."""
        match None if answer is None else answer.strip().casefold():
            case None | "q":
                return (Finish(),)
            case "":
                return (StepOver(),)
            case "c":
                return (RunToEnd(),)
            case "s":
                return (Skip(step.id, plan.revision),)
            case "e" if step.line is not None:
                line = self._console.ask("> ")
                return None if not line else (Edit(step.id, plan.revision, line),)
            case "r":
                line = self._console.ask("> ")
                return None if not line else (SendRaw(line),)
        return None

    def _next(self, pause: Paused, plan: PlanChanged | None) -> StepRecord | None:
        steps = plan.steps if plan else ()
        return next((step for step in steps if step.id == pause.step), None)
