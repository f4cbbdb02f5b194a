"""The next line, always editable, beside Send; below it the controls of the session."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.controller import Controller
from mailoscope_gui.labels import plain
from mailoscope_gui.menus import COMMANDS, TOOLS
from mailoscope_gui.services import Services

_WITH_WORDS = frozenset({"step", "run"})


class NextLine(QLineEdit):
    """An editor for one line; Escape brings the planned line back."""

    reverted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Escape, leave the rest to the line editor."""
        if event.key() == Qt.Key.Key_Escape:
            self.reverted.emit()
            return
        super().keyPressEvent(event)


class CommandPanel(QWidget):
    """Sends what stands in the line: the planned step as it is, or as the user changed it."""

    def __init__(
        self,
        services: Services,
        controller: Controller,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self._planned: str | None = None
        self._step: str | None = None
        self.label = plain()
        self.line = NextLine(self)
        self.hint = plain()
        self.force = QToolButton(self)
        self.send = QPushButton(self)
        self.tools = QToolBar(self)
        self.commands = QMenu(self)
        self._set_up(actions)
        self._lay_out()
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._refresh_look)
        controller.state_changed.connect(self.refresh)
        controller.session_changed.connect(self._begin)
        self.retranslate()

    @property
    def dirty(self) -> bool:
        """True when the user has written something else than what is planned."""
        return self.line.isModified() and self.line.text() != (self._planned or "")

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.label.setText(_("Next &line"))
        self.send.setText(_("S&end"))
        self.send.setToolTip(_("Send this line (Enter)"))
        self.line.setAccessibleName(_("Next line"))
        self.force.setText(_("Force"))
        self.force.setAccessibleName(_("Force"))
        explanation = _(
            "Send also what the protocol does not allow here, to see what the server says to it. "
            "A message is never sent this way unless sending is armed."
        )
        self.force.setToolTip(explanation)
        self.force.setAccessibleDescription(explanation)
        self.tools.setWindowTitle(_("Controls"))
        self._button("commands").setText(_("Commands"))
        self._button("commands").setToolTip(_("Send RSET, NOOP, VRFY, EXPN, HELP or QUIT now"))
        self.refresh()

    def draft(self, text: str) -> None:
        """Put the beginning of a line into the editor, the cursor at its end."""
        self.line.setText(text)
        self.line.setModified(True)
        self.line.setFocus()
        self.refresh()

    def revert(self) -> None:
        """Show the planned line again."""
        self._put(self._planned or "")
        self.refresh()

    def refresh(self) -> None:
        """Follow the plan; what the user is writing is left alone."""
        rung = self._controller.view.ladder.next_rung()
        session = self._controller.session
        live = session is not None and session.live
        planned = rung.line if rung is not None else None
        step = rung.step if rung is not None else None
        if (planned, step) != (self._planned, self._step):
            dirty = self.dirty
            self._planned, self._step = planned, step
            if not dirty:
                self._put(planned or "")
        self.line.setEnabled(live)
        self.force.setEnabled(live)
        state = self._controller.state
        idle = state is not None and state.running is None
        self.send.setEnabled(live and (idle or bool(self.line.text().strip())))
        self._describe(live)

    # --- sending ------------------------------------------------------------------------------

    def submit(self) -> None:
        """Send the line as it stands."""
        from mailoscope_core.session.control import Edit

        if not self.send.isEnabled():
            return
        text, force = self.line.text(), self.force.isChecked()
        rung = self._controller.view.ladder.next_rung()
        if rung is None or (rung.line is None and text.strip()):
            if text.strip():
                self._controller.say(text, force=force)
                self._put(self._planned or "")
        elif self.dirty or force:
            changed = Edit(rung.step, self._controller.view.revision, text, force)
            self._controller.post(changed)
            self.line.setModified(False)
            self._controller.step()
        else:
            self._controller.step()
        self.force.setChecked(False)

    # --- building -----------------------------------------------------------------------------

    def _set_up(self, actions: Mapping[str, QAction]) -> None:
        self.line.setObjectName("next-line")
        self.line.setClearButtonEnabled(False)
        self.line.setMinimumHeight(32)
        self.line.returnPressed.connect(self.submit)
        self.line.reverted.connect(self.revert)
        self.line.textEdited.connect(self.refresh)
        self.send.setObjectName("send")
        self.send.setMinimumHeight(32)
        self.send.setMinimumWidth(96)
        self.send.setDefault(True)
        self.send.clicked.connect(self.submit)
        self.force.setObjectName("force")
        self.force.setCheckable(True)
        self.force.setMinimumHeight(32)
        self.force.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.label.setBuddy(self.line)
        self.commands.addActions([actions[name] for name in COMMANDS])
        self.tools.setMovable(False)
        self.tools.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._buttons: dict[str, QToolButton] = {}
        for name in TOOLS:
            if not name:
                self.tools.addSeparator()
            elif name == "commands":
                self._add_command_menu()
            else:
                self.tools.addAction(actions[name])
                if name in _WITH_WORDS:
                    button = self.tools.widgetForAction(actions[name])
                    assert isinstance(button, QToolButton)
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._refresh_look()

    def _add_command_menu(self) -> None:
        button = QToolButton(self.tools)
        button.setObjectName("commands")
        button.setMenu(self.commands)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._buttons["commands"] = button
        self.tools.addWidget(button)

    def _button(self, name: str) -> QToolButton:
        return self._buttons[name]

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.label)
        above.addStretch(1)
        above.addWidget(self.hint)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.force)
        row.addWidget(self.send)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 6)
        layout.setSpacing(4)
        layout.addLayout(above)
        layout.addLayout(row)
        layout.addWidget(self.tools)

    def _refresh_look(self) -> None:
        self.line.setFont(self._services.theme.mono())
        self.force.setIcon(self._services.icons.icon("force"))
        self.send.setIcon(self._services.icons.icon("send"))
        self._button("commands").setIcon(self._services.icons.icon("commands"))
        muted = self.hint.palette()
        muted.setColor(self.hint.foregroundRole(), self._services.theme.muted)
        self.hint.setPalette(muted)

    def _begin(self) -> None:
        """Another session: what was typed for the last one is gone."""
        self._planned = self._step = None
        self._put("")
        self.force.setChecked(False)
        self.refresh()

    def _put(self, text: str) -> None:
        self.line.setText(text)
        self.line.setCursorPosition(0)
        self.line.setModified(False)

    def _describe(self, live: bool) -> None:
        """Say what Send would do."""
        _ = self._services.language.gettext
        rung = self._controller.view.ladder.next_rung()
        words = self._controller.view.words
        state = self._controller.state
        placeholder = hint = ""
        if not live:
            hint = _("This session is over") if state is not None else ""
        elif state is not None and state.running is not None:
            hint = _("A step is under way")
        elif rung is None:
            hint = _("The plan is done; lines typed here are still sent")
        elif self.dirty:
            hint = _("Changed by you · Esc brings the planned line back")
        elif words is not None:
            hint = _("Next step: {step}").format(step=words.step(rung.kind))
        if live and rung is not None and rung.line is None:
            placeholder = _("This step sends no line. Send does it; a line typed here goes first.")
        self.line.setPlaceholderText(placeholder)
        self.hint.setText(hint)
