"""The reference of codes: searched, read, and compared two at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import plain
from mailoscope_gui.reference.code_list import CodeList
from mailoscope_gui.reference.compare_view import CompareView
from mailoscope_gui.reference.record_view import RecordView

if TYPE_CHECKING:
    from mailoscope_core.knowledge.catalogue import Answer
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.reference.code_index import IndexedCode
    from mailoscope_gui.services import Services

_Place = tuple[str, ...]
"""Where the reader is: one code as typed, or the two that are compared."""


class ReferencePage(QWidget):
    """Its index is made in the background when the page is opened for the first time."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reference-page")
        self._services = services
        self._errands = Errands(services.background, self)
        self._controller = controller
        self._trail: list[_Place] = []
        self._here: _Place = ()
        self._ticket: Ticket | None = None
        self.codes = CodeList(services)
        self.record = RecordView(services)
        self.comparison = CompareView(services)
        self.views = QStackedWidget()
        self.views.addWidget(self.record)
        self.views.addWidget(self.comparison)
        self.back = QPushButton()
        self.back.setObjectName("back")
        self.other_label = plain()
        self.other = QComboBox()
        self.other.setObjectName("compare-with")
        self.other.setEditable(True)
        self.other.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.other.setMinimumContentsLength(18)
        self.compare_button = QPushButton()
        self.compare_button.setObjectName("compare")
        self._lay_out()
        self._connect()
        self.retranslate()
        self._update_bar()

    def _lay_out(self) -> None:
        self.other_label.setBuddy(self.other)
        bar = QHBoxLayout()
        bar.setContentsMargins(22, 14, 22, 4)
        bar.addWidget(self.back)
        bar.addStretch()
        bar.setSpacing(8)
        for widget in (self.other_label, self.other, self.compare_button):
            bar.addWidget(widget)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.views, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.codes)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([320, 700])
        splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def _connect(self) -> None:
        self.codes.picked.connect(self._pick)
        self.record.code_picked.connect(self._pick)
        self.record.compare_picked.connect(self.compare)
        self.comparison.code_picked.connect(self._pick)
        self.back.clicked.connect(self.go_back)
        self.compare_button.clicked.connect(self._compare_with)
        line = self.other.lineEdit()
        if line is not None:
            line.returnPressed.connect(self._compare_with)
        QShortcut(QKeySequence.StandardKey.Back, self, self.go_back)
        QShortcut(QKeySequence.StandardKey.Find, self, self.codes.search.setFocus)
        self._services.language.changed.connect(self.retranslate)

    # --- where to go --------------------------------------------------------------------------

    def show_code(self, code: int | None, enhanced: str | None = None) -> None:
        """Show what is known about a reply's codes."""
        self._go((" ".join(str(part) for part in (code, enhanced) if part),))

    def compare(self, a: str | int, b: str | int) -> None:
        """Show two codes side by side."""
        self._go((str(a), str(b)))

    def go_back(self) -> None:
        """Return to what was shown before."""
        if self._trail:
            self._here = self._trail.pop()
            self._load()

    def _pick(self, code: str) -> None:
        self._go((code,))

    def _compare_with(self) -> None:
        other = self.other.currentText().strip().split(" ")[0]
        if other and self._here:
            self.compare(self._here[0].split()[-1], other)

    def _go(self, place: _Place) -> None:
        if place == self._here or not place[0]:
            return
        if self._here:
            self._trail.append(self._here)
        self._here = place
        self._load()

    def _load(self) -> None:
        """Read what is needed from disk in the background, then show it."""
        place, services = self._here, self._services
        if self._ticket is not None:
            self._ticket.abandon()
        if len(place) == 2:
            from mailoscope_core.knowledge.compare import compare

            self._ticket = self._errands.run(
                lambda: compare(services.catalogue, *place),
                self._show_comparison,
                self._cannot_compare,
                name="compare",
            )
            return

        def look_up() -> tuple[Answer, tuple[str, ...]]:
            answer = services.catalogue.explain_text(place[0])
            code = answer.record.code if answer.record is not None else ""
            pairs = [pair.codes for pair in services.catalogue.pairs() if code in pair.codes]
            return answer, tuple(b if a == code else a for a, b in pairs)

        self._ticket = self._errands.run(look_up, self._show_record, name="code")

    def _show_record(self, found: tuple[Answer, tuple[str, ...]]) -> None:
        answer, pairs = found
        self.record.show_answer(answer, pairs)
        self.views.setCurrentWidget(self.record)
        if answer.record is not None:
            self.codes.mark(answer.record.code)
        self._update_bar()

    def _show_comparison(self, comparison: object) -> None:
        from mailoscope_core.knowledge.compare import Comparison

        if isinstance(comparison, Comparison):
            self.comparison.show_comparison(comparison)
            self.views.setCurrentWidget(self.comparison)
        self._update_bar()

    def _cannot_compare(self, error: Exception) -> None:
        self._here = self._trail.pop() if self._trail else ()
        self._controller.tell(error)
        self._update_bar()

    def _update_bar(self) -> None:
        self.back.setEnabled(bool(self._trail))
        self.compare_button.setEnabled(bool(self._here))
        self.other.setEnabled(bool(self._here))

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use; the index is made anew for it."""
        gettext, texts = self._services.language.gettext, self._services.language.texts
        self.back.setText(gettext("&Back"))
        self.other_label.setText(gettext("Compare &with"))
        self.other.setAccessibleName(gettext("Code to compare with"))
        self.compare_button.setText(gettext("Co&mpare"))
        self.codes.retranslate()
        self.record.retranslate()
        self.comparison.retranslate()
        services = self._services

        def index() -> tuple[IndexedCode, ...]:
            from mailoscope_gui.reference.code_index import make_index

            return make_index(services.catalogue, texts)

        self._errands.run(index, self._use_index, name="code-index")

    def _use_index(self, index: tuple[IndexedCode, ...]) -> None:
        self.codes.use(index)
        typed = self.other.currentText()
        self.other.clear()
        self.other.addItems([f"{each.code} {each.name}" for each in index])
        self.other.setEditText(typed)
        completer = self.other.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        if self._here and len(self._here) == 1:
            self.codes.mark(self._here[0])
