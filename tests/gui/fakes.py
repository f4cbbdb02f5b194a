"""A runner that does nothing by itself, with a real log that the test appends to."""

from __future__ import annotations

from mailoscope_core.record.events import (
    AttemptStarted,
    LineSent,
    Paused,
    PlanChanged,
    ReplyReceived,
    SessionFinished,
    StepFinished,
    StepRecord,
    StepStarted,
)
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session.control import Cancel, Control, Finish
from mailoscope_core.session.launch import new_header
from mailoscope_core.session.request import SessionRequest
from mailoscope_gui.shown_session import ShownSession

PLAN = (
    StepRecord(id="connect", kind="connect"),
    StepRecord(id="greeting", kind="greeting"),
    StepRecord(id="ehlo", kind="ehlo", line="EHLO client.test"),
    StepRecord(id="auth", kind="auth", line="AUTH PLAIN ‹secret›"),
    StepRecord(id="quit", kind="quit", line="QUIT"),
)


class FakeRunner:
    """Keeps what was posted; ends when told to."""

    def __init__(self, log: SessionLog) -> None:
        self.log = log
        self.posted: list[Control] = []
        self.alive = False

    def start(self) -> None:
        """Lay the plan out and wait at its start, as the real one does."""
        self.alive = True
        self.log.append(AttemptStarted(number=1, why="start"))
        self.log.append(PlanChanged(revision=1, reason="initial", steps=PLAN))
        self.log.append(Paused(why="start", step="connect"))

    def post(self, message: Control) -> None:
        """Keep the message."""
        self.posted.append(message)
        if isinstance(message, Cancel | Finish) and self.alive:
            self.alive = False
            self.log.append(SessionFinished(outcome="cancelled"))

    def join(self, timeout_s: float = 0.5) -> bool:
        """There is no thread to wait for."""
        return not self.alive


class FakeLauncher:
    """Makes sessions with a `FakeRunner`, logged in memory."""

    def __init__(self) -> None:
        self.runners: list[FakeRunner] = []
        self.changes: list[tuple[str | None, dict[str, str] | None]] = []

    @property
    def runner(self) -> FakeRunner:
        """The runner of the newest session."""
        return self.runners[-1]

    def launch(
        self,
        request: SessionRequest,
        *,
        parent: str | None = None,
        change: dict[str, str] | None = None,
    ) -> ShownSession:
        """Return a session whose log the test writes."""
        import datetime

        now = datetime.datetime(2026, 11, 23, 20, 0, tzinfo=datetime.UTC)
        log = SessionLog(new_header(request.checked(), now, parent=parent, change=change))
        runner = FakeRunner(log)
        self.runners.append(runner)
        self.changes.append((parent, change))
        return ShownSession(log.header, log, request, runner)


def play_step(log: SessionLog, step: str, kind: str, line: str, code: int, text: str) -> None:
    """Append what a step with one line and one reply leaves in the log."""
    log.append(StepStarted(step=step, kind=kind))
    log.append(LineSent(verb=kind, text=line, size=len(line) + 2, step=step))
    log.append(
        ReplyReceived(
            code=code,
            lines=(text,),
            raw=f"{code} {text}\r\n",
            size=len(text) + 6,
            verb=kind,
            step=step,
            ms=1.5,
        )
    )
    outcome = "done" if code < 400 else "refused"
    log.append(StepFinished(step=step, kind=kind, outcome=outcome))
