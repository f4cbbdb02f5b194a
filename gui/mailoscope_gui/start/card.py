"""A calm card: a rounded ground of its own with a title and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from mailoscope_gui.labels import heading, wrapped

if TYPE_CHECKING:
    from mailoscope_gui.theme import Theme

_RADIUS = 10.0


class Card(QFrame):
    """Content goes into `column`, below the title and the sentence."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, points: float = 3.0) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = heading(points=points)
        self.sentence = wrapped()
        self.sentence.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(22, 18, 22, 20)
        self.column.setSpacing(10)
        self.column.addWidget(self.title)
        self.column.addWidget(self.sentence)
        theme.changed.connect(self.update)

    def set_words(self, title: str, sentence: str) -> None:
        """Show the words of the language in use."""
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.setAccessibleName(title)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground; the widgets on it draw themselves."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.border, 1.0))
        # Lighter than the inputs on it, which have no frame of their own in the dark.
        ground = QPalette.ColorRole.Mid if self._theme.dark else QPalette.ColorRole.Base
        painter.setBrush(self.palette().brush(ground))
        inside = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inside, _RADIUS, _RADIUS)
        painter.end()


def set_default_look(widget: QWidget) -> None:
    """Make a button the one that stands out in its card."""
    font = widget.font()
    font.setWeight(font.Weight.DemiBold)
    widget.setFont(font)
    widget.setMinimumHeight(34)
    widget.setCursor(Qt.CursorShape.PointingHandCursor)
