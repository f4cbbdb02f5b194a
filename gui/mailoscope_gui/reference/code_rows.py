"""The rows of the list of records: code and name, and below it what a search has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mailoscope_gui.reference.code_link import code_colour

if TYPE_CHECKING:
    from mailoscope_gui.reference.code_index import IndexedCode
    from mailoscope_gui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
CONTEXT_ROLE = Qt.ItemDataRole.UserRole + 2
_ROOT = QModelIndex()
_CODE_WIDTH = 62.0
_PAD_X, _PAD_Y = 8.0, 5.0
_LONG_CODE = 7
"""Characters of a code above which it takes the room it needs: names of extensions are long."""
_MOST_OF_ROW = 0.7
"""What such a name may take of a row; SCRAM-SHA-256-PLUS needs more than half of it."""


class CodeModel(QAbstractListModel):
    """One record a row; what a search has found in it is worked out when a row is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: tuple[IndexedCode, ...] = ()
        self.words: tuple[str, ...] = ()
        self._contexts: dict[int, str] = {}

    def show_codes(self, codes: tuple[IndexedCode, ...], words: tuple[str, ...] = ()) -> None:
        """Show other records, found by these words."""
        self.beginResetModel()
        self.codes, self.words, self._contexts = codes, words, {}
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of records."""
        return 0 if parent.isValid() else len(self.codes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a role of a row."""
        each = self.codes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{each.code} {each.title}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            context = self.context(index.row())
            return (
                f"{each.code} {each.title}. {context}" if context else f"{each.code} {each.title}"
            )
        if role == ENTRY_ROLE:
            return each
        if role == CONTEXT_ROLE:
            return self.context(index.row())
        return None

    def context(self, row: int) -> str:
        """Return the sentence of a record in which a word was found, "" where it shows anyway."""
        if row not in self._contexts:
            self._contexts[row] = self.codes[row].context(self.words) if self.words else ""
        return self._contexts[row]


class CodeDelegate(QStyledItemDelegate):
    """Paints a row: the code in the colour of its class, and what was found in bold."""

    def __init__(self, theme: Theme, model: CodeModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._heights: dict[int, int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return one line's height, or two where there is a context."""
        height = option.fontMetrics.height()
        if self._model.context(index.row()):
            if height not in self._heights:
                self._heights[height] = int(QFontMetricsF(_small(option.font)).height()) + 1
            height += self._heights[height]
        return QSize(120, int(height + 2 * _PAD_Y))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        each = self._model.codes[index.row()]
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        ink = option.palette.color(role)
        if selected:
            painter.fillRect(option.rect, option.palette.brush(QPalette.ColorRole.Highlight))
        rect = QRectF(option.rect).adjusted(_PAD_X, _PAD_Y, -_PAD_X, -_PAD_Y)
        line = QFontMetricsF(option.font).height()
        first = QRectF(rect.left(), rect.top(), rect.width(), line)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(ink if selected else code_colour(self._theme, each.code))
        width = code_width(each.code, bold, rect.width())
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        code = first.adjusted(0, 0, width - rect.width() - 6, 0)
        elided = QFontMetricsF(bold).elidedText(
            each.code, Qt.TextElideMode.ElideRight, code.width() + 1
        )
        painter.drawText(code, align, elided)
        painter.setFont(option.font)
        painter.setPen(ink)
        name = first.adjusted(width, 0, 0, 0)
        shown = QFontMetricsF(option.font).elidedText(
            each.title, Qt.TextElideMode.ElideRight, name.width()
        )
        painter.drawText(name, align, shown)
        context = self._model.context(index.row())
        if context:
            muted = ink if selected else self._theme.muted
            painter.setPen(muted)
            below = QRectF(rect.left(), first.bottom() + 1, rect.width(), rect.height() - line - 1)
            _paint_found(painter, below, context, self._model.words, _small(option.font))
        painter.restore()


def code_width(code: str, font: QFont, row: float) -> float:
    """Return the width of a code's column in a row of that width, with the gap behind it."""
    if len(code) <= _LONG_CODE:
        return _CODE_WIDTH
    needed = QFontMetricsF(font).horizontalAdvance(code) + 12
    return min(max(_CODE_WIDTH, needed), row * _MOST_OF_ROW)


def _paint_found(
    painter: QPainter, rect: QRectF, text: str, words: tuple[str, ...], font: QFont
) -> None:
    """Paint one line of text with the words that were looked for in bold."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.Bold)
    x = rect.left()
    align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    for part, found in _parts(text, words):
        used = bold if found else font
        metrics = QFontMetricsF(used)
        room = rect.right() - x
        shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, room)
        painter.setFont(used)
        painter.drawText(QRectF(x, rect.top(), room, rect.height()), align, shown)
        x += metrics.horizontalAdvance(part)
        if x >= rect.right():
            return


def _parts(text: str, words: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Cut a text into what was found and what stands between."""
    folded = text.casefold()
    if len(folded) != len(text):  # places in one are not places in the other
        return [(text, False)]
    parts: list[tuple[str, bool]] = []
    at = 0
    while at < len(text):
        hits = [(place, -len(word)) for word in words if (place := folded.find(word, at)) >= 0]
        if not hits:
            break
        place, length = min(hits)
        parts += [(text[at:place], False), (text[place : place - length], True)]
        at = place - length
    parts.append((text[at:], False))
    return [part for part in parts if part[0]]


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(max(7.0, font.pointSizeF() - 1.0))
    return small
