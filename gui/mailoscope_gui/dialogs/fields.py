"""Input fields that all answer to `value`, `set_value` and `changed`, whatever they look like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from mailoscope_gui.i18n import N_

_MAX_TEXT = 4096
_BROWSE = N_("Browse…")

Gettext = Callable[[str], str]


class Field(QWidget):
    """One value of a form; `focus_target` is what a label's mnemonic goes to."""

    changed = Signal()

    def __init__(self, input_: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input = input_
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.addWidget(input_)
        self.setFocusProxy(input_)

    def value(self) -> Any:
        """Return what the user entered, in the type of the value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def retranslate(self, gettext: Gettext, label: str) -> None:
        """Take the words of the language in use; `label` names the field for screen readers."""
        self.input.setAccessibleName(label)


class TextField(Field):
    """One line of text, without blanks around it."""

    def __init__(self, example: str = "", parent: QWidget | None = None) -> None:
        self.edit = QLineEdit()
        super().__init__(self.edit, parent)
        self.edit.setMaxLength(_MAX_TEXT)
        self.edit.setPlaceholderText(example)
        self.edit.textChanged.connect(self.changed)

    def value(self) -> str:
        """Return the text."""
        return self.edit.text().strip()

    def set_value(self, value: str) -> None:
        """Show a text."""
        self.edit.setText(value)


class FileField(TextField):
    """The path of a file, typed or chosen."""

    def __init__(self, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._kinds = kinds
        self.browse = QPushButton()
        self.browse.setAutoDefault(False)
        self.row.addWidget(self.browse)
        self.browse.clicked.connect(self._choose)

    def retranslate(self, gettext: Gettext, label: str) -> None:
        """Take the words of the language in use."""
        super().retranslate(gettext, label)
        self.browse.setText(gettext(_BROWSE))
        self.browse.setAccessibleName(f"{label}: {gettext(_BROWSE)}")

    def _choose(self) -> None:
        folder = str(Path(self.value()).parent) if self.value() else ""
        dialog = QFileDialog(self, self.input.accessibleName(), folder, self._kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.edit.setText)
        dialog.open()


class LinesField(Field):
    """Several lines, one entry each; empty lines do not count."""

    def __init__(self, height: int = 76, example: str = "", parent: QWidget | None = None) -> None:
        self.edit = _ShortEdit(height)
        self.edit.setFixedHeight(height)
        super().__init__(self.edit, parent)
        self.edit.setPlaceholderText(example)
        self.edit.setTabChangesFocus(True)
        self.edit.textChanged.connect(self.changed)

    def value(self) -> tuple[str, ...]:
        """Return the entries."""
        lines = (line.strip() for line in self.edit.toPlainText().splitlines())
        return tuple(line for line in lines if line)

    def set_value(self, value: Sequence[str]) -> None:
        """Show the entries."""
        self.edit.setPlainText("\n".join(value))


class NotesField(Field):
    """Free text of several lines."""

    def __init__(self, height: int = 76, parent: QWidget | None = None) -> None:
        self.edit = _ShortEdit(height)
        super().__init__(self.edit, parent)
        self.edit.setTabChangesFocus(True)
        self.edit.textChanged.connect(self.changed)

    def value(self) -> str:
        """Return the text."""
        return self.edit.toPlainText()

    def set_value(self, value: str) -> None:
        """Show a text."""
        self.edit.setPlainText(value)


class PortField(Field):
    """A TCP port."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.box = QSpinBox()
        super().__init__(self.box, parent)
        self.box.setRange(1, 65535)
        self.box.setGroupSeparatorShown(False)
        self.box.valueChanged.connect(self.changed)
        self.row.addStretch()

    def value(self) -> int:
        """Return the port."""
        return self.box.value()

    def set_value(self, value: int) -> None:
        """Show a port."""
        self.box.setValue(value)


class SecondsField(Field):
    """A time in seconds."""

    def __init__(self, most: float = 3600.0, parent: QWidget | None = None) -> None:
        self.box = QDoubleSpinBox()
        super().__init__(self.box, parent)
        self.box.setDecimals(0)
        self.box.setRange(1.0, most)
        self.box.valueChanged.connect(self.changed)
        self.row.addStretch()

    def value(self) -> float:
        """Return the seconds."""
        return self.box.value()

    def set_value(self, value: float) -> None:
        """Show a time; one below a second keeps its decimals."""
        if value != int(value) or value < 1.0:
            self.box.setDecimals(3)
            self.box.setMinimum(0.001)
        self.box.setValue(value)

    def retranslate(self, gettext: Gettext, label: str) -> None:
        """Take the words of the language in use."""
        super().retranslate(gettext, label)
        self.box.setSuffix(" " + gettext("s"))


class ChoiceField(Field):
    """One of a few values, each with its words."""

    def __init__(
        self, choices: Sequence[tuple[object, str]], parent: QWidget | None = None
    ) -> None:
        self.box = QComboBox()
        super().__init__(self.box, parent)
        self._choices = list(choices)
        for _value, label in self._choices:
            self.box.addItem(label)
        self.box.currentIndexChanged.connect(self.changed)
        self.row.addStretch()

    def value(self) -> Any:
        """Return the value that is chosen."""
        return self._choices[max(0, self.box.currentIndex())][0]

    def set_value(self, value: object) -> None:
        """Choose a value; one that is not on the list is put there as it is."""
        values = [each for each, _label in self._choices]
        if value not in values:
            self._choices.append((value, str(value)))
            self.box.addItem(str(value))
            values.append(value)
        self.box.setCurrentIndex(values.index(value))

    def retranslate(self, gettext: Gettext, label: str) -> None:
        """Take the words of the language in use."""
        super().retranslate(gettext, label)
        for index, (_value, words) in enumerate(self._choices):
            self.box.setItemText(index, gettext(words) if words else words)


class CheckField(Field):
    """Yes or no; its words stand beside the box."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        self.box = QCheckBox()
        super().__init__(self.box, parent)
        self._words = words
        self.box.toggled.connect(self.changed)

    def value(self) -> bool:
        """Return whether it is ticked."""
        return self.box.isChecked()

    def set_value(self, value: bool) -> None:
        """Tick it or not."""
        self.box.setChecked(value)

    def retranslate(self, gettext: Gettext, label: str) -> None:
        """Take the words of the language in use."""
        self.box.setText(gettext(self._words))
        self.box.setAccessibleName(gettext(self._words).replace("&", ""))


class _ShortEdit(QPlainTextEdit):
    """A text box that asks for a few lines only."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self._height = height
        self.setMinimumHeight(height)

    def sizeHint(self) -> QSize:
        """Return the height that was asked for."""
        return QSize(super().sizeHint().width(), self._height)
