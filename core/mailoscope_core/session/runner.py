"""Runs one session in one worker thread: the plan, step by step, under the user's control."""

from __future__ import annotations

import functools
import threading
import traceback
from collections.abc import Callable
from typing import Literal

from mailoscope_core.record.events import (
    AttemptStarted,
    EnvironmentNoted,
    MessagePrepared,
    SessionFinished,
    StepFinished,
    StepStarted,
    Surprise,
)
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session import breakpoints
from mailoscope_core.session.control import Control, Restart
from mailoscope_core.session.link import Link
from mailoscope_core.session.perform import perform
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
from mailoscope_core.session.plan_desk import PlanDesk
from mailoscope_core.session.planner import make_plan, renew
from mailoscope_core.session.reach import choose_fqdn
from mailoscope_core.session.reception import Reception
from mailoscope_core.session.request import Services, SessionRequest
from mailoscope_core.session.stepping import HeldBack, Outcome, StepFailed, Stepping, outcome_of
from mailoscope_core.session.steps import Plan, Step, StepKind
from mailoscope_core.storage.profile import TlsMode

# A no to one of these does not stop a run: there is more to learn from the next step.
_GO_ON_AFTER = frozenset(
    {
        StepKind.RCPT,
        StepKind.RSET,
        StepKind.NOOP,
        StepKind.VRFY,
        StepKind.EXPN,
        StepKind.HELP,
        StepKind.QUIT,
    }
)
_FINISH_PATIENCE_S = 3.0


