"""A field for a code that finds it by its number, its name or words of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

if TYPE_CHECKING:
    from mailoscope_gui.reference.code_index import IndexedCode

_MOST_SHOWN = 14


class CodeField(QLineEdit):
    """Offers records while the user types; `chosen` carries a record's id, or the text as typed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ids: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._offers = QStringListModel(self)
        completer = QCompleter(self._offers, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(_MOST_SHOWN)
        self.setCompleter(completer)
        self.setClearButtonEnabled(True)
        completer.activated.connect(self._choose)
        self.returnPressed.connect(self._choose)

    def offer(self, index: tuple[IndexedCode, ...]) -> None:
        """Offer these records, named in the language in use."""
        shown = self._ids.get(self.text(), "")
        self._ids = {f"{each.code} {each.title}": each.record.id for each in index}
        self._titles = {record_id: title for title, record_id in self._ids.items()}
        self._offers.setStringList(list(self._ids))
        if shown:
            self.show_record(shown)

    def show_record(self, record_id: str, fall_back: str = "") -> None:
        """Write a record's code and name into the field, or else the text given."""
        self.setText(self._titles.get(record_id, fall_back))
        self.setCursorPosition(0)

    @property
    def target(self) -> str:
        """The id of the record that is named; else what begins like it, else the text's codes."""
        text = " ".join(self.text().split())
        if not text or text in self._ids:
            return self._ids.get(text, "")
        folded = text.casefold()
        near = (record_id for title, record_id in self._ids.items() if _begins(title, folded))
        return next(near, text.split()[0])

    def _choose(self) -> None:
        if target := self.target:
            self.chosen.emit(target)


def _begins(title: str, folded: str) -> bool:
    return title.casefold() == folded or title.casefold().startswith(f"{folded} ")
