"""The transcript with its filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.background import Ticket
from mailoscope_gui.controller import Controller
from mailoscope_gui.delegates.glyphs import paint_glyph
from mailoscope_gui.delegates.ladder_delegates import Index, RowDelegate
from mailoscope_gui.focus import codes_at
from mailoscope_gui.labels import plain
from mailoscope_gui.models import transcript_model
from mailoscope_gui.models.transcript_model import ROW_ROLE, TranscriptModel, matching
from mailoscope_gui.panels.code_clicks import CodeClicks
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.report.transcript import TranscriptRow

_TYPING_PAUSE_MS = 120
_LINE_PAD = 3
_LEADING_CODE = re.compile(r"\d{3}(?:[ -][245]\.\d{1,3}\.\d{1,3}\b)?")
_GLYPHS = {
    "sent": "arrow-right",
    "received": "arrow-left",
    "note": "dash",
    "tls": "lock",
    "problem": "bang",
}


class DirectionDelegate(RowDelegate):
    """Who spoke: an arrow for each side, a sign for what the program notes."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the sign in the colour of the row."""
        self.ground(painter, option)
        row: TranscriptRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        colour = index.data(Qt.ItemDataRole.ForegroundRole) or option.palette.text().color()
        centre = QRectF(option.rect).center()
        rect = QRectF(centre.x() - 6, centre.y() - 6, 12, 12)
        paint_glyph(painter, _GLYPHS[row.direction], rect, self.ink(option, colour))


class LineDelegate(RowDelegate):
    """The line; the code of a reply is underlined, since a click on it opens its record."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the line, elided where it is too long."""
        self.ground(painter, option)
        row: TranscriptRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        colour = index.data(Qt.ItemDataRole.ForegroundRole) or option.palette.text().color()
        font = QFont(index.data(Qt.ItemDataRole.FontRole) or option.font)
        metrics = QFontMetrics(font)
        rect = option.rect.adjusted(_LINE_PAD, 0, -_LINE_PAD, 0)
        painter.save()
        painter.setPen(self.ink(option, colour))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        code = leading_code(row)
        if code:
            font.setUnderline(True)
            painter.setFont(font)
            painter.drawText(rect, align, code)
            font.setUnderline(False)
        painter.setFont(font)
        rest = rect.adjusted(metrics.horizontalAdvance(code), 0, 0, 0)
        text = metrics.elidedText(
            row.text[len(code) :], Qt.TextElideMode.ElideRight, max(0, rest.width())
        )
        painter.drawText(rest, align, text)
        painter.restore()


def leading_code(row: TranscriptRow) -> str:
    """Return the code at the beginning of a line of the server, "" where there is none."""
    if row.direction != "received" or row.code is None:
        return ""
    match = _LEADING_CODE.match(row.text)
    return match[0] if match else ""


class TranscriptPanel(QWidget):
    """One protocol line a row; a click explains it, one on its code opens the code's record."""

    menu_wanted = Signal(QPoint)

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self._model: TranscriptModel = controller.view.transcript
        self._ticket: Ticket | None = None
        self._at_bottom = True
        self.filter = QLineEdit(self)
        self.filter.setObjectName("transcript-filter")
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(280)
        self.count = plain()
        self.table = QTableView(self)
        self._set_up_table()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._filter)
        self.filter.textChanged.connect(self._pause.start)
        top = QHBoxLayout()
        top.setContentsMargins(10, 6, 10, 4)
        top.setSpacing(10)
        top.addWidget(self.filter)
        top.addWidget(self.count)
        top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.table)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._measure)
        controller.view.advanced.connect(self._advanced)
        controller.selection.changed.connect(self._mirror)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.filter.setPlaceholderText(_("Filter the transcript"))
        self.filter.setAccessibleName(_("Filter the transcript"))
        self.table.setAccessibleName(_("Transcript"))
        self._count()

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("transcript")
        table.setModel(self._model)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        table.horizontalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(
            transcript_model.TEXT, QHeaderView.ResizeMode.Stretch
        )
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setItemDelegateForColumn(
            transcript_model.DIRECTION,
            DirectionDelegate(self._services.theme, self._services.language, table),
        )
        table.setItemDelegateForColumn(
            transcript_model.TEXT,
            LineDelegate(self._services.theme, self._services.language, table),
        )
        table.selectionModel().selectionChanged.connect(self._choose)
        CodeClicks(table, self._on_code).asked.connect(self._look_up)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(
            lambda at: self.menu_wanted.emit(table.viewport().mapToGlobal(at))
        )
        self._measure()

    def _measure(self) -> None:
        metrics = QFontMetrics(self._services.theme.mono())
        self.table.verticalHeader().setDefaultSectionSize(metrics.height() + 5)
        self.table.setColumnWidth(transcript_model.AT, metrics.horizontalAdvance("00000.000") + 14)
        self.table.setColumnWidth(transcript_model.DIRECTION, 28)

    # --- following ----------------------------------------------------------------------------

    def _advanced(self) -> None:
        self._count()
        if self._controller.selection.following:
            self.table.scrollToBottom()

    def _choose(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            row = self._model.row_at(rows[0].row())
            self._controller.selection.choose(row.seq, row.step)

    def _on_code(self, index: QModelIndex, at: QPoint) -> bool:
        """Tell whether a place belongs to the code at the beginning of a line."""
        if index.column() != transcript_model.TEXT:
            return False
        code = leading_code(self._model.row_at(index.row()))
        left = self.table.visualRect(index).left() + _LINE_PAD
        width = QFontMetrics(self._services.theme.mono()).horizontalAdvance(code)
        return bool(code) and left <= at.x() <= left + width

    def _look_up(self, row: int) -> None:
        """Open the record of a line's codes; the line stays selected."""
        self._controller.ask_code(*codes_at(self._controller, self._model.row_at(row).seq))

    def _mirror(self) -> None:
        """Show the entry that was chosen elsewhere."""
        selection = self._controller.selection
        if selection.following or selection.seq is None:
            self.table.clearSelection()
            return
        row = self._model.row_of_entry(selection.seq)
        chosen = self.table.selectionModel().selectedRows()
        if row is None or (chosen and self._model.row_at(chosen[0].row()).seq == selection.seq):
            return
        flags = (
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows
        )
        model = self.table.selectionModel()
        model.blockSignals(True)
        model.setCurrentIndex(self._model.index(row, transcript_model.TEXT), flags)
        model.blockSignals(False)
        self.table.scrollTo(self._model.index(row, 0), QTableView.ScrollHint.PositionAtCenter)
        self.table.viewport().update()

    # --- filtering ----------------------------------------------------------------------------

    def _filter(self) -> None:
        """Build the index in a thread, then show what it found."""
        needle = self.filter.text().strip()
        if self._ticket is not None:
            self._ticket.abandon()
            self._ticket = None
        if not needle:
            self._model.show_matching("", 0, [])
            self._count()
            return
        rows = self._model.snapshot

        def show(index: list[int]) -> None:
            self._ticket = None
            self._model.show_matching(needle, len(rows), index)
            self._count()

        self._ticket = self._services.background.run(
            lambda: matching(rows, needle), show, name="transcript-filter"
        )

    def _count(self) -> None:
        shown, total = self._model.rowCount(), self._model.total
        ngettext = self._services.language.ngettext
        if shown == total:
            text = ngettext("{count} line", "{count} lines", total).format(count=total)
        else:
            text = ngettext("{shown} of {count} line", "{shown} of {count} lines", total)
            text = text.format(shown=shown, count=total)
        self.count.setText(text if total else "")
