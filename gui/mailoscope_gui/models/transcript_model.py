"""The transcript: one protocol line a row, appended in slices, filtered by an index of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from mailoscope_gui.i18n import N_, Language
from mailoscope_gui.models.table import Index, ReadOnlyTable
from mailoscope_gui.theme import Theme

if TYPE_CHECKING:
    from mailoscope_core.report.transcript import TranscriptRow

AT, DIRECTION, TEXT = range(3)
ROW_ROLE = Qt.ItemDataRole.UserRole + 1

_DIRECTIONS = {
    "sent": N_("sent"),
    "received": N_("received"),
    "note": N_("note"),
    "tls": N_("TLS"),
    "problem": N_("problem"),
}
_ROOT = QModelIndex()


class TranscriptModel(ReadOnlyTable):
    """All rows, or those that match a filter; rows are only ever appended or cleared."""

    headers = (N_("Time"), "", N_("Line"))

    def __init__(self, language: Language, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self._theme = theme
        self._rows: list[TranscriptRow] = []
        self._shown: list[int] | None = None
        self._needle = ""
        self._new: list[TranscriptRow] = []
        self._mono = theme.mono()
        theme.changed.connect(self._repaint)

    # --- feeding ------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget all rows; the filter stays."""
        self.beginResetModel()
        self._rows, self._new = [], []
        self._shown = [] if self._needle else None
        self.endResetModel()

    def feed(self, rows: Sequence[TranscriptRow]) -> None:
        """Take rows in; `flush` shows them."""
        self._new.extend(rows)

    def flush(self) -> None:
        """Show the new rows as one insertion."""
        new, self._new = self._new, []
        if self._shown is None:
            self.append_rows(self._rows, new)
            return
        start = len(self._rows)
        self._rows.extend(new)
        self.append_rows(self._shown, [start + n for n in matching(new, self._needle)])

    # --- filtering ----------------------------------------------------------------------------

    @property
    def snapshot(self) -> list[TranscriptRow]:
        """The rows as they are now, for building an index in another thread."""
        return self._rows.copy()

    def show_matching(self, needle: str, indexed: int, index: list[int]) -> None:
        """Show rows that hold `needle`; `index` covers the first `indexed` rows."""
        self.beginResetModel()
        self._needle = needle
        if needle:
            tail = matching(self._rows[indexed:], needle)
            self._shown = [*index, *(indexed + n for n in tail)]
        else:
            self._shown = None
        self.endResetModel()

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    # --- reading ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of rows shown."""
        if parent.isValid():
            return 0
        return len(self._rows) if self._shown is None else len(self._shown)

    def row_at(self, row: int) -> TranscriptRow:
        """Return what is shown in a row."""
        return self._rows[row if self._shown is None else self._shown[row]]

    def row_of_entry(self, seq: int) -> int | None:
        """Return the first shown row of an entry or a later one, null when there is none."""
        low, high = 0, self.rowCount()
        while low < high:
            middle = (low + high) // 2
            if self.row_at(middle).seq < seq:
                low = middle + 1
            else:
                high = middle
        return low if low < self.rowCount() else None

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        item = self.row_at(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(item, column)
            case Qt.ItemDataRole.FontRole:
                return self._mono
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(item, column)
            case Qt.ItemDataRole.AccessibleTextRole if column == DIRECTION:
                return self.language.gettext(_DIRECTIONS[item.direction])
            case Qt.ItemDataRole.TextAlignmentRole if column == AT:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == ROW_ROLE:
                return item
        return None

    def _text(self, item: TranscriptRow, column: int) -> str | None:
        if column == AT:
            return f"{item.at:.3f}"
        return item.text if column == TEXT else None

    def _colour(self, item: TranscriptRow, column: int) -> Any:
        if column == AT or item.direction in ("note", "tls"):
            return self._theme.muted
        if item.direction == "problem":
            return self._theme.reply(550)
        if item.direction == "received":
            return self._theme.reply(item.code)
        return None

    def _repaint(self) -> None:
        self._mono = self._theme.mono()
        if self.rowCount():
            self.repaint_rows(0, self.rowCount() - 1)


def matching(rows: Sequence[TranscriptRow], needle: str) -> list[int]:
    """Return the places of the rows that hold `needle`, whatever its case."""
    folded = needle.casefold()
    return [place for place, row in enumerate(rows) if folded in row.text.casefold()]
