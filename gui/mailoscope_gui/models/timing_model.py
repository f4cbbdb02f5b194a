"""Where the time went: one row a step, with its parts as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from mailoscope_gui.i18n import N_, Language
from mailoscope_gui.models.ladder_model import duration
from mailoscope_gui.models.table import Index, ReadOnlyTable

if TYPE_CHECKING:
    from mailoscope_core.record.events import Entry
    from mailoscope_core.report.event_words import EventWords
    from mailoscope_core.report.timing import TimingRow

STEP, LOOKUP, CONNECT, TLS, SERVER, TRANSFER, USER, OTHER, TOTAL, BAR = range(10)
PARTS_ROLE = Qt.ItemDataRole.UserRole + 1
"""The parts in milliseconds, in the order of the columns, and the longest total."""

_FIELDS = ("lookup", "connect", "tls", "server", "transfer", "user", "other", "total")
_ROOT = QModelIndex()


class TimingModel(ReadOnlyTable):
    """Steps that have ended, in the order in which they ran."""

    numbers = frozenset(range(LOOKUP, BAR))
    headers = (
        N_("Step"),
        N_("Look-up"),
        N_("Connect"),
        N_("TLS"),
        N_("Server"),
        N_("Transfer"),
        N_("You"),
        N_("Other"),
        N_("Total"),
        N_("Share"),
    )

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self._rows: list[TimingRow] = []
        self._new: list[TimingRow] = []
        self._step: list[Entry] = []
        self._words: EventWords | None = None
        self._longest = 0.0

    def begin(self, words: EventWords) -> None:
        """Forget all rows."""
        self.beginResetModel()
        self._rows, self._new, self._step = [], [], []
        self._words, self._longest = words, 0.0
        self.endResetModel()

    def feed(self, entry: Entry) -> None:
        """Collect a step's entries; its end makes a row."""
        tag = str(entry.event.__struct_config__.tag)
        if tag == "step-started":
            self._step = [entry]
        elif self._step and tag not in ("body-progress", "line-sent"):
            self._step.append(entry)
        if tag == "step-finished" and self._step:
            from mailoscope_core.report.timing import timing

            self._new.extend(timing(self._step))
            self._step = []

    def flush(self) -> None:
        """Show the new rows."""
        new, self._new = self._new, []
        if not new:
            return
        longest = max((row.total for row in new), default=0.0)
        self.append_rows(self._rows, new)
        if longest > self._longest:
            self._longest = longest
            self.repaint_rows(0, len(self._rows) - 1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of steps that have ended."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        item = self._rows[row]
        if role == Qt.ItemDataRole.DisplayRole:
            if column == STEP:
                name = self._words.step(item.kind) if self._words else item.kind
                if item.attempt == 1:
                    return name
                text = self.language.gettext("{step} (attempt {number})")
                return text.format(step=name, number=item.attempt)
            if column < BAR:
                ms = getattr(item, _FIELDS[column - 1])
                return duration(ms, self.language) if ms else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and column in self.numbers:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == PARTS_ROLE:
            return tuple(getattr(item, name) for name in _FIELDS[:-1]), self._longest
        return None
