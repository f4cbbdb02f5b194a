"""How the ladder's columns are painted: breakpoints, states, reply chips and time bars."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from mailoscope_gui.delegates.chip import chip_font, chip_text, chip_width, paint_chip
from mailoscope_gui.delegates.glyphs import STATES, paint_glyph
from mailoscope_gui.i18n import Language
from mailoscope_gui.models.ladder_model import RUNG_ROLE, SHARE_ROLE
from mailoscope_gui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 28
_GLYPH = 14.0


class RowDelegate(QStyledItemDelegate):
    """Paints the ground of a cell, without the frame of a focused cell."""

    def __init__(self, theme: Theme, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme, self.language = theme, language

    def ground(self, painter: QPainter, option: QStyleOptionViewItem) -> bool:
        """Fill the cell; return whether it is selected."""
        selected = _has(option, "State_Selected")
        if selected:
            painter.fillRect(option.rect, option.palette.brush(QPalette.ColorRole.Highlight))
        return selected

    def ink(self, option: QStyleOptionViewItem, colour: QColor) -> QColor:
        """Return the colour to paint with: on a selected row, the text colour of selections."""
        if _has(option, "State_Selected"):
            return option.palette.color(QPalette.ColorRole.HighlightedText)
        return colour


class GutterDelegate(RowDelegate):
    """A dot where the session will stop."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the breakpoint, and a faint ring where the mouse could set one."""
        self.ground(painter, option)
        rung = index.data(RUNG_ROLE)
        hover = _has(option, "State_MouseOver")
        if rung is None or not (rung.breakpoint or hover):
            return
        side = 11.0
        centre = QRectF(option.rect).center()
        rect = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        if rung.breakpoint:
            paint_glyph(painter, "disc", rect, self.ink(option, self.theme.violation))
        else:
            paint_glyph(painter, "ring", rect, self.ink(option, self.theme.muted))


class StateDelegate(RowDelegate):
    """The state of a step as a glyph."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the glyph."""
        self.ground(painter, option)
        rung = index.data(RUNG_ROLE)
        if rung is None:
            return
        state = "skipped" if rung.skip and rung.state in ("waiting", "next") else rung.state
        colour = self.ink(option, self.theme.state(state))
        centre = QRectF(option.rect).center()
        rect = QRectF(centre.x() - _GLYPH / 2, centre.y() - _GLYPH / 2, _GLYPH, _GLYPH)
        paint_glyph(painter, STATES.get(state, "ring"), rect, colour)


class StepDelegate(RowDelegate):
    """The name of a step: strong where the session stands, muted where it has not been."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the name."""
        self.ground(painter, option)
        rung = index.data(RUNG_ROLE)
        font = QFont(option.font)
        if rung is not None and rung.state in ("next", "running"):
            font.setWeight(QFont.Weight.DemiBold)
        quiet = rung is not None and rung.state in ("waiting", "skipped")
        normal = option.palette.color(QPalette.ColorRole.Text)
        colour = self.ink(option, self.theme.muted if quiet else normal)
        _elided(painter, option, font, colour, str(index.data() or ""))


class LineDelegate(RowDelegate):
    """The line as it is sent, in the font of the wire; struck out when it is left out."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the line."""
        self.ground(painter, option)
        rung = index.data(RUNG_ROLE)
        sent = rung is not None and rung.line is not None
        font = self.theme.mono(-0.5) if sent else QFont(option.font)
        normal = option.palette.color(QPalette.ColorRole.Text)
        quiet = rung is not None and rung.state == "waiting"
        colour = normal if sent and not quiet else self.theme.muted
        if rung is not None:
            font.setItalic(rung.edited and sent)
            font.setStrikeOut(rung.skip)
        _elided(painter, option, font, self.ink(option, colour), str(index.data() or ""))


class ReplyDelegate(RowDelegate):
    """The reply as a chip with the first line of its text."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the chip and the text, or how the body gets on."""
        self.ground(painter, option)
        rung = index.data(RUNG_ROLE)
        if rung is None:
            return
        rect = QRectF(option.rect).adjusted(4, 0, -6, 0)
        if rung.code is None and not rung.reply:
            if rung.progress is not None and rung.state == "running":
                self._progress(painter, option, rect, rung.progress)
            return
        width = paint_chip(
            painter,
            rect,
            rung.code,
            chip_text(rung.code, self.language),
            self.theme,
            chip_font(option.font),
        )
        text = f"{rung.enhanced} {rung.reply}" if _lacks(rung.enhanced, rung.reply) else rung.reply
        colour = self.ink(option, option.palette.color(QPalette.ColorRole.Text))
        _text(painter, rect.adjusted(width + 8, 0, 0, 0), QFont(option.font), colour, text)

    def chip_rect(self, cell: QRectF, font: QFont, code: int) -> QRectF:
        """Return where the chip of a reply stands in its cell."""
        width = chip_width(chip_text(code, self.language), chip_font(font))
        return QRectF(cell.left() + 4, cell.top(), min(width, cell.width() - 10), cell.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for the chip and some text."""
        return QSize(int(chip_width("535 not now", option.font)) + 160, ROW_HEIGHT)

    def _progress(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRectF, share: float
    ) -> None:
        bar = QRectF(rect.left(), rect.center().y() - 3, rect.width() - 60, 6)
        _bar(painter, bar, share, self.theme.border, self.theme.reply(354))
        text = f"{share * 100:.0f} %"
        colour = self.ink(option, option.palette.color(QPalette.ColorRole.Text))
        _text(painter, rect.adjusted(rect.width() - 52, 0, 0, 0), option.font, colour, text)


class TimeDelegate(RowDelegate):
    """How long a step took: a bar beside the others', and the number."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint number and bar."""
        self.ground(painter, option)
        text = str(index.data() or "")
        if not text:
            return
        rect = QRectF(option.rect).adjusted(6, 0, -10, 0)
        share = float(index.data(SHARE_ROLE) or 0.0)
        colour = self.ink(option, self.theme.muted)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(colour)
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(0, -3, 0, -3), align, text)
        painter.restore()
        bar = QRectF(rect.left(), rect.bottom() - 5, rect.width(), 3)
        track = QColor(self.theme.border)
        _bar(painter, bar, share, track, self.ink(option, self.theme.reply(354)))


def _has(option: QStyleOptionViewItem, flag: str) -> bool:
    # Imported here: the many enumerations of QStyle cost more than all else before the first paint.
    from PySide6.QtWidgets import QStyle

    return bool(option.state & QStyle.StateFlag[flag])


def _lacks(enhanced: str | None, text: str) -> bool:
    """Tell whether an enhanced code is not already shown at the beginning of the text."""
    return enhanced is not None and not text.startswith(enhanced)


def _bar(painter: QPainter, rect: QRectF, share: float, track: QColor, fill: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    width = max(rect.height(), rect.width() * min(1.0, share))
    painter.setBrush(fill)
    filled = QRectF(rect.left(), rect.top(), width, rect.height())
    painter.drawRoundedRect(filled, rect.height() / 2, rect.height() / 2)
    painter.restore()


def _elided(
    painter: QPainter, option: QStyleOptionViewItem, font: QFont, colour: QColor, text: str
) -> None:
    _text(painter, QRectF(option.rect).adjusted(6, 0, -6, 0), font, colour, text)


def _text(painter: QPainter, rect: QRectF, font: QFont, colour: QColor, text: str) -> None:
    painter.save()
    painter.setFont(font)
    painter.setPen(colour)
    shown = painter.fontMetrics().elidedText(
        text.replace("\n", " "), Qt.TextElideMode.ElideRight, int(rect.width())
    )
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    painter.restore()
