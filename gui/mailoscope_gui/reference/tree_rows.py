"""Rows to press in a decision tree: an answer that can be given, and one that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from mailoscope_gui.delegates.glyphs import paint_glyph

if TYPE_CHECKING:
    from mailoscope_gui.theme import Theme

_PAD = 12
_MARK = 24
_LEFT = _PAD + _MARK + 12
_RADIUS = 8.0
_GAP = 14
_SLACK = 3
"""What a text may need beyond its advance before it is cut short."""
_USUAL_WIDTH = 600
_WRAP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_TALL = 10_000


class Row(QAbstractButton):
    """What both kinds share: a click by mouse, Space or Enter, and a frame that shows the focus."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # A single & would be taken for a mnemonic.
        self.setText(text.replace("&", "&&"))
        self.words = text
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press with Enter too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the mouse is over it."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show that the mouse has gone."""
        super().leaveEvent(event)
        self.update()

    @property
    def lively(self) -> bool:
        """Whether mouse or keyboard are on it."""
        return self.underMouse() or self.isDown() or self.hasFocus()


class ChoiceRow(Row):
    """A big answer with the key that picks it, and perhaps a sentence below it."""

    def __init__(
        self, theme: Theme, mark: str, text: str, detail: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, text, parent)
        self.mark, self.detail = mark, detail
        self.setAccessibleName(f"{mark}. {text}")
        self.setAccessibleDescription(detail)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that the words need in that width."""
        return max(self._end_of_words(width) + _PAD, _MARK + 2 * _PAD - 4)

    def sizeHint(self) -> QSize:
        """Return a usual width with its height."""
        return QSize(_USUAL_WIDTH, self.heightForWidth(_USUAL_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Return the least that still shows words."""
        return QSize(_LEFT + 120, _MARK + 2 * _PAD - 4)

    def _title_font(self) -> QFont:
        font = QFont(self.font())
        if self.detail:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def _boxes(self, width: int) -> tuple[QRect, QRect]:
        """Return where title and detail go."""
        room = QRect(0, 0, max(60, width - _LEFT - _PAD), _TALL)
        first = QFontMetrics(self._title_font()).boundingRect(room, _WRAP, self.words)
        title = QRect(_LEFT, _PAD, room.width(), first.height())
        if not self.detail:
            return title, QRect()
        second = QFontMetrics(self.font()).boundingRect(room, _WRAP, self.detail)
        return title, QRect(_LEFT, title.bottom() + 3, room.width(), second.height())

    def _end_of_words(self, width: int) -> int:
        title, detail = self._boxes(width)
        return (detail if self.detail else title).bottom() + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a framed ground, the key, the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        accent = palette.color(QPalette.ColorRole.Highlight)
        frame = accent if self.lively else self._theme.border
        painter.setPen(QPen(frame, 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(palette.brush(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
        key = QRectF(_PAD, (self.height() - _MARK) / 2, _MARK, _MARK)
        painter.setPen(QPen(frame, 1.0))
        painter.setBrush(accent if self.isDown() else palette.brush(QPalette.ColorRole.Window))
        painter.drawRoundedRect(key, 5, 5)
        ink = palette.color(QPalette.ColorRole.Text)
        painter.setPen(
            palette.color(QPalette.ColorRole.HighlightedText)
            if self.isDown()
            else self._theme.muted
        )
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self.mark)
        title, detail = self._boxes(self.width())
        if not self.detail:
            title.moveTop((self.height() - title.height()) // 2)
        painter.setPen(ink)
        painter.setFont(self._title_font())
        painter.drawText(title, _WRAP, self.words)
        if self.detail:
            painter.setPen(self._theme.muted)
            painter.setFont(self.font())
            painter.drawText(detail, _WRAP, self.detail)
        painter.end()


class GivenRow(Row):
    """An answer that was given, on one line with its question; pressing it goes back there."""

    def __init__(
        self, theme: Theme, question: str, answer: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, answer, parent)
        self._question = question
        self.setAccessibleName(f"{question} {answer}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of one line."""
        return QSize(_USUAL_WIDTH, QFontMetrics(self.font()).height() + 10)

    def minimumSizeHint(self) -> QSize:
        """Return a width at which the words are cut short."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a tick, the question muted, and the answer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.lively:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        middle = self.height() / 2
        paint_glyph(painter, "check", QRectF(8, middle - 5, 10, 10), self._theme.muted)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        bold, usual = QFontMetrics(font), QFontMetrics(self.font())
        room = self.width() - 26 - 8
        # The question gives way to the answer, down to half of the line.
        spare = room - bold.horizontalAdvance(self.words) - _GAP
        asked = min(usual.horizontalAdvance(self._question) + _SLACK, max(room // 2, spare))
        end = Qt.TextElideMode.ElideRight
        line = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self._theme.muted)
        painter.drawText(
            QRect(26, 0, asked, self.height()), line, usual.elidedText(self._question, end, asked)
        )
        left = room - asked - _GAP
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.setFont(font)
        painter.drawText(
            QRect(26 + asked + _GAP, 0, left, self.height()),
            line,
            bold.elidedText(self.words, end, left),
        )
        painter.end()
