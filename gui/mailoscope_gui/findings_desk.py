"""Diagnoses the session that is shown, off the GUI thread, whenever it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mailoscope_gui.background import Background, Ticket
from mailoscope_gui.session_view import SessionView
from mailoscope_gui.shown_session import ShownSession

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Finding


class FindingsDesk(QObject):
    """Keeps `session.findings` up to date; one diagnosis runs at a time."""

    changed = Signal()

    def __init__(
        self, view: SessionView, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._background = background
        self._session: ShownSession | None = None
        self._ticket: Ticket | None = None
        self._asked: tuple[int, str | None, str | None] = (0, None, None)
        self._again = False
        view.advanced.connect(self._look)

    @property
    def busy(self) -> bool:
        """True while a diagnosis is under way."""
        return self._ticket is not None

    def attach(self, session: ShownSession) -> None:
        """Diagnose another session from now on."""
        if self._ticket is not None:
            self._ticket.abandon()
        self._session, self._ticket = session, None
        self._asked, self._again = (0, None, None), False
        self.changed.emit()

    def _look(self) -> None:
        """Start when a step has ended, or the session waits for the user or is over."""
        state = self._view.state
        if state is None or self._session is None:
            return
        now = (self._view.finished_steps, state.waiting, state.finished)
        if now == self._asked:
            return
        self._asked = now
        if self._ticket is not None:
            self._again = True
        else:
            self._start(self._session)

    def _start(self, session: ShownSession) -> None:
        def diagnose() -> tuple[Finding, ...]:
            from mailoscope_core.knowledge.diagnose import diagnose

            return diagnose(session.entries[:], session.header)

        def done(findings: tuple[Finding, ...]) -> None:
            self._ticket = None
            if findings != session.findings:
                session.findings = findings
                self.changed.emit()
            if self._again:
                self._again = False
                self._start(session)

        def failed(error: Exception) -> None:
            self._ticket = None
            self._background.failed.emit(error)

        self._ticket = self._background.run(diagnose, done, failed, name="diagnosis")
