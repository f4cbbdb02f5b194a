"""What the user wants, turned into sessions and control messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mailoscope_gui.findings_desk import FindingsDesk
from mailoscope_gui.focus import focus_of
from mailoscope_gui.launcher import Launcher, RealLauncher
from mailoscope_gui.selection import Selection
from mailoscope_gui.services import Services
from mailoscope_gui.session_view import SessionView
from mailoscope_gui.shown_session import Runner, ShownSession

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Experiment
    from mailoscope_core.message.prepared import PreparedMessage
    from mailoscope_core.protocol.stage import Stage
    from mailoscope_core.report.state import SessionState
    from mailoscope_core.session.control import Control
    from mailoscope_core.session.request import SessionRequest
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.lab import Practice

_GOODBYE_S = 0.5


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """A code to look up; with `other` set, the two are to be compared.

    `record` asks for a record by its id or keyword instead, `events` for two entries of the
    session that is shown, `two` for a comparison whose codes the user will name.
    """

    code: int | None = None
    enhanced: str | None = None
    other: int | None = None
    record: str = ""
    events: tuple[int, int] | None = None
    two: bool = False


class Controller(QObject):
    """Owns the session that is shown; pages and panels call its intents and follow its signals."""

    session_changed = Signal()
    state_changed = Signal()
    findings_changed = Signal()
    profiles_changed = Signal()
    history_changed = Signal()
    arming_changed = Signal()
    page_wanted = Signal(str)
    door_wanted = Signal(str)
    profile_wanted = Signal(object)
    code_wanted = Signal(object)
    text_wanted = Signal(str)
    file_wanted = Signal(object)
    troubled = Signal(object)
    noticed = Signal(str)

    def __init__(
        self, services: Services, launcher: Launcher | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.services = services
        self.selection = Selection(self)
        self.view = SessionView(services.language, services.theme, self)
        self._desk = FindingsDesk(self.view, services.background, self)
        self._launcher = launcher or RealLauncher(services)
        self._leaving: list[ShownSession] = []
        self._sample = "plain"
        self._listed: tuple[object, ...] = ()
        self.session: ShownSession | None = None
        self.profile: Profile | None = None
        self.request: SessionRequest | None = None
        self.message: PreparedMessage | None = None
        self.view.advanced.connect(self._advanced)
        self.view.refused.connect(self.noticed)
        self._desk.changed.connect(self.findings_changed)
        services.background.failed.connect(self.troubled)

    @property
    def state(self) -> SessionState | None:
        """Where the session stands, null before the first one."""
        return self.view.state

    # --- sessions -----------------------------------------------------------------------------

    def use_profile(self, profile: Profile) -> None:
        """Make a new session of a profile, paused before its first step, log-in only."""
        from mailoscope_core.session.request import SessionRequest

        if self.profile is None or profile.id != self.profile.id:
            self.message, self._sample = None, "plain"
        self.begin(SessionRequest(profile))

    def arm(
        self,
        stage: Stage,
        sender: str | None = None,
        recipients: tuple[str, ...] | None = None,
    ) -> None:
        """Begin a new run of the same profile that may go as far as `stage`."""
        if self.request is None:
            return
        wanted = replace(self.request, stage=stage, sender=sender, recipients=recipients)
        self._begin_armed(replace(wanted, message=None))

    def begin(
        self,
        request: SessionRequest,
        *,
        parent: str | None = None,
        change: dict[str, str] | None = None,
        run: bool = False,
    ) -> None:
        """Start a session for this request; it waits before its first step, or runs."""
        try:
            session = self._launcher.launch(request, parent=parent, change=change)
        except Exception as error:  # noqa: BLE001  # e.g. no recipients: said in the window
            self.tell(error)
            self.arming_changed.emit()
            return
        self.profile, self.request = request.profile, request
        self._show(session)
        if session.runner is not None:
            session.runner.start()
        if run:
            self.run_to_end()

    def restart_anew(self) -> None:
        """Begin the same run as a new session with a log of its own."""
        if self.request is not None:
            self.begin(self.request)

    def practise(self, scenario: str, *, run: bool = False) -> None:
        """Start a lab server and show a session with it; `run` lets it go at once."""

        texts = self.services.language.texts
        self.services.background.run(
            lambda: self.services.lab.start(scenario, texts),
            lambda practice: self.use_practice(practice, run=run),
            name="lab",
        )

    def use_practice(self, practice: Practice, *, run: bool = False) -> None:
        """Show a session with a lab server that is running; `run` lets it go at once."""
        from mailoscope_core.session.request import SessionRequest

        profile = practice.profile
        if practice.secret is not None:
            self.services.credentials.keep_for_session(profile.id, profile.user, practice.secret)
        self.message, self._sample = None, practice.sample
        self._begin_armed(SessionRequest(profile, practice.stage), run=run)

    def fork(self, experiment: Experiment) -> None:
        """Begin a new session in which one thing is different."""
        if self.request is None or self.session is None:
            return
        from mailoscope_core.session import experiments

        wanted = experiments.Change(experiment.field, experiment.value)
        try:
            changed = experiments.fork(self.request, wanted)
            change = {
                "field": wanted.field,
                "value": experiments.value_of(wanted, self.request.profile),
            }
        except Exception as error:  # noqa: BLE001  # shown to the user
            self.tell(error)
            return
        self.begin(changed, parent=self.session.header.session, change=change)

    def open_file(self, path: Path) -> None:
        """Replay a session file, explained anew."""

        def load() -> ShownSession:
            from mailoscope_core.record.log import load_session

            loaded = load_session(path)
            return ShownSession(loaded.header, loaded.entries, path=path)

        def show(session: ShownSession) -> None:
            self.profile = self.request = None
            self._show(session)

        self.services.background.run(load, show, name="open-session")

    def save_as(self, path: Path) -> None:
        """Write the session that is shown to another file."""
        session = self.session
        if session is None:
            return

        def save() -> Path:
            from mailoscope_core.record.log import save_session

            save_session(path, session.header, session.entries[:])
            return path

        def saved(path: Path) -> None:
            text = self.services.language.gettext("The session was saved to {path}.")
            self.noticed.emit(text.format(path=path))

        self.services.background.run(save, saved, name="save-session")

    def set_message(self, prepared: PreparedMessage) -> None:
        """Take the message for the stage "send"."""
        self.message = prepared
        if self.request is not None and self.request.message is not None:
            self.begin(replace(self.request, message=prepared))
        self.arming_changed.emit()

    # --- controls of the running session ------------------------------------------------------

    def post(self, control: Control) -> None:
        """Hand a control message to the session."""
        session = self.session
        if session is not None and session.live and session.runner is not None:
            session.runner.post(control)

    def step(self) -> None:
        """Do the next step."""
        from mailoscope_core.session.control import StepOver

        self.selection.follow()
        self.post(StepOver())

    def run_to_end(self) -> None:
        """Go on until the end, a breakpoint, a question or trouble."""
        from mailoscope_core.session.control import RunToEnd

        self.selection.follow()
        self.post(RunToEnd())

    def say(self, line: str, *, force: bool = False) -> None:
        """Send a line now, outside the plan."""
        from mailoscope_core.session.control import SendRaw

        self.selection.follow()
        self.post(SendRaw(line, force))

    # --- the rest -----------------------------------------------------------------------------

    def tell(self, error: Exception) -> None:
        """Show an error in the window."""
        self.troubled.emit(error)

    def show_page(self, name: str) -> None:
        """Show a page: start, session, explain or reference."""
        self.page_wanted.emit(name)

    def ask_code(
        self, code: int | None, enhanced: str | None = None, other: int | None = None
    ) -> None:
        """Look a code up in the reference, or compare two."""
        self.code_wanted.emit(CodeQuestion(code, enhanced, other))

    def ask_record(self, record: str) -> None:
        """Look a record up by its id, or by a code or keyword as people type it."""
        self.code_wanted.emit(CodeQuestion(record=record))

    def compare_with_marked(self) -> None:
        """Put the entry that is explained now beside the marked one, the earlier one first."""
        marked, focus = self.selection.marked, focus_of(self)
        if marked is not None and focus is not None and focus != marked:
            self.code_wanted.emit(CodeQuestion(events=(min(marked, focus), max(marked, focus))))

    def explain_text(self, text: str) -> None:
        """Show the page that explains pasted text, with this text in it."""
        self.page_wanted.emit("explain")
        self.text_wanted.emit(text)

    def explain_file(self, path: Path) -> None:
        """Show the page that explains pasted text, with what a log or a bounce says."""
        self.page_wanted.emit("explain")
        self.file_wanted.emit(path)

    def draft_profile(self, profile: Profile) -> None:
        """Offer a new profile, filled as far as is known, for editing."""
        self.profile_wanted.emit(profile)

    def save_profile(self, profile: Profile) -> None:
        """Store a profile and tell those who list them."""
        store = self.services.profiles

        def saved(_profile: Profile) -> None:
            self.profiles_changed.emit()

        self.services.background.run(lambda: store.save(profile), saved, name="save-profile")

    def close(self) -> None:
        """End all sessions; waits half a second at most, then leaves them to their fate."""
        from mailoscope_core.session.control import Cancel, Finish

        self.view.detach()
        leaving = [*self._leaving, *([self.session] if self.session else [])]
        live = [session for session in leaving if session.live and session.runner is not None]
        for session in live:
            assert session.runner is not None
            session.runner.post(Finish() if session.touched else Cancel())
        _join([session.runner for session in live if session.runner is not None])
        for session in leaving:
            _forget(session)
        self.services.close()

    def _begin_armed(self, wanted: SessionRequest, *, run: bool = False) -> None:
        """Begin a run; one that sends takes the user's message, or else a ready sample."""
        from mailoscope_core.protocol.stage import Stage

        if wanted.stage is not Stage.SEND or self.message is not None:
            message = self.message if wanted.stage is Stage.SEND else None
            self.begin(replace(wanted, message=message), run=run)
            return

        def prepared(message: PreparedMessage) -> None:
            self.message = message
            self.begin(replace(wanted, message=message), run=run)

        def failed(error: Exception) -> None:
            self.tell(error)
            self.arming_changed.emit()

        from mailoscope_gui.default_message import default_message

        spool, texts = self.services.spool, self.services.language.texts
        sample = self._sample
        self.services.background.run(
            lambda: default_message(wanted, spool, texts, sample), prepared, failed, name="message"
        )

    def _show(self, session: ShownSession) -> None:
        if self.session is not None:
            self._leave(self.session)
        self.page_wanted.emit("session")
        self.session = session
        self.view.attach(session)
        self._desk.attach(session)
        self.selection.mark(None)
        self.selection.follow()
        self.session_changed.emit()
        self.arming_changed.emit()

    def _leave(self, session: ShownSession) -> None:
        """Let a session end in order, in the background; one that did nothing leaves no file."""
        from mailoscope_core.session.control import Cancel, Finish

        runner = session.runner
        if runner is None:
            return
        runner.post(Finish() if session.touched else Cancel())
        self._leaving.append(session)

        def left(_ended: bool) -> None:
            self._leaving.remove(session)
            _forget(session)
            self.history_changed.emit()

        self.services.background.run(lambda: runner.join(_GOODBYE_S), left, name="leave")

    def _advanced(self) -> None:
        """Tell the history when a session has begun and when it stops or is over."""
        state = self.state
        if state is not None and self.session is not None and self.session.path is not None:
            now = (self.session.path, self.session.touched, state.waiting == "end", state.finished)
            if now != self._listed:
                self._listed = now
                self.history_changed.emit()
        self.state_changed.emit()


def _join(runners: list[Runner]) -> None:
    import time

    until = time.monotonic() + _GOODBYE_S
    for runner in runners:
        if runner.alive:
            runner.join(max(0.0, until - time.monotonic()))


def _forget(session: ShownSession) -> None:
    """Remove the file of a session in which nothing happened."""
    if session.path is not None and not session.live and not session.touched:
        session.path.unlink(missing_ok=True)
