"""The list of records with its search field and its filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.filter_edit import FilterEdit
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import plain, wrapped
from mailoscope_gui.reference.code_rows import CodeDelegate, CodeModel

if TYPE_CHECKING:
    from mailoscope_gui.reference.code_index import IndexedCode
    from mailoscope_gui.services import Services

_KINDS = {
    "code": N_("Reply codes"),
    "enhanced": N_("Enhanced codes"),
    "group": N_("Classes and subjects"),
    "extension": N_("Extensions"),
    "mechanism": N_("Log-in mechanisms"),
    "verb": N_("Commands"),
    "vendor": N_("Providers' own meanings"),
}
_CLASSES = (
    ("", N_("Every class")),
    ("2", N_("2 – yes")),
    ("3", N_("3 – go on")),
    ("4", N_("4 – not now")),
    ("5", N_("5 – no")),
)
_LOOK_MS = 60
"""How long typing must rest before the first record found is shown beside the list."""


class CodeList(QWidget):
    """Narrows the index while the user types; tells which record to show, and which to open."""

    looked_at = Signal(str)
    """The record that is marked now, by its id: show it, without keeping where one was."""

    picked = Signal(str)
    """The record that was chosen with Enter or a click, by its id."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._index: tuple[IndexedCode, ...] = ()
        self._steps: tuple[str, ...] = ()
        self._kinds: tuple[str, ...] = ()
        self._quiet = False
        self.search = _SearchEdit(self)
        self.search.setObjectName("code-search")
        self.kind_box = _box("kind-filter")
        self.class_box = _box("class-filter")
        self.step_box = _box("step-filter")
        self.count = plain()
        self.count.setObjectName("result-count")
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.clear = QPushButton()
        self.clear.setObjectName("clear-filters")
        self.clear.setFlat(True)
        self.clear.hide()
        self.empty = wrapped()
        self.empty.setObjectName("nothing-found")
        self.empty_clear = QPushButton()
        self.empty_clear.setObjectName("clear-when-empty")
        self.model = CodeModel()
        self.table = _List()
        self.table.setObjectName("codes")
        self.table.setModel(self.model)
        self._set_up_list()
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_MS)
        self._lay_out()
        self._connect()
        self.setMinimumWidth(230)

    def _set_up_list(self) -> None:
        table = self.table
        table.setItemDelegate(CodeDelegate(self._services.theme, self.model, table))
        table.setFrameShape(QFrame.Shape.StyledPanel)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.addWidget(self.class_box, 1)
        filters.addWidget(self.step_box, 1)
        counted = QHBoxLayout()
        counted.addWidget(self.count, 1)
        counted.addWidget(self.clear)
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        column.setContentsMargins(4, 12, 4, 0)
        column.setSpacing(10)
        column.addWidget(self.empty)
        column.addWidget(self.empty_clear, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.table)
        self._stack.addWidget(nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 0, 12)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.kind_box)
        column.addLayout(filters)
        column.addLayout(counted)
        column.addLayout(self._stack, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._narrow())
        for box in (self.kind_box, self.class_box, self.step_box):
            box.currentIndexChanged.connect(lambda _row: self._narrow())
        self.clear.clicked.connect(self.clear_all)
        self.empty_clear.clicked.connect(self.clear_all)
        self.table.selectionModel().currentChanged.connect(self._chosen)
        self.table.clicked.connect(self._open)
        self.table.activated.connect(self._open)
        self._look.timeout.connect(self._show_current)
        self._services.theme.changed.connect(self.table.viewport().update)

    # --- from outside -------------------------------------------------------------------------

    def use(self, index: tuple[IndexedCode, ...]) -> None:
        """Show another index, made for the language in use."""
        from mailoscope_gui.reference.code_index import kinds_of, steps_of

        typed_before = not self._index and bool(self.search.text())
        self._index, self._steps, self._kinds = index, steps_of(index), kinds_of(index)
        self.retranslate()
        if typed_before:
            self._narrow()

    def mark(self, record_id: str) -> None:
        """Select a record in the list without asking for it."""
        self._quiet = True
        for row, each in enumerate(self.model.codes):
            if each.record.id == record_id:
                self._bring(row)
        self._quiet = False

    def clear_all(self) -> None:
        """Show all records again."""
        for box in (self.kind_box, self.class_box, self.step_box):
            blocked = box.blockSignals(True)
            box.setCurrentIndex(0)
            box.blockSignals(blocked)
        blocked = self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(blocked)
        self._narrow()
        self.search.setFocus()

    def _bring(self, row: int) -> None:
        """Mark a row; one that is out of sight comes to the middle."""
        index = self.model.index(row)
        seen = self.table.viewport().rect().contains(self.table.visualRect(index))
        self.table.setCurrentIndex(index)
        if not seen:
            self.table.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    # --- with the keys of the search field ----------------------------------------------------

    def step(self, rows: int) -> None:
        """Go some rows down (or up, below zero), stopping at the ends."""
        row = self.table.currentIndex().row() + rows
        if self.model.codes:
            row = min(max(row, 0), len(self.model.codes) - 1)
            self.table.setCurrentIndex(self.model.index(row))

    def open_current(self) -> None:
        """Choose the record that is marked."""
        self._open(self.table.currentIndex())

    # --- narrowing ----------------------------------------------------------------------------

    def _narrow(self, *, look: bool = True) -> None:
        """Show what passes; `look` shows the first record found beside the list."""
        from mailoscope_gui.reference.code_index import needles, search

        choices = [
            box.currentData() or "" for box in (self.kind_box, self.class_box, self.step_box)
        ]
        text = self.search.text()
        found = search(self._index, text, *choices)
        self._quiet = True
        self.model.show_codes(found, needles(text))
        self._quiet = False
        self._say_count(filtered=any((text.strip(), *choices)))
        if text.strip() and found:
            self._quiet = True
            self.table.setCurrentIndex(self.model.index(0))
            self._quiet = False
        if text.strip() and found and look:
            self._look.start()
        else:
            self._look.stop()

    def _say_count(self, *, filtered: bool) -> None:
        gettext, ngettext = self._services.language.gettext, self._services.language.ngettext
        shown, total = len(self.model.codes), len(self._index)
        if filtered:
            text = ngettext("{shown} of {count} entry", "{shown} of {count} entries", total)
            self.count.setText(text.format(shown=shown, count=total))
        else:
            self.count.setText(
                ngettext("{count} entry", "{count} entries", total).format(count=total)
            )
        self.count.setVisible(total > 0)
        self.clear.setVisible(filtered)
        nothing = total > 0 and shown == 0
        self._stack.setCurrentIndex(1 if nothing else 0)
        if nothing:
            self.empty.setText(self._why_nothing(gettext))

    def _why_nothing(self, gettext: Callable[[str], str]) -> str:
        text = self.search.text().strip()
        narrowed = any(box.currentData() for box in (self.kind_box, self.class_box, self.step_box))
        if text and narrowed:
            words = gettext("Nothing with “{text}” passes these filters.")
        elif text:
            words = gettext(
                "Nothing with “{text}” is known here. Try one word of it, or the code alone."
            )
        else:
            words = gettext("Nothing passes all of these filters.")
        return words.format(text=text)

    # --- choosing -----------------------------------------------------------------------------

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._quiet:
            self._look.start()

    def _show_current(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self.model.codes):
            self.looked_at.emit(self.model.codes[row].record.id)

    def _open(self, index: QModelIndex) -> None:
        self._look.stop()
        if index.isValid():
            self.picked.emit(self.model.codes[index.row()].record.id)

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.search.setPlaceholderText(gettext("Search: 550, 5.7.1, relay, greylisting …"))
        self.search.setAccessibleName(gettext("Search the codes"))
        self.search.setAccessibleDescription(
            gettext("The arrow keys move in the list below, Enter opens, Esc clears.")
        )
        self.kind_box.setAccessibleName(gettext("Kind"))
        self.class_box.setAccessibleName(gettext("Class"))
        self.step_box.setAccessibleName(gettext("Step"))
        self.table.setAccessibleName(gettext("Codes"))
        self.clear.setText(gettext("Clear filters"))
        self.empty_clear.setText(gettext("Clear search and filters"))
        _refill(self.class_box, [(value, gettext(words)) for value, words in _CLASSES])
        if self._index:
            from mailoscope_gui.reference.worded import Names

            names = Names(self._services.language.texts)
            kinds = [(kind, gettext(_KINDS[kind])) for kind in self._kinds]
            _refill(self.kind_box, [("", gettext("Everything")), *kinds])
            steps = [(step, names.step(step)) for step in self._steps]
            _refill(self.step_box, [("", gettext("Every step")), *steps])
            self._narrow(look=False)


def _box(name: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setMinimumContentsLength(8)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return box


def _refill(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    before = box.currentData()
    blocked = box.blockSignals(True)
    box.clear()
    for value, words in choices:
        box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(before)))
    box.blockSignals(blocked)


class _List(QListView):
    """A list in which Enter chooses, on every system."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class _SearchEdit(FilterEdit):
    """A field in which Enter opens the record that is marked, and Esc clears everything."""

    def __init__(self, owner: CodeList) -> None:
        super().__init__(owner)
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._owner.open_current()
        elif event.key() == Qt.Key.Key_Escape:
            self._owner.clear_all()
        else:
            super().keyPressEvent(event)
