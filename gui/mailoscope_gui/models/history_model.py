"""The sessions of the past, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from mailoscope_gui.i18n import Language
from mailoscope_gui.models.profiles_model import DETAIL_ROLE
from mailoscope_gui.models.table import Index, ReadOnlyTable

if TYPE_CHECKING:
    from mailoscope_core.storage.history import HistoryItem

_ROOT = QModelIndex()
OUTCOME_ROLE = Qt.ItemDataRole.UserRole + 2


class HistoryModel(ReadOnlyTable):
    """One row a session: its title, and when it was with how it ended below it."""

    headers = ("",)

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self._rows: list[HistoryItem] = []

    def show_items(self, items: list[HistoryItem]) -> None:
        """Show these instead."""
        keys = ([str(each.path) for each in self._rows], [str(each.path) for each in items])
        self.replace_rows(self._rows, items, keys)

    def item(self, row: int) -> HistoryItem:
        """Return the session of a row."""
        return self._rows[row]

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of sessions."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        item = self._rows[row]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.title or item.path.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{item.title}, {self._detail(item)}"
            case _ if role == DETAIL_ROLE:
                return self._detail(item)
            case _ if role == OUTCOME_ROLE:
                return "unreadable" if item.problem else item.outcome
        return None

    def _detail(self, item: HistoryItem) -> str:
        if item.problem is not None:
            return self.language.gettext("cannot be read")
        when = item.started[:16].replace("T", " ")
        return f"{when} · {item.host}" if item.host else when
