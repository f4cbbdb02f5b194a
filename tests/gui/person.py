"""Somebody at the window: clicks, types, and waits for what can be seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTableView, QWidget
from pytestqt.exceptions import TimeoutError as QtTimeoutError
from pytestqt.qtbot import QtBot

from mailoscope_core.record.events import Event, LineSent
from mailoscope_core.report.ladder import Rung
from mailoscope_core.report.state import SessionState
from mailoscope_gui.app import Application
from mailoscope_gui.panels.session_page import SessionPage
from mailoscope_gui.shown_session import ShownSession

PATIENCE_MS = 15_000


class Person:
    """Uses the window by its widgets; what it waits for is always a condition."""

    def __init__(self, application: Application, qtbot: QtBot) -> None:
        self.application = application
        self.qtbot = qtbot

    # --- looking ------------------------------------------------------------------------------

    @property
    def page(self) -> SessionPage:
        """The page of the session."""
        return self.application.window.session_page

    @property
    def session(self) -> ShownSession:
        """The session that is open."""
        session = self.application.controller.session
        assert session is not None
        return session

    @property
    def state(self) -> SessionState:
        """Where the session stands."""
        state = self.application.controller.state
        assert state is not None
        return state

    def rung(self, step: str) -> Rung:
        """The ladder's row of a step."""
        model = self.application.controller.view.ladder
        row = model.row_of(step)
        assert row is not None, [rung.step for rung in model.rungs]
        return model.rungs[row]

    def sent(self) -> list[str]:
        """The lines that went out so far."""
        return [e.event.text for e in self.session.entries[:] if isinstance(e.event, LineSent)]

    def events(self, kind: type[Event]) -> list[Event]:
        """The events of one kind so far."""
        return [e.event for e in self.session.entries[:] if isinstance(e.event, kind)]

    def enabled(self, action: str) -> bool:
        """Whether an action can be used now."""
        return self.application.window.actions_by_id.by_id[action].isEnabled()

    # --- waiting ------------------------------------------------------------------------------

    def wait(self, seen: Callable[[], bool]) -> None:
        """Wait until something can be seen."""
        try:
            self.qtbot.waitUntil(seen, timeout=PATIENCE_MS)
        except QtTimeoutError as error:
            session = self.application.controller.session
            tail = session.entries[-8:] if session is not None else ()
            raise AssertionError("\n".join(map(str, tail))) from error

    def wait_for_stop(self, *why: str) -> None:
        """Wait until the session waits for the user, and all findings are there."""
        self.wait(lambda: self.application.controller.state is not None)
        self.wait(lambda: self.state.waiting in why)
        self.wait_for_all()

    def wait_for_all(self) -> None:
        """Wait until everything that is in the log can be seen, explained."""
        view = self.application.controller.view
        self.wait(lambda: view.bridge is not None and view.bridge.seen == len(self.session.entries))
        self.wait(lambda: not self.application.services.background.busy)

    def wait_for_background(self) -> None:
        """Wait until nothing is under way in the background."""
        self.wait(lambda: not self.application.services.background.busy)

    # --- doing --------------------------------------------------------------------------------

    def practise(self, scenario: str) -> None:
        """Open a session with a server of the lab; it waits at its start."""
        controller = self.application.controller
        before = controller.session
        controller.practise(scenario)
        self.wait(lambda: controller.session is not None and controller.session is not before)
        self.wait_for_stop("start")
        self.wait(lambda: bool(controller.view.ladder.rungs))

    def click(self, button: QAbstractButton) -> None:
        """Click a button that can be clicked."""
        assert button.isEnabled(), button.text()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def press(self, action: str) -> None:
        """Use an action as its key or menu entry would."""
        assert self.enabled(action), action
        self.application.window.actions_by_id.by_id[action].trigger()

    def step(self) -> None:
        """Do one step and wait for its end."""
        view = self.application.controller.view
        before = view.finished_steps
        self.press("step")
        self.wait(lambda: view.finished_steps > before and self.state.waiting is not None)

    def type_line(self, text: str) -> None:
        """Write into the next line."""
        line = self.page.command.line
        line.setFocus()
        line.selectAll()
        self.qtbot.keyClicks(line, text)

    def type_into(self, field: QLineEdit, text: str) -> None:
        """Write into a field instead of what stands there."""
        field.selectAll()
        self.qtbot.keyClicks(field, text)

    def click_cell(self, table: QTableView, row: int, column: int) -> None:
        """Click into a table."""
        rect = table.visualRect(table.model().index(row, column))
        assert not rect.isEmpty()
        self.qtbot.mouseClick(
            table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center() + QPoint(0, 0)
        )

    def find(self, kind: type[QWidget], name: str) -> QWidget:
        """Find a widget by its object name."""
        found = self.application.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found
