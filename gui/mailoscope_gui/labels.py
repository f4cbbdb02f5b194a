"""Labels that show text as it is: what a server says is never taken for mark-up."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


def plain(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a one-line label for plain text."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    return label


def wrapped(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a label for plain text of several lines that can be selected and copied."""
    label = plain(text, parent)
    label.setWordWrap(True)
    label.setTextInteractionFlags(_SELECTABLE)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return label


def heading(text: str = "", parent: QWidget | None = None, *, points: float = 2.0) -> QLabel:
    """Return a wrapped label in bold, `points` larger than the body text."""
    label = wrapped(text, parent)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() + points)
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label


def caption(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a small label that names what stands below it."""
    label = plain(text, parent)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() - 0.5)
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
