"""The user's hands on a running session: the inbox, the pauses, the questions and the waits.

Every wait of a session happens in `Pilot.wait`: one select over the connection and the wake
socket, with the controls taken in between. A deadline is told, never enforced.
"""

from __future__ import annotations

import enum
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mailoscope_core.base.secret import Secret
from mailoscope_core.record.events import (
    ConfirmationGiven,
    ConfirmationNeeded,
    DeadlinePassed,
    Paused,
    ReplyReceived,
    Resumed,
    SecretNeeded,
)
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session import breakpoints, control
from mailoscope_core.session.link import Link
from mailoscope_core.session.plan_desk import PlanDesk
from mailoscope_core.session.steps import Step

# What a select can be told; a longer wait is simply begun again.
_LONGEST_WAIT_S = 24 * 3600.0


class Cancelled(Exception):
    """The user ends the session now."""


class FinishAsked(Exception):
    """The user ends the session in order."""


class Dropped(Exception):
    """The user cut the connection in the middle of a step."""


class RestartAsked(Exception):
    """The user wants a new attempt; `control` says how far it runs."""

    def __init__(self, asked: control.Restart) -> None:
        super().__init__()
        self.control = asked


class TlsAccepted(Exception):
    """The user goes on with a certificate that did not verify."""


class Mode(enum.Enum):
    """What happens when a step ends."""

    PAUSED = "paused"
    STEP = "step"
    INTO = "into"
    RUN = "run"


@dataclass(slots=True)
class Waiting:
    """A wait under way: what for, and until when (null: without end)."""

    what: str
    step: str | None
    until: float | None
    started: float
    late: bool = False


@dataclass(slots=True)
class AdHoc:
    """A line to be sent now, outside the plan."""

    line: str
    force: bool
    repeats: str | None = None


