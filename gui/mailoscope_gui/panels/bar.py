"""A strip above the next line: one sentence and what can be done about it, never a dialog."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from mailoscope_gui.delegates.glyphs import paint_glyph
from mailoscope_gui.labels import wrapped
from mailoscope_gui.theme import Theme

_EDGE = 4


class Glyph(QWidget):
    """One painted sign."""

    def __init__(self, name: str, side: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.colour = name, QColor()
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign."""
        painter = QPainter(self)
        inner = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_glyph(painter, self.name, inner, self.colour)


class Bar(QFrame):
    """Glyph, sentence, and a row for fields and buttons; coloured at its left edge."""

    def __init__(self, theme: Theme, glyph: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._code = 354
        self.glyph = Glyph(glyph)
        self.text = wrapped()
        self.text.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.beside = QHBoxLayout()
        self.beside.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.glyph, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.text, 1)
        top.addLayout(self.beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(self.row)
        self.setAutoFillBackground(True)
        theme.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    def set_weight(self, code: int, glyph: str) -> None:
        """Take the colour of replies of this class, and a sign to go with it."""
        self._code, self.glyph.name = code, glyph
        self._recolour()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the coloured edge."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(0, 0, _EDGE, self.height(), self._theme.reply(self._code))
        painter.fillRect(0, 0, self.width(), 1, self._theme.border)

    def _recolour(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), self._theme.panel)
        self.setPalette(palette)
        self.glyph.colour = self._theme.reply(self._code)
        self.glyph.update()
        self.update()
