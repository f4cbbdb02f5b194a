"""A page of labelled fields, each with a place for what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from mailoscope_gui.dialogs.fields import Field, Gettext
from mailoscope_gui.labels import plain, wrapped

_LABEL_WIDTH = 150


@dataclass(frozen=True, slots=True)
class _Row:
    field: Field
    label: QLabel
    words: str
    help: QLabel | None
    help_words: str
    problem: QLabel


class FormPage(QWidget):
    """Fields by name; `changed` is sent whenever the user edits one of them."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, _Row] = {}
        self._grid = QGridLayout()
        self._grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(10)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 18, 18, 14)
        self.column.setSpacing(12)
        self.column.addLayout(self._grid)

    def add(self, name: str, field: Field, words: str, help_words: str = "") -> Field:
        """Put a field below the others; `words` is its label, with a mnemonic."""
        label = plain()
        label.setBuddy(field.input)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        label.setContentsMargins(0, 6, 0, 0)
        problem = wrapped()
        problem.setObjectName(f"problem-{name}")
        problem.hide()
        field.input.setObjectName(name)
        cell = QVBoxLayout()
        cell.setSpacing(4)
        cell.addWidget(field)
        cell.addWidget(problem)
        help_label = wrapped() if help_words else None
        if help_label is not None:
            help_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            cell.addWidget(help_label)
        place = self._grid.rowCount()
        self._grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addLayout(cell, place, 1)
        self._rows[name] = _Row(field, label, words, help_label, help_words, problem)
        field.changed.connect(self.changed)
        return field

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, from top to bottom."""
        return tuple(self._rows)

    def field(self, name: str) -> Field:
        """Return one field."""
        return self._rows[name].field

    def fill(self, values: dict[str, Any]) -> None:
        """Show the values of those names that the page has."""
        for name, row in self._rows.items():
            if name in values:
                row.field.set_value(values[name])

    def values(self) -> dict[str, Any]:
        """Return what the fields hold."""
        return {name: row.field.value() for name, row in self._rows.items()}

    def show_problem(self, name: str, text: str, colour: QColor) -> None:
        """Say below a field what is wrong with it."""
        problem = self._rows[name].problem
        palette = problem.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        problem.setPalette(palette)
        problem.setText(text)
        problem.show()
        self._rows[name].field.input.setAccessibleDescription(text)

    def clear_problems(self) -> None:
        """Take all complaints away."""
        for row in self._rows.values():
            row.problem.clear()
            row.problem.hide()
            row.field.input.setAccessibleDescription("")

    def retranslate(self, gettext: Gettext) -> None:
        """Take the words of the language in use."""
        for row in self._rows.values():
            words = gettext(row.words) if row.words else ""
            row.label.setText(words)
            row.field.retranslate(gettext, words.replace("&", ""))
            if row.help is not None:
                row.help.setText(gettext(row.help_words))