@dataclass(slots=True)
class Pilot:
    """Takes the user's controls in and lets the runner wait; used by the runner's thread alone.

    Only `post` may be called from other threads.
    """

    log: SessionLog
    link: Link
    desk: PlanDesk
    clock: Callable[[], float] = time.monotonic
    mode: Mode = Mode.PAUSED
    stops: frozenset[str] = frozenset()
    why: str = "start"
    hit: str | None = None
    ad_hoc: deque[AdHoc] = field(default_factory=deque)
    breakpoints: dict[str, control.Breakpoint] = field(default_factory=dict)
    on_wake: Callable[[], None] = lambda: None
    take: Callable[[control.Control], None] = lambda asked: None
    _inbox: deque[control.Control] = field(default_factory=deque)
    waiting: Waiting | None = None
    answers: dict[str, bool] = field(default_factory=dict)
    secrets: list[Secret | None] = field(default_factory=list)
    asking: str = ""
    bad_certificate: str | None = None
    """The TLS step whose certificate the user has been asked about and may still accept."""

    @property
    def is_paused(self) -> bool:
        """True when the session stops before its next step."""
        return self.mode is Mode.PAUSED

    def post(self, message: control.Control) -> None:
        """Hand a control message in, from any thread."""
        self._inbox.append(message)
        self.link.waker.wake()

    # --- waiting ------------------------------------------------------------------------------

    def wait(
        self,
        done: Callable[[], bool],
        what: str = "",
        seconds: float | None = None,
        step: Step | None = None,
    ) -> None:
        """Return when `done()` is true; after `seconds` log the deadline and pause, once.

        Raises `Cancelled`, `FinishAsked`, `Dropped` or `RestartAsked` when the user asks for it.
        """
        now = self.clock()
        until = None if seconds is None else now + seconds
        outer, self.waiting = self.waiting, Waiting(what, step.id if step else None, until, now)
        try:
            while True:
                self._take_controls()
                if done():
                    break
                self.link.drive(self._patience())
                self.on_wake()
        finally:
            late, self.waiting = self.waiting.late, outer
        if late:
            self.log.append(Resumed())

    def wait_briefly(self, seconds: float) -> None:
        """Wait once for anything to happen, at most `seconds`; no deadline is told."""
        self._take_controls()
        self.link.drive(seconds)

    def _patience(self) -> float | None:
        """Return the seconds to wait at most; tell the user when a deadline has passed."""
        wait = self.waiting
        if wait is None or wait.until is None:
            return None
        left = wait.until - self.clock()
        if left > 0:
            return min(left, _LONGEST_WAIT_S)
        wait.until = None
        seconds = round(self.clock() - wait.started, 3)
        self.log.append(DeadlinePassed(what=wait.what, seconds=seconds, step=wait.step))
        self.link.settle()
        if not wait.late:
            wait.late = True
            self.log.append(Paused(why="deadline", step=wait.step))
        return 0.0

    # --- pausing ------------------------------------------------------------------------------

    def go(self, mode: Mode, stops: frozenset[str] = frozenset()) -> None:
        """Go on in this mode, until just before the first of the steps `stops` if there are any."""
        self.mode, self.stops, self.why, self.hit = mode, stops, "step", None

    def pause(self, why: str, hit: str | None = None) -> None:
        """Stop before the next step; `why` is told when the stop is reached."""
        self.mode, self.stops, self.why, self.hit = Mode.PAUSED, frozenset(), why, hit

    def idle(self, step: Step | None) -> None:
        """Tell that the session waits for the user before `step`, and wait."""
        why = "end" if step is None and self.why != "trouble" else self.why
        told = step.id if step else None
        self._tell_pause(why, told)

        def moved() -> bool:
            upcoming = self.desk.next()
            if self.mode is not Mode.PAUSED and upcoming is not None:
                return True
            return bool(self.ad_hoc) or (upcoming.id if upcoming else None) != told

        self.wait(moved)
        if self.mode is not Mode.PAUSED or self.ad_hoc:
            self.log.append(Resumed())

    def checkpoint(self, step: Step, reply: ReplyReceived) -> None:
        """After a reply inside AUTH: stop at a breakpoint or, stepping into AUTH, at a 334."""
        hit = breakpoints.at_reply(self.breakpoints.values(), reply)
        if hit is not None:
            self.pause("breakpoint", hit.id)
        elif self.mode is Mode.INTO:
            self.pause("step")
        if reply.code == 334 and self.mode is Mode.PAUSED:
            self._tell_pause(self.why, step.id)
            self.wait(lambda: self.mode is not Mode.PAUSED or bool(self.ad_hoc))
            self.log.append(Resumed())

    def hold(self, step: Step) -> None:
        """Before a write inside a step: wait while the user has paused."""
        self._take_controls()
        if self.mode is Mode.PAUSED and self.why == "asked":
            self._tell_pause("asked", step.id)
            self.wait(lambda: self.mode is not Mode.PAUSED)
            self.log.append(Resumed())

    def _tell_pause(self, why: str, step: str | None) -> None:
        match why:
            case "start" | "step" | "breakpoint" | "asked" | "trouble" | "end":
                self.log.append(Paused(why=why, step=step, breakpoint=self.hit))
            case _:
                raise ValueError(why)

    # --- asking -------------------------------------------------------------------------------

    def confirm(self, kind: str, **params: str) -> bool:
        """Ask the user and wait for the answer of that kind."""
        self.answers.pop(kind, None)
        self.asking = kind
        self.log.append(ConfirmationNeeded(kind=kind, params=params))
        running = self.desk.running
        self.log.append(Paused(why="confirmation", step=running.id if running else None))
        try:
            self.wait(lambda: kind in self.answers)
        finally:
            self.asking = ""
        accepted = self.answers.pop(kind)
        self.log.append(ConfirmationGiven(kind=kind, accepted=accepted))
        self.log.append(Resumed())
        return accepted

    def ask_secret(self, needed: SecretNeeded) -> Secret | None:
        """Ask the user for a secret and wait for it; null when there will be none."""
        self.secrets.clear()
        self.asking = "secret"
        self.log.append(needed)
        running = self.desk.running
        self.log.append(Paused(why="secret", step=running.id if running else None))
        try:
            self.wait(lambda: bool(self.secrets))
        finally:
            self.asking = ""
        self.log.append(Resumed())
        return self.secrets.pop()

    # --- controls -----------------------------------------------------------------------------

    def _take_controls(self) -> None:
        while self._inbox:
            self.take(self._inbox.popleft())
