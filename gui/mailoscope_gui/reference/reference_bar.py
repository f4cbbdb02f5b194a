"""The row above a record or a comparison: back, and the fields that say what to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import plain
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_field import CodeField

if TYPE_CHECKING:
    from mailoscope_core.knowledge.records import CodeRecord
    from mailoscope_gui.reference.code_index import IndexedCode
    from mailoscope_gui.services import Services

_BACKS = {
    "session": N_("&Back to the session"),
    "explain": N_("&Back to the explanation"),
}


class ReferenceBar(QWidget):
    """Beside a record one field asks what to compare it with; a comparison has a field for each."""

    back_wanted = Signal()
    compare_wanted = Signal(str, str)
    """Both codes: ids of records, or as typed; the first is empty beside a record."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._back_to = ""
        self.back = QPushButton()
        self.back.setObjectName("back")
        self.label = plain()
        self.first = CodeField()
        self.first.setObjectName("compare-first")
        self.other = CodeField()
        self.other.setObjectName("compare-with")
        self.swap = QToolButton()
        self.swap.setObjectName("swap")
        self.swap.setText("⇄")
        self.compare = QPushButton()
        self.compare.setObjectName("compare")
        for field in (self.first, self.other):
            field.setMinimumWidth(90)
            field.setMaximumWidth(260)
        row = QHBoxLayout(self)
        row.setContentsMargins(22, 14, 22, 4)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.label)
        row.addWidget(self.first, 4)
        row.addWidget(self.swap)
        row.addWidget(self.other, 4)
        row.addWidget(self.compare)
        self.back.clicked.connect(self.back_wanted)
        self.swap.clicked.connect(self._swap)
        self.compare.clicked.connect(self._ask)
        self.first.chosen.connect(lambda _id: self._ask_or_go_on())
        self.other.chosen.connect(lambda _id: self._ask())
        self.for_record()

    def offer(self, index: tuple[IndexedCode, ...]) -> None:
        """Offer these records in both fields."""
        self.first.offer(index)
        self.other.offer(index)

    def for_record(self) -> None:
        """Ask what to compare the record with that is shown below."""
        self._show_fields(two=False)
        self.first.clear()
        self.other.clear()

    def for_comparison(self, a: CodeRecord | None = None, b: CodeRecord | None = None) -> None:
        """Show what is compared; both can be changed."""
        self._show_fields(two=True)
        for field, record in ((self.first, a), (self.other, b)):
            if record is None:
                field.clear()
            else:
                field.show_record(record.id, self._with_class(record))

    def _with_class(self, record: CodeRecord) -> str:
        """Return code and name of an enhanced code whose class matters here: 5.2.2, not X.2.2."""
        if worded.scope(record) != "enhanced" or not record.code[:1].isdecimal():
            return ""
        return f"{record.code} {worded.field(self._services.language.texts, record, 'name')}"

    def for_events(self) -> None:
        """Leave only the way back: events are chosen in their session."""
        self._show_fields(two=False)
        for widget in (self.label, self.other, self.compare):
            widget.hide()

    def show_back(self, enabled: bool, page: str) -> None:
        """Switch the way back on or off, and tell which page it leads to ("" for none)."""
        self.back.setEnabled(enabled)
        self._back_to = page
        self._name_back()

    def focus_first(self) -> None:
        """Put the cursor where a comparison begins."""
        field = self.first if self.first.isVisibleTo(self) else self.other
        field.setFocus()
        field.selectAll()

    def _show_fields(self, *, two: bool) -> None:
        self.first.setVisible(two)
        self.swap.setVisible(two)
        self.other.show()
        self.compare.show()
        self.label.setBuddy(self.first if two else self.other)
        self._name_label(two=two)

    def _swap(self) -> None:
        one, two = self.first.text(), self.other.text()
        self.first.setText(two)
        self.other.setText(one)
        self._ask()

    def _ask_or_go_on(self) -> None:
        """Compare once both fields are filled in."""
        if self.other.target:
            self._ask()
        else:
            self.other.setFocus()

    def _ask(self) -> None:
        two = self.first.isVisibleTo(self)
        first, other = (self.first.target if two else ""), self.other.target
        if other and (first or not two):
            self.compare_wanted.emit(first, other)

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self._name_back()
        self._name_label(two=self.first.isVisibleTo(self))
        self.first.setAccessibleName(gettext("First code to compare"))
        self.other.setAccessibleName(gettext("Code to compare with"))
        for field in (self.first, self.other):
            field.setPlaceholderText(gettext("code or word"))
        self.swap.setToolTip(gettext("Swap the two sides"))
        self.swap.setAccessibleName(gettext("Swap the two sides"))
        self.compare.setText(gettext("Co&mpare"))

    def _name_back(self) -> None:
        gettext = self._services.language.gettext
        words = _BACKS.get(self._back_to)
        self.back.setText(gettext(words) if words else gettext("&Back"))

    def _name_label(self, *, two: bool) -> None:
        gettext = self._services.language.gettext
        label: QLabel = self.label
        label.setText("" if two else gettext("Compare &with"))
        label.setVisible(not two)
