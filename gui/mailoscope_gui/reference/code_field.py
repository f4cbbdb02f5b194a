"""A field for a code that finds it by its number, its name or words of its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

if TYPE_CHECKING:
    from mailoscope_gui.reference.code_index import IndexedCode

_MOST_SHOWN = 14
_CODE = re.compile(r"[2-5](\d\d|xx)|[245x]\.\d{1,3}(\.\d{1,3})?|x[0-5]x", re.IGNORECASE)


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

    def show_record(self, record_id: str, words: str = "") -> None:
        """Write a record's code and name into the field, or else the words given."""
        self.setText(words or self._titles.get(record_id, ""))
        self.setCursorPosition(0)

    @property
    def target(self) -> str:
        """The id of the record that is named; a code as it is typed; else what the words fit."""
        text = " ".join(self.text().split())
        if not text or text in self._ids:
            return self._ids.get(text, "")
        first = text.split()[0]
        if _CODE.fullmatch(first):
            return first
        folded = text.casefold()
        begins = (each for title, each in self._ids.items() if _begins(title, folded))
        holds = (each for title, each in self._ids.items() if folded in title.casefold())
        return next(begins, "") or next(holds, first)

    def _choose(self) -> None:
        if target := self.target:
            self.chosen.emit(target)


def _begins(title: str, folded: str) -> bool:
    return title.casefold() == folded or title.casefold().startswith(f"{folded} ")
