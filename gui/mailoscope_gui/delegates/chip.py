"""A reply as a chip: colour, glyph and word together, so that no colour speaks alone."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailoscope_gui.delegates.glyphs import paint_glyph, reply_glyph
from mailoscope_gui.i18n import N_, Language
from mailoscope_gui.theme import Theme

_HEIGHT = 20.0
_PAD = 8.0
_GLYPH = 10.0

_WORDS = {2: N_("yes"), 3: N_("go on"), 4: N_("not now"), 5: N_("no")}
_NO_CODE = N_("no code")


def chip_text(code: int | None, language: Language) -> str:
    """Return what the chip says, for example `535 no`."""
    if code is None:
        return language.gettext(_NO_CODE)
    word = _WORDS.get(code // 100)
    shown = f"{code:03d}"
    return f"{shown} {language.gettext(word)}" if word else shown


def chip_width(text: str, font: QFont) -> float:
    """Return how wide a chip with this text is."""
    return QFontMetricsF(font).horizontalAdvance(text) + 2 * _PAD + _GLYPH + 5


def paint_chip(
    painter: QPainter, rect: QRectF, code: int | None, text: str, theme: Theme, font: QFont
) -> float:
    """Paint a chip at the left of `rect`, centred vertically; return its width."""
    width = min(chip_width(text, font), rect.width())
    box = QRectF(rect.left(), rect.center().y() - _HEIGHT / 2, width, _HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.reply(code))
    painter.drawRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
    glyph = QRectF(box.left() + _PAD, box.center().y() - _GLYPH / 2, _GLYPH, _GLYPH)
    paint_glyph(painter, reply_glyph(code), glyph, theme.on_chip)
    painter.setPen(theme.on_chip)
    painter.setFont(font)
    words = QRectF(glyph.right() + 5, box.top(), box.right() - glyph.right() - _PAD, _HEIGHT)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()
    return width


class Chip(QWidget):
    """A chip that stands alone, for example above an explanation."""

    def __init__(self, theme: Theme, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._language = theme, language
        self._code: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        language.changed.connect(self._reword)

    def show_code(self, code: int | None) -> None:
        """Show another reply code, null for a reply without one."""
        self._code = code
        self._reword()

    def sizeHint(self) -> QSize:
        """Return the chip's own size."""
        return QSize(int(chip_width(self._text(), self._font())) + 2, int(_HEIGHT) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip."""
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint_chip(painter, rect, self._code, self._text(), self._theme, self._font())

    def _reword(self) -> None:
        self.setAccessibleName(self._text())
        self.updateGeometry()
        self.update()

    def _text(self) -> str:
        return chip_text(self._code, self._language)

    def _font(self) -> QFont:
        return chip_font(self.font())


def chip_font(base: QFont) -> QFont:
    """Return the font of a chip in a widget with the font `base`."""
    font = QFont(base)
    font.setWeight(QFont.Weight.DemiBold)
    font.setPointSizeF(max(7.0, base.pointSizeF() - 0.5))
    return font
