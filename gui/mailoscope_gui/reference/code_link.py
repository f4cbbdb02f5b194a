"""A reply code as a button that leads to the reference: a chip to press."""

from __future__ import annotations

import re

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from mailoscope_gui.delegates.glyphs import paint_glyph, reply_glyph
from mailoscope_gui.theme import Theme

_HEIGHT = 24
_PAD = 9.0
_GLYPH = 9.0
_NARROWEST = 110


class CodeLink(QAbstractButton):
    """Shows a code as people write it (354, 5.7.1, 5xx, X.7) in the colour of its class.

    `words` stand in the chip instead of the code; `target` is what `asked` carries instead of it.
    """

    asked = Signal(str)
    """Pressed; the code, or the target."""

    def __init__(
        self,
        theme: Theme,
        code: str,
        parent: QWidget | None = None,
        *,
        words: str = "",
        target: str = "",
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.code = code
        self.target = target or code
        self.words = words or code
        # An ampersand would be read as a mark for a key.
        self.setText(self.words.replace("&", "&&"))
        self.setAccessibleName(self.words)
        self.setObjectName(f"code-{self.target}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._ask)
        theme.changed.connect(self.update)

    def _ask(self) -> None:
        self.asked.emit(self.target)

    def sizeHint(self) -> QSize:
        """Return the chip's own size."""
        metrics = QFontMetricsF(self.font())
        width = metrics.horizontalAdvance(self.words)
        return QSize(int(width + 2 * _PAD + self._indent()) + 1, max(_HEIGHT, _high(metrics)))

    def minimumSizeHint(self) -> QSize:
        """Return the room of the code alone: in a narrow column the words are elided."""
        size = self.sizeHint()
        return QSize(min(size.width(), _NARROWEST), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw an outlined chip; filled under the mouse, framed twice with the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = code_colour(self._theme, self.code)
        filled = self.underMouse() or self.isDown()
        ink = self._theme.on_chip if filled else colour
        painter.setPen(QPen(colour, 2.0 if self.hasFocus() else 1.2))
        if filled:
            painter.setBrush(colour)
        else:
            painter.setBrush(self.palette().brush(QPalette.ColorRole.Base))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if self._indent():
            glyph = QRectF(_PAD, box.center().y() - _GLYPH / 2, _GLYPH, _GLYPH)
            paint_glyph(painter, reply_glyph(class_of(self.code)), glyph, ink)
        painter.setPen(ink)
        words = box.adjusted(_PAD + self._indent() - 2, 0, -4, 0)
        shown = painter.fontMetrics().elidedText(
            self.words, Qt.TextElideMode.ElideRight, int(words.width()) + 2
        )
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, align, shown)
        painter.end()

    def _indent(self) -> float:
        """Return the room of the glyph, which only codes of a class have."""
        return _GLYPH + 6 if class_of(self.code) is not None else 0.0


def class_of(code: str) -> int | None:
    """Return a code of the same class (200 for `2xx`, 500 for `5.7.1`), null for `X.7.1`."""
    return int(code[0]) * 100 if re.match(r"[2-5](\d\d|xx|\.)", code) else None


def code_colour(theme: Theme, code: str) -> QColor:
    """Return the colour of a code's class; one for several classes is muted."""
    known = class_of(code)
    return theme.reply(known) if known is not None else theme.muted


def _high(metrics: QFontMetricsF) -> int:
    return int(metrics.height()) + 6
