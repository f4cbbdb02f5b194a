"""A read-only table: what all models of the window share."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mailoscope_gui.i18n import Language

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ReadOnlyTable(QAbstractTableModel):
    """Columns with translated headers; a subclass answers `rowCount` and `cell`."""

    headers: tuple[str, ...] = ()
    """Header texts, marked for translation."""
    numbers: frozenset[int] = frozenset()
    """Columns that are aligned to the right."""

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.language = language
        language.changed.connect(self.retranslate)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole and self.headers[section]:
            return self.language.gettext(self.headers[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = section in self.numbers
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return one cell's answer to a role."""
        if not index.isValid() or not 0 <= index.row() < self.rowCount():
            return None
        return self.cell(index.row(), index.column(), role)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell that exists."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(self.headers) - 1))
        if self.rowCount():
            self.repaint_rows(0, self.rowCount() - 1)

    def repaint_rows(self, first: int, last: int) -> None:
        """Tell the views that whole rows are different."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.headers) - 1))

    def append_rows(self, rows: list[Any], new: list[Any]) -> None:
        """Append `new` to `rows` as one insertion."""
        if not new:
            return
        self.beginInsertRows(QModelIndex(), len(rows), len(rows) + len(new) - 1)
        rows.extend(new)
        self.endInsertRows()

    def replace_rows(
        self, rows: list[Any], new: list[Any], keys: tuple[list[Any], list[Any]]
    ) -> None:
        """Turn `rows` into `new`; what has the same key at both ends stays where it is."""
        old_keys, new_keys = keys
        start = 0
        while start < min(len(old_keys), len(new_keys)) and old_keys[start] == new_keys[start]:
            start += 1
        end = 0
        while (
            end < min(len(old_keys), len(new_keys)) - start
            and old_keys[-1 - end] == new_keys[-1 - end]
        ):
            end += 1
        last_old, last_new = len(old_keys) - end, len(new_keys) - end
        if last_old > start:
            self.beginRemoveRows(QModelIndex(), start, last_old - 1)
            del rows[start:last_old]
            self.endRemoveRows()
        if last_new > start:
            self.beginInsertRows(QModelIndex(), start, last_new - 1)
            rows[start:start] = new[start:last_new]
            self.endInsertRows()
        rows[:] = new
        if rows:
            self.repaint_rows(0, len(rows) - 1)
