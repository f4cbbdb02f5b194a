"""Takes the user's controls in: does what is possible now, refuses the rest with the reason."""

from __future__ import annotations

import math

from mailoscope_core.protocol.commands import InjectionRefused, Verb
from mailoscope_core.protocol.machine import IllegalLine
from mailoscope_core.record.events import (
    ConfirmationGiven,
    ControlAccepted,
    ControlRefused,
    DeadlineExtended,
    Resumed,
)
from mailoscope_core.session import control
from mailoscope_core.session.pilot import (
    AdHoc,
    Cancelled,
    Dropped,
    FinishAsked,
    Mode,
    Pilot,
    RestartAsked,
    TlsAccepted,
)
from mailoscope_core.session.plan_desk import PlanControl, Refusal
from mailoscope_core.session.steps import is_text, wire_form


class Reception:
    """Stands between the inbox and the pilot; used by the runner's thread alone.

    Every control becomes a `ControlAccepted` or a `ControlRefused` in the log. What ends a step or
    the session is raised, from within the wait in which the control was taken in.
    """

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot

    def take(self, asked: control.Control) -> None:
        match asked:
            case control.Cancel():
                self._accept(asked)
                raise Cancelled
            case control.Finish():
                self._accept(asked)
                raise Cancelled if self._pilot.desk.running else FinishAsked
            case control.Restart():
                self._restart(asked)
            case control.Drop():
                self._drop(asked)
            case control.StepOver():
                self._go(asked, Mode.STEP)
            case control.StepInto():
                self._go(asked, Mode.INTO)
            case control.RunToEnd():
                self._go(asked, Mode.RUN)
            case control.RunTo():
                self._run_to(asked)
            case control.Pause():
                self._accept(asked)
                self._pilot.pause("asked")
            case control.KeepWaiting():
                self._keep_waiting(asked)
            case control.SetBreakpoint():
                self._pilot.breakpoints[asked.breakpoint.id] = asked.breakpoint
                self._accept(asked, detail=f"{asked.breakpoint.on} {asked.breakpoint.value}")
            case control.ClearBreakpoint():
                self._pilot.breakpoints.pop(asked.id, None)
                self._accept(asked, detail=asked.id)
            case control.ProvideSecret():
                if self._pilot.asking != "secret":
                    self._refuse(asked, "not-asked")
                    return
                self._accept(asked)
                self._pilot.secrets.append(asked.secret)
            case control.Confirm():
                self._answer(asked)
            case control.SendRaw():
                self._send_raw(asked)
            case control.Repeat():
                self._repeat(asked)
            case (
                control.Edit()
                | control.Insert()
                | control.Remove()
                | control.Move()
                | control.Skip()
            ):
                self._change_plan(asked)

    def _restart(self, asked: control.Restart) -> None:
        if asked.run_to is not None and self._pilot.desk.plan.find(asked.run_to) is None:
            self._refuse(asked, "no-such-step", asked.run_to)
            return
        self._accept(asked)
        raise RestartAsked(asked)

    def _go(self, asked: control.Control, mode: Mode, stops: frozenset[str] = frozenset()) -> None:
        if self._pilot.desk.next() is None and self._pilot.desk.running is None:
            self._refuse(asked, "plan-finished")
            return
        self._accept(asked)
        self._pilot.go(mode, stops)

    def _run_to(self, asked: control.RunTo) -> None:
        if self._pilot.desk.plan.find(asked.step_id) is None:
            self._refuse(asked, "no-such-step", asked.step_id)
        elif asked.step_id in self._pilot.desk.sent:
            self._refuse(asked, "already-sent", asked.step_id)
        else:
            self._go(asked, Mode.RUN, self._pilot.desk.from_on(asked.step_id))

    def _keep_waiting(self, asked: control.KeepWaiting) -> None:
        wait = self._pilot.waiting
        if wait is None or not wait.what:
            self._refuse(asked, "not-waiting")
            return
        self._accept(asked)
        seconds = asked.seconds if asked.seconds is None or math.isfinite(asked.seconds) else None
        wait.until = None if seconds is None else self._pilot.clock() + seconds
        log = self._pilot.log
        log.append(DeadlineExtended(what=wait.what, seconds=seconds, step=wait.step))
        if wait.late:
            wait.late = False
            log.append(Resumed())

    def _drop(self, asked: control.Drop) -> None:
        running = self._pilot.desk.running
        if not self._pilot.link.is_open and running is None:
            self._refuse(asked, "not-connected")
            return
        self._accept(asked)
        self._pilot.pause("asked")
        self._pilot.link.close()
        if running is not None:
            raise Dropped

    def _answer(self, asked: control.Confirm) -> None:
        if asked.kind == "unverified-tls":
            self._answer_about_certificate(asked)
            return
        if self._pilot.asking != asked.kind:
            self._refuse(asked, "not-asked")
            return
        self._accept(asked, detail=asked.kind)
        self._pilot.answers[asked.kind] = asked.accepted

    def _answer_about_certificate(self, asked: control.Confirm) -> None:
        """Take the answer to a question that nobody waits for: accepting is a new attempt."""
        pilot = self._pilot
        if pilot.bad_certificate is None or pilot.desk.running is not None:
            self._refuse(asked, "not-asked")
            return
        self._accept(asked, detail=asked.kind)
        pilot.log.append(ConfirmationGiven(kind=asked.kind, accepted=asked.accepted))
        if asked.accepted:
            raise TlsAccepted
        pilot.bad_certificate = None

    def _send_raw(self, asked: control.SendRaw) -> None:
        if not is_text(asked.line):
            self._refuse(asked, "not-text")
        elif not self._pilot.link.is_open:
            self._refuse(asked, "not-connected")
        elif self._pilot.desk.running is None or not self._pilot.link.machine.pending:
            self._pilot.ad_hoc.append(AdHoc(asked.line, asked.force))
            self._accept(asked, detail=self._shown(asked.line))
        elif not asked.force:
            self._refuse(asked, "reply-pending")
        else:
            self._pipeline(asked)

    def _pipeline(self, asked: control.SendRaw) -> None:
        """Write a line although a reply is pending, as the user insists (RFC 2920)."""
        line = wire_form(asked.line)
        machine = self._pilot.link.machine
        # No secret goes out past the guard: a line behind AUTH is a response, whatever it says.
        log_in = machine.state.auth_open or machine.carries_secret(line)
        if log_in or machine.check(line).verb in (Verb.AUTH, Verb.STARTTLS):
            self._refuse(asked, "not-pipelined")
            return
        try:
            self._pilot.link.send(line, force=True)
        except IllegalLine as error:
            self._refuse(asked, error.verdict.rule)
        except InjectionRefused as error:
            self._refuse(asked, "injection", position=str(error.position + 1))
        else:
            self._accept(asked, detail=self._shown(asked.line))

    def _repeat(self, asked: control.Repeat) -> None:
        step = self._pilot.desk.plan.find(asked.step_id)
        if step is None or step.line is None:
            self._refuse(asked, "no-such-step", asked.step_id)
        elif self._pilot.desk.running is not None:
            self._refuse(asked, "busy", asked.step_id)
        elif not self._pilot.link.is_open:
            self._refuse(asked, "not-connected", asked.step_id)
        else:
            self._accept(asked, step=asked.step_id)
            self._pilot.ad_hoc.append(AdHoc(step.line, step.force, repeats=step.id))

    def _change_plan(self, asked: PlanControl) -> None:
        step = getattr(asked, "step_id", None) or getattr(asked, "before", None)
        refusal = self._pilot.desk.apply(asked)
        if isinstance(refusal, Refusal):
            self._refuse(asked, refusal.rule, step)
            return
        self._accept(asked, step=step)
        self._pilot.log.append(self._pilot.desk.event(_word(asked)))

    def _shown(self, line: str) -> str:
        inside = Verb.AUTH_RESPONSE is self._pilot.link.machine.check(wire_form(line)).verb
        return self._pilot.log.redactor.mask_typed(line, secret=inside)

    def _accept(self, asked: control.Control, *, step: str | None = None, detail: str = "") -> None:
        self._pilot.log.append(ControlAccepted(control=_word(asked), step=step, detail=detail))

    def _refuse(
        self, asked: control.Control, rule: str, step: str | None = None, **params: str
    ) -> None:
        refused = ControlRefused(control=_word(asked), rule=rule, step=step, params=params)
        self._pilot.log.append(refused)


def _word(asked: control.Control) -> str:
    """Return the kebab-case name of a control message, as the log spells it."""
    name = type(asked).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
