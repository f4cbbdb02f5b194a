"""One click on the code of a row leads to its record; the mouse shows where that works."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTableView


class CodeClicks(QObject):
    """Watches a table; `hit` tells whether a place in a cell belongs to a code."""

    asked = Signal(object)
    """A code was clicked; its row, a number."""

    def __init__(self, table: QTableView, hit: Callable[[QModelIndex, QPoint], bool]) -> None:
        super().__init__(table)
        self._table, self._hit = table, hit
        self._pressed = QPersistentModelIndex()
        self._pointing = False
        table.setMouseTracking(True)
        table.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse; nothing is taken away from the table, which selects the row."""
        if isinstance(event, QMouseEvent):
            at = event.position().toPoint()
            if event.type() == QEvent.Type.MouseMove:
                self._point(self._under(at).isValid())
            elif event.button() == Qt.MouseButton.LeftButton:
                self._click(event.type(), self._under(at))
        elif event.type() == QEvent.Type.Leave:
            self._point(False)
        return False

    def _under(self, at: QPoint) -> QModelIndex:
        index = self._table.indexAt(at)
        return index if index.isValid() and self._hit(index, at) else QModelIndex()

    def _click(self, kind: QEvent.Type, index: QModelIndex) -> None:
        if kind == QEvent.Type.MouseButtonPress:
            self._pressed = QPersistentModelIndex(index)
        elif kind == QEvent.Type.MouseButtonRelease:
            same = index.isValid() and QPersistentModelIndex(index) == self._pressed
            self._pressed = QPersistentModelIndex()
            if same:
                self.asked.emit(index.row())

    def _point(self, pointing: bool) -> None:
        if pointing != self._pointing:
            self._pointing = pointing
            if pointing:
                self._table.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
            else:
                self._table.viewport().unsetCursor()
