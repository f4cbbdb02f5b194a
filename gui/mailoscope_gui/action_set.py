"""Makes Qt actions of the records and keeps their words, icons and states up to date."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from mailoscope_gui.action_record import ActionRecord
from mailoscope_gui.actions import ACTIONS
from mailoscope_gui.services import Services
from mailoscope_gui.situation import Situation


class ActionSet:
    """All actions of a window by their ids."""

    def __init__(self, services: Services, window: QWidget) -> None:
        self._services = services
        self.by_id = {record.id: self._make(record, window) for record in ACTIONS}
        services.theme.changed.connect(self.dress)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use; a tip tells its shortcut as well."""
        _ = self._services.language.gettext
        for record in ACTIONS:
            action = self.by_id[record.id]
            action.setText(_(record.text))
            shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            tip = _(record.tip)
            action.setToolTip(f"{tip} ({shortcut})" if shortcut else tip)
            action.setStatusTip(tip)

    def follow(self, now: Situation) -> None:
        """Switch on what is possible now."""
        for record in ACTIONS:
            self.by_id[record.id].setEnabled(record.when(now))

    def dress(self) -> None:
        """Give the actions their icons, in the colour of the palette."""
        for record in ACTIONS:
            if record.icon:
                self.by_id[record.id].setIcon(self._services.icons.icon(record.icon))

    def _make(self, record: ActionRecord, window: QWidget) -> QAction:
        action = QAction(window)
        action.setObjectName(record.id)
        if record.key:
            action.setShortcut(QKeySequence(record.key))
        window.addAction(action)
        return action