class SessionRunner:
    """A session in its worker thread. All that it does is in the log; `post` is the only way in.

    The session starts paused before its first step. After the last step it stays, for repeats and
    restarts, until `Finish` or `Cancel`.
    """

    def __init__(self, request: SessionRequest, log: SessionLog, services: Services) -> None:
        self.request = request.checked()
        self.log = log
        self._services = services
        link = Link(self.request, log, services)
        desk = PlanDesk(Plan(()), log.redactor)
        self._pilot = Pilot(log, link, desk, services.clock)
        self._run = Stepping(self.request, services, log, link, desk, self._pilot)
        self._pilot.on_wake = self._take_late_lookups
        self._pilot.take = Reception(self._pilot).take
        self._trouble: tuple[Outcome, Step] | None = None
        self._released: str | None = None
        self._thread = threading.Thread(target=self._work, name="session", daemon=True)

    @property
    def alive(self) -> bool:
        """True while the worker runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin; controls may be posted before or after."""
        self._thread.start()

    def post(self, message: Control) -> None:
        """Hand a control message to the session, from any thread."""
        self._pilot.post(message)

    def join(self, timeout_s: float = 0.5) -> bool:
        """Wait for the worker to end; false when it has not, and then it may be abandoned."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # --- the worker ---------------------------------------------------------------------------

    def _work(self) -> None:
        outcome: Literal["done", "refused", "failed", "cancelled"] = "failed"
        try:
            outcome = self._session()
        except Exception as error:  # noqa: BLE001  # a worker that dies silently is worse
            self._note_internal_error(error)
        finally:
            self._run.link.close()
            step = self._trouble[1].id if self._trouble else None
            self.log.append(SessionFinished(outcome=outcome, step=step))
            self._run.link.waker.close()
            self.log.close()

    def _session(self) -> Literal["done", "refused", "failed", "cancelled"]:
        self.log.append(EnvironmentNoted(facts=self._services.environment()))
        self._note_message()
        self._begin_attempt("start")
        go_on: Callable[[], None] = self._attempt
        while True:
            try:
                go_on()
                go_on = self._attempt
            except RestartAsked as asked:
                go_on = functools.partial(self._restart, asked.control)
            except TlsAccepted:
                go_on = self._accept_tls
            except FinishAsked:
                self._say_goodbye()
                return self._outcome()
            except Cancelled:
                return "cancelled"

    def _begin_attempt(self, why: Literal["start", "restart", "accepted-tls"]) -> None:
        run = self._run
        if why != "start":
            self.log.attempt += 1
        self.log.append(AttemptStarted(number=self.log.attempt, why=why))
        run.accepted_recipients = 0
        run.typed_secrets.clear()
        self._pilot.bad_certificate = None
        self._pilot.ad_hoc.clear()
        run.late_lookups.clear()
        if why == "start":
            choose_fqdn(run)
        fresh = make_plan(run.request, run.ehlo_name)
        run.desk.restart(fresh if why == "start" else renew(run.desk.plan, fresh, run.desk.removed))
        self._trouble = None
        self._released = None
        self.log.append(run.desk.event("initial" if why == "start" else "restarted"))

    def _attempt(self) -> None:
        """Go through the plan until an exception of the user's making ends it."""
        desk, pilot = self._run.desk, self._pilot
        while True:
            if pilot.ad_hoc:
                self._run_ad_hoc(pilot.ad_hoc.popleft())
                continue
            step = desk.next()
            if step is None or self._stops_before(step):
                pilot.idle(step)
                self._released = step.id if step else None
                continue
            self._run_step(step)
            self._end_stepping()

    def _end_stepping(self) -> None:
        if self._pilot.mode in (Mode.STEP, Mode.INTO):
            self._pilot.pause("step")

    def _stops_before(self, step: Step) -> bool:
        pilot = self._pilot
        if pilot.is_paused:
            return True
        hit = breakpoints.at_step(pilot.breakpoints.values(), step)
        if hit is not None and step.id != self._released:
            pilot.pause("breakpoint", hit.id)
        elif step.id in pilot.stops:
            pilot.pause("step")
        return pilot.is_paused

    def _run_step(self, step: Step) -> Outcome:
        run = self._run
        run.desk.running, run.link.step = step, step.id
        self.log.append(StepStarted(step=step.id, kind=step.kind.value))
        outcome: Outcome = "cancelled"
        try:
            outcome = "skipped" if step.skip else perform(run, step)
        except HeldBack:
            pass
        except StepFailed:
            outcome = "failed"
        except Dropped:
            pass
        finally:
            run.desk.running, run.link.step = None, None
            run.desk.finished.add(step.id)
            self.log.append(StepFinished(step=step.id, kind=step.kind.value, outcome=outcome))
        self._weigh(step, outcome)
        return outcome

    def _weigh(self, step: Step, outcome: Outcome) -> None:
        """Decide whether the run goes on by itself after this outcome."""
        upcoming = self._run.desk.next()
        if outcome in ("done", "skipped"):
            if self._trouble and self._trouble[1].kind is step.kind:
                self._trouble = None
            return
        listens = self._run.link.is_open and not self._run.link.is_closing
        if step.kind in _GO_ON_AFTER and outcome == "refused" and listens:
            if step.kind is StepKind.RCPT and not self._run.accepted_recipients:
                self._trouble = (outcome, step)  # unless a later recipient is accepted
            return
        if step.kind is StepKind.QUIT or (upcoming and upcoming.kind is StepKind.HELO):
            return
        if (
            step.kind is StepKind.STARTTLS
            and outcome == "refused"
            and listens
            and self._run.request.profile.tls is TlsMode.OPTIONAL
            and self._run.desk.plan.find("ehlo-tls") is None
        ):
            return  # "if offered": the run goes on in the clear, which has been logged
        self._trouble = (outcome, step)
        self._pilot.pause("trouble")

    def _run_ad_hoc(self, asked: AdHoc) -> None:
        """Send a line now and stop again where the session stood."""
        original = self._run.desk.plan.find(asked.repeats) if asked.repeats else None
        again = original is not None and original.kind in (StepKind.DATA, StepKind.MAIL)
        if again and self._run.link.copies and not self._confirm_copy():
            return
        kind = original.kind if original else None
        step = self._run.desk.add_now(asked.line, force=asked.force, kind=kind)
        self.log.append(self._run.desk.event("repeated" if asked.repeats else "inserted"))
        self._pilot.go(Mode.STEP)
        self._run_step(step)
        self._end_stepping()

    # --- restarts and the end -----------------------------------------------------------------

    def _restart(self, asked: Restart) -> None:
        pilot = self._pilot
        if self._run.link.copies and not self._confirm_copy():
            pilot.pause("asked")
            return
        stops = self._run.desk.from_on(asked.run_to) if asked.run_to else None
        self._run.link.close()
        self._run.link.begin()
        self._begin_attempt("restart")
        if stops is None:
            pilot.pause("start")
        else:
            pilot.go(Mode.RUN, stops)

    def _accept_tls(self) -> None:
        """Begin again without holding the certificate against the server, up to the next step."""
        asked_at = self._pilot.bad_certificate or "tls"
        self._run.request = self._run.request.trusting_unverified()
        self._run.link.request = self._run.request
        self._run.link.close()
        self._run.link.begin()
        self._begin_attempt("accepted-tls")
        self._pilot.go(Mode.RUN, self._run.desk.from_on(asked_at) - {asked_at})

    def _confirm_copy(self) -> bool:
        """A second run past the dot may deliver a second copy: ask (RFC 5321 section 4.5.4.1)."""
        accepted = self._pilot.confirm("second-copy", state=self._run.link.copies)
        if accepted:
            self._run.link.copies = ""
        return accepted

    def _say_goodbye(self) -> None:
        """Say QUIT if the server still listens; wait for its reply a moment, not longer."""
        run = self._run
        link, quit_line = run.link, b"QUIT"
        if not link.is_open or link.machine.pending or not link.machine.check(quit_line).allowed:
            return
        planned = run.desk.plan.find("quit")
        usable = planned is not None and planned.kind is StepKind.QUIT
        if planned is None or not usable or planned.id in run.desk.sent:
            planned = run.desk.add_now("QUIT", force=False)
            self.log.append(run.desk.event("inserted"))
        run.desk.running, link.step = planned, planned.id
        self.log.append(StepStarted(step=planned.id, kind=planned.kind.value))
        link.replies.clear()
        link.send(quit_line)
        until = self._services.clock() + _FINISH_PATIENCE_S
        while link.is_open and not link.replies and until > self._services.clock():
            try:
                self._pilot.wait_briefly(until - self._services.clock())
            except (Cancelled, FinishAsked, RestartAsked, Dropped, TlsAccepted):
                break
        outcome = outcome_of(link.replies.popleft()[0]) if link.replies else "failed"
        self.log.append(StepFinished(step=planned.id, kind=planned.kind.value, outcome=outcome))

    def _outcome(self) -> Literal["done", "refused", "failed", "cancelled"]:
        if self._trouble is None:
            return "done"
        outcome = self._trouble[0]
        return "failed" if outcome == "skipped" else outcome

    # --- odds and ends of the log -------------------------------------------------------------

    def _note_message(self) -> None:
        message = self.request.message
        if message is None:
            return
        self.log.append(
            MessagePrepared(
                source=message.source,
                size=message.size,
                sha256=message.sha256,
                lines_changed=message.lines_changed,
                as_is=message.as_is,
                needs_8bit=message.needs_8bit,
                longest_line=message.longest_line,
                message_id=message.message_id,
            )
        )

    def _take_late_lookups(self) -> None:
        late = self._run.late_lookups
        for pending, note in [item for item in late if item[0].done]:
            late.remove((pending, note))
            note(pending)

    def _note_internal_error(self, error: Exception) -> None:
        """Record where it broke, without the exception's text: that could hold anything."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{frame.filename.rpartition('mailoscope_core')[2]}:{frame.lineno}"
        params = {"kind": type(error).__name__, "where": where}
        self.log.append(Surprise(rule="internal-error", params=params))
