"""The list of codes with its search field and its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.i18n import N_
from mailoscope_gui.reference.code_link import code_colour

if TYPE_CHECKING:
    from mailoscope_gui.reference.code_index import IndexedCode
    from mailoscope_gui.services import Services
    from mailoscope_gui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
_CLASSES = (
    ("", N_("Every class")),
    ("2", N_("2 – yes")),
    ("3", N_("3 – go on")),
    ("4", N_("4 – not now")),
    ("5", N_("5 – no")),
)
_ROW_HEIGHT = 28


class CodeModel(QAbstractTableModel):
    """Code and name, one a row."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.codes: tuple[IndexedCode, ...] = ()

    def show_codes(self, codes: tuple[IndexedCode, ...]) -> None:
        """Show other codes."""
        self.beginResetModel()
        self.codes = codes
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of codes."""
        return 0 if parent is not None and parent.isValid() else len(self.codes)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return 2: code and name."""
        return 0 if parent is not None and parent.isValid() else 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, colour and font of a cell."""
        each = self.codes[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return each.name if index.column() else each.code
        if index.column() == 0 and role == Qt.ItemDataRole.ForegroundRole:
            return code_colour(self._theme, each.code)
        if index.column() == 0 and role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{each.code} {each.name}"
        return None


class CodeList(QWidget):
    """Narrows the index while the user types; `picked` tells which code to show."""

    picked = Signal(str)
    """The record's code as people write it."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._index: tuple[IndexedCode, ...] = ()
        self._steps: tuple[str, ...] = ()
        self._quiet = False
        self.search = _SearchEdit(self)
        self.search.setObjectName("code-search")
        self.search.setClearButtonEnabled(True)
        self.class_box = QComboBox()
        self.class_box.setObjectName("class-filter")
        self.step_box = QComboBox()
        self.step_box.setObjectName("step-filter")
        self.step_box.setMinimumContentsLength(8)
        self.model = CodeModel(services.theme)
        self.table = QTableView()
        self.table.setObjectName("codes")
        self.table.setModel(self.model)
        self._set_up_table()
        filters = QHBoxLayout()
        filters.addWidget(self.class_box, 1)
        filters.addWidget(self.step_box, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 0, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addLayout(filters)
        column.addWidget(self.table, 1)
        self.search.textChanged.connect(self._narrow)
        self.class_box.currentIndexChanged.connect(self._narrow)
        self.step_box.currentIndexChanged.connect(self._narrow)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        services.theme.changed.connect(self.table.viewport().update)

    def _set_up_table(self) -> None:
        table = self.table
        table.horizontalHeader().hide()
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(0, 68)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFrameShape(QFrame.Shape.StyledPanel)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)

    def use(self, index: tuple[IndexedCode, ...]) -> None:
        """Show another index, made for the language in use."""
        from mailoscope_gui.reference.code_index import steps_of

        self._index, self._steps = index, steps_of(index)
        self.retranslate()

    def mark(self, code: str) -> None:
        """Select a code in the list without asking for it."""
        self._quiet = True
        for row, each in enumerate(self.model.codes):
            if each.code == code:
                self.table.selectRow(row)
        self._quiet = False

    def step(self, rows: int) -> None:
        """Go some rows down (or up, below zero)."""
        row = self.table.currentIndex().row() + rows
        if 0 <= row < len(self.model.codes):
            self.table.selectRow(row)

    def _narrow(self) -> None:
        from mailoscope_gui.reference.code_index import search

        class_ = self.class_box.currentData() or ""
        step = self.step_box.currentData() or ""
        text = self.search.text()
        self.model.show_codes(search(self._index, text, class_, step))
        if text and self.model.codes:
            self.table.selectRow(0)

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._quiet:
            self.picked.emit(self.model.codes[index.row()].code)

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.search.setPlaceholderText(gettext("Search: 550, 5.7.1, relay, greylisting …"))
        self.search.setAccessibleName(gettext("Search the codes"))
        self.class_box.setAccessibleName(gettext("Class"))
        self.step_box.setAccessibleName(gettext("Step"))
        self.table.setAccessibleName(gettext("Codes"))
        _refill(self.class_box, [(value, gettext(words)) for value, words in _CLASSES])
        if self._index:
            from mailoscope_gui.reference.worded import Names

            names = Names(self._services.language.texts)
            steps = [(step, names.step(step)) for step in self._steps]
            _refill(self.step_box, [("", gettext("Every step")), *steps])
            self._narrow()


def _refill(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    before = box.currentData()
    blocked = box.blockSignals(True)
    box.clear()
    for value, words in choices:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(before)))
    box.blockSignals(blocked)


class _SearchEdit(QLineEdit):
    """A search field whose arrow keys move in the list."""

    def __init__(self, owner: CodeList) -> None:
        super().__init__()
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._owner.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        super().keyPressEvent(event)
