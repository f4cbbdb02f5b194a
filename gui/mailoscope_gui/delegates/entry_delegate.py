"""Entries of the side bar: a title with a detail below it, and a sign for the outcome."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from mailoscope_gui.delegates.glyphs import paint_glyph
from mailoscope_gui.delegates.ladder_delegates import Index, RowDelegate
from mailoscope_gui.i18n import Language
from mailoscope_gui.models.history_model import OUTCOME_ROLE
from mailoscope_gui.models.profiles_model import DETAIL_ROLE
from mailoscope_gui.theme import Theme

ENTRY_HEIGHT = 44
_SIGNS = {
    "done": ("check", 250),
    "refused": ("cross", 550),
    "failed": ("bang", 550),
    "unreadable": ("bang", 0),
}


class EntryDelegate(RowDelegate):
    """Two lines a row."""

    def __init__(self, theme: Theme, language: Language, parent: QObject | None = None) -> None:
        super().__init__(theme, language, parent)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint title, detail and sign."""
        self.ground(painter, option)
        rect = QRectF(option.rect).adjusted(12, 5, -10, -5)
        outcome = index.data(OUTCOME_ROLE)
        if outcome is not None:
            glyph, code = _SIGNS.get(outcome, ("dash", -1))
            plain = self.theme.muted if code < 0 else self.theme.reply(code or None)
            sign = QRectF(rect.right() - 12, rect.top() + 2, 11, 11)
            paint_glyph(painter, glyph, sign, self.ink(option, plain))
            rect.adjust(0, 0, -18, 0)
        normal = option.palette.color(QPalette.ColorRole.Text)
        upper = QRectF(rect.left(), rect.top(), rect.width(), rect.height() / 2)
        lower = upper.translated(0, rect.height() / 2)
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() - 1.0)
        painter.save()
        for part, font, colour, role in (
            (upper, option.font, normal, Qt.ItemDataRole.DisplayRole),
            (lower, small, self.theme.muted, DETAIL_ROLE),
        ):
            painter.setFont(font)
            painter.setPen(self.ink(option, colour))
            text = painter.fontMetrics().elidedText(
                str(index.data(role) or ""), Qt.TextElideMode.ElideRight, int(part.width())
            )
            painter.drawText(part, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the fixed height of an entry."""
        return QSize(160, ENTRY_HEIGHT)
