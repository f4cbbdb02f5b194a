"""The field above a list: what is typed narrows the list, the arrow keys move in it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

_PAGE = 10


class Stepping(Protocol):
    """A list whose current row can be moved without its having the focus."""

    def step(self, rows: int) -> None:
        """Go some rows down, or up where `rows` is below zero; stops at the ends."""


class FilterEdit(QLineEdit):
    """Keeps the cursor while the row below it changes."""

    def __init__(self, stepping: Stepping) -> None:
        super().__init__()
        self._stepping = stepping
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list with the arrow and page keys."""
        rows = _ROWS.get(event.key())
        if rows is None:
            super().keyPressEvent(event)
        else:
            self._stepping.step(rows)


_ROWS: dict[int, int] = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _PAGE,
    Qt.Key.Key_PageUp: -_PAGE,
}
