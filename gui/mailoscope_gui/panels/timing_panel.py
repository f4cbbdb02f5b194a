"""Where the time went, step by step."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.controller import Controller
from mailoscope_gui.delegates.ladder_delegates import Index, RowDelegate
from mailoscope_gui.models import timing_model
from mailoscope_gui.services import Services

_CODES = (354, 250, 354, 250, 450, 0, 0)


class ShareDelegate(RowDelegate):
    """The parts of a step's time, one after the other, to the scale of the longest step."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the bar."""
        self.ground(painter, option)
        data = index.data(timing_model.PARTS_ROLE)
        if data is None or not data[1]:
            return
        parts, longest = data
        rect = QRectF(option.rect).adjusted(8, 0, -12, 0)
        left, height = rect.left(), 8.0
        for part, code in zip(parts, _CODES, strict=True):
            width = rect.width() * part / longest
            colour = self.theme.reply(code) if code else QColor(self.theme.muted)
            bar = QRectF(left, rect.center().y() - height / 2, width, height)
            if width:
                painter.fillRect(bar.adjusted(0, 0, -1 if width > 2 else 0, 0), colour)
            left += width


class TimingPanel(QWidget):
    """A table of the steps that have ended."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self.table = QTableView(self)
        self.table.setObjectName("timing")
        self.table.setModel(controller.view.timing)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(timing_model.BAR, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(timing_model.STEP, 190)
        for column in range(timing_model.LOOKUP, timing_model.BAR):
            self.table.setColumnWidth(column, 84)
        delegate = ShareDelegate(services.theme, services.language, self.table)
        self.table.setItemDelegateForColumn(timing_model.BAR, delegate)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        services.language.changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        self.table.setAccessibleName(self._services.language.gettext("Time of each step"))
