"""Drives a session from the command line: shows each entry, answers pauses and questions."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from mailoscope_core.base.secret import Secret
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.questions import Questions
from mailoscope_core.cli.stepper import Stepper
from mailoscope_core.record.events import (
    ConfirmationNeeded,
    Entry,
    Paused,
    PlanChanged,
    SecretNeeded,
)
from mailoscope_core.record.log import SessionLog
from mailoscope_core.report.state import StateFold
from mailoscope_core.session.control import (
    Breakpoint,
    Cancel,
    Confirm,
    Control,
    Finish,
    KeepWaiting,
    ProvideSecret,
    RunToEnd,
    SetBreakpoint,
)

_STOP = "stop-before"
_JOIN_S = 0.5


class Runner(Protocol):
    """The part of `SessionRunner` that is driven."""

    def start(self) -> None:
        """Begin."""

    def post(self, message: Control) -> None:
        """Hand a control message to the session."""

    def join(self, timeout_s: float = 0.5) -> bool:
        """Wait for the end."""


@dataclass(slots=True)
class Result:
    """What the driver saw that the exit code depends on, beside the log itself."""

    cancelled: bool = False
    refused_confirmation: str = ""
    secret_missing: str = ""
    late_step: str = ""


class Drive:
    """One session from `start` to its end; `run` returns when it has finished."""

    def __init__(
        self,
        runner: Runner,
        log: SessionLog,
        console: Console,
        show: Callable[[Entry], None],
        *,
        stop_before: str | None = None,
        step: bool = False,
        secret: Secret | None = None,
        asks_secret: bool = True,
    ) -> None:
        self._runner = runner
        self._show = show
        self._stop_before = stop_before
        self._questions = Questions(console)
        self._stepper = Stepper(console) if step else None
        self._secret = secret
        self._asks_secret = asks_secret
        self._state = StateFold()
        self._plan: PlanChanged | None = None
        self._pause: Paused | None = None
        self._tls_refused = False
        self.result = Result()
        self._entries: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        log.subscribe(self._entries.put)

    def run(self) -> Result:
        """Start the session and see it through; Ctrl-C cancels it."""
        if self._stop_before is not None:
            point = Breakpoint(id=_STOP, on="step", value=self._stop_before)
            self._runner.post(SetBreakpoint(point))
        self._runner.start()
        while not self._over():
            try:
                self._take(self._entries.get())
            except KeyboardInterrupt:
                if self.result.cancelled:
                    break  # asked twice: do not wait for anything any more
                self.result.cancelled = True
                self._runner.post(Cancel())
        self._runner.join(_JOIN_S)
        return self.result

    def _over(self) -> bool:
        return self._state.state.finished is not None

    def _take(self, entry: Entry) -> None:
        self._state.feed(entry)
        self._show(entry)
        event = entry.event
        if isinstance(event, PlanChanged):
            self._plan = event
        if self.result.cancelled:
            return
        if isinstance(event, Paused):
            self._pause = event
            self._post(self._answer(event))
        elif self._stepper is not None and self._pause and self._state.state.waiting:
            self._post(self._stepper.after(event, self._pause, self._plan))

    def _post(self, controls: Iterable[Control]) -> None:
        for control in controls:
            self._runner.post(control)

    def _answer(self, pause: Paused) -> tuple[Control, ...]:
        question = self._state.state.question
        match pause.why:
            case "secret":
                return (self._provide(question),)
            case "confirmation" if isinstance(question, ConfirmationNeeded):
                return (self._confirm(question),)
            case "deadline":
                return (self._wait_on(pause),)
            case "trouble" if isinstance(question, ConfirmationNeeded):
                return self._after_bad_certificate(question, pause)
            case "breakpoint" if pause.breakpoint == _STOP:
                return (Finish(),)
            case "end":
                return (Finish(),)
        if self._stepper is not None and pause.step is not None:
            return self._stepper.ask(pause, self._plan)
        return (RunToEnd(),) if pause.why in ("start", "step") else (Finish(),)

    def _provide(self, question: object) -> Control:
        """Answer with the secret that is there, else ask; each one is used up by being given."""
        needed = question if isinstance(question, SecretNeeded) else None
        secret, self._secret = self._secret, None
        if secret is None and needed is not None and self._asks_secret:
            secret = self._questions.secret(needed)
        if secret is None:
            self.result.secret_missing = needed.problem or "not-given" if needed else "not-given"
        return ProvideSecret(secret)

    def _confirm(self, question: ConfirmationNeeded) -> Control:
        accepted = self._questions.confirm(question)
        if not accepted:
            self.result.refused_confirmation = question.kind
        return Confirm(question.kind, accepted)

    def _after_bad_certificate(
        self, question: ConfirmationNeeded, pause: Paused
    ) -> tuple[Control, ...]:
        """Go on with a certificate that did not verify, if a person says so; once a session."""
        if not self._tls_refused and self._questions.confirm(question, quiet=True):
            following = (RunToEnd(),) if self._stepper is None else ()
            return (Confirm(question.kind, accepted=True), *following)
        self._tls_refused = True
        return (Finish(),)

    def _wait_on(self, pause: Paused) -> Control:
        late = self._state.state.deadline
        if self._stepper is not None and self._questions.keep_waiting(late):
            return KeepWaiting(None)
        self.result.late_step = pause.step or (late.step if late else "") or ""
        return Cancel()
