"""The ladder: all steps of the session with state, line, reply and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.controller import Controller
from mailoscope_gui.delegates.ladder_delegates import (
    ROW_HEIGHT,
    GutterDelegate,
    LineDelegate,
    ReplyDelegate,
    StateDelegate,
    StepDelegate,
    TimeDelegate,
)
from mailoscope_gui.models import ladder_model
from mailoscope_gui.models.ladder_model import LadderModel
from mailoscope_gui.panels.code_clicks import CodeClicks
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.report.ladder import Rung

_WIDTHS = {
    ladder_model.GUTTER: 22,
    ladder_model.STATE: 24,
    ladder_model.STEP: 138,
    ladder_model.LINE: 214,
    ladder_model.TIME: 78,
}
_NARROWEST, _CHIP = 70, 100
"""What the column of lines keeps in a narrow window, and the room of a reply's chip."""


class LadderPanel(QWidget):
    """The view of the ladder; `chosen` changes when another step is selected."""

    chosen = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self._model: LadderModel = controller.view.ladder
        self._wide: list[bool] = []
        self._line_width = _WIDTHS[ladder_model.LINE]
        self.table = QTableView(self)
        self._set_up_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self.table.viewport().update)
        controller.view.advanced.connect(self._follow)
        controller.session_changed.connect(self.table.clearSelection)
        controller.selection.changed.connect(self._mirror)
        self.retranslate()

    @property
    def chosen_rung(self) -> Rung | None:
        """The step that is selected, null when none is."""
        rows = self.table.selectionModel().selectedRows()
        return self._model.rungs[rows[0].row()] if rows else None

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.table.setAccessibleName(_("Steps of the session"))
        self.table.setAccessibleDescription(
            _("Each row is a step with its state, line, reply and time. F9 sets a breakpoint.")
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the line give way in a narrow window, so that the reply stays in sight."""
        super().resizeEvent(event)
        if self.table.columnWidth(ladder_model.LINE) != self._line_width:
            return  # the user has chosen a width
        fixed = sum(
            self.table.columnWidth(column) for column in _WIDTHS if column != ladder_model.LINE
        )
        room = self.table.viewport().width() - fixed
        wanted = min(_WIDTHS[ladder_model.LINE], room * 45 // 100, room - _CHIP)
        self._line_width = max(_NARROWEST, wanted)
        self.table.setColumnWidth(ladder_model.LINE, self._line_width)

    def toggle_breakpoint(self, row: int) -> None:
        """Set or clear the breakpoint before the step in `row`."""
        from mailoscope_core.session.control import Breakpoint, ClearBreakpoint, SetBreakpoint

        rung = self._model.rungs[row]
        name = f"step:{rung.step}"
        if rung.breakpoint:
            self._controller.post(ClearBreakpoint(name))
        else:
            self._controller.post(SetBreakpoint(Breakpoint(name, "step", rung.step)))

    def toggle_chosen_breakpoint(self) -> None:
        """The same for the step that is selected."""
        rung = self.chosen_rung
        row = self._model.row_of(rung.step) if rung else None
        if row is not None:
            self.toggle_breakpoint(row)

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("ladder")
        table.setModel(self._model)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setAlternatingRowColors(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setMouseTracking(True)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column, width in _WIDTHS.items():
            table.setColumnWidth(column, width)
        for column in (ladder_model.GUTTER, ladder_model.STATE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(ladder_model.REPLY, QHeaderView.ResizeMode.Stretch)
        theme, language = self._services.theme, self._services.language
        self._replies = ReplyDelegate(theme, language, table)
        table.setItemDelegateForColumn(ladder_model.REPLY, self._replies)
        for column, delegate in (
            (ladder_model.GUTTER, GutterDelegate),
            (ladder_model.STATE, StateDelegate),
            (ladder_model.STEP, StepDelegate),
            (ladder_model.LINE, LineDelegate),
            (ladder_model.TIME, TimeDelegate),
        ):
            table.setItemDelegateForColumn(column, delegate(theme, language, table))
        CodeClicks(table, self._on_chip).asked.connect(self._look_up)
        table.clicked.connect(self._clicked)
        table.selectionModel().selectionChanged.connect(self._choose)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(
            lambda at: self.menu_wanted.emit(table.viewport().mapToGlobal(at))
        )

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == ladder_model.GUTTER:
            self.toggle_breakpoint(index.row())

    def _on_chip(self, index: QModelIndex, at: QPoint) -> bool:
        """Tell whether a place belongs to the chip of a reply."""
        rung = self._model.rungs[index.row()]
        if index.column() != ladder_model.REPLY or rung.code is None:
            return False
        cell = QRectF(self.table.visualRect(index))
        return self._replies.chip_rect(cell, self.table.font(), rung.code).contains(QPointF(at))

    def _look_up(self, row: int) -> None:
        """Open the record of a step's reply; the step stays selected."""
        rung = self._model.rungs[row]
        self._controller.ask_code(rung.code, rung.enhanced)

    def _choose(self) -> None:
        rung = self.chosen_rung
        if rung is not None and rung.first_seq is not None:
            self._controller.selection.choose(rung.last_seq, rung.step)
        self.chosen.emit()

    def _mirror(self) -> None:
        """Drop the mark when the newest reply is followed again or something else is chosen."""
        rung = self.chosen_rung
        if rung is not None and self._controller.selection.following:
            self.table.clearSelection()

    def _follow(self) -> None:
        """Keep the step where the session stands in sight."""
        self._span()
        if not self._controller.selection.following:
            return
        row = next(
            (n for n, rung in enumerate(self._model.rungs) if rung.state in ("running", "next")),
            None,
        )
        if row is not None:
            self.table.scrollTo(self._model.index(row, ladder_model.STEP))

    def _span(self) -> None:
        """Give what a step without a line found out the room of the reply that it has not."""
        wide = [rung.line is None and rung.code is None for rung in self._model.rungs]
        if wide == self._wide:
            return
        self._wide = wide
        self.table.clearSpans()
        for row in (row for row, spans in enumerate(wide) if spans):
            progress = self._model.rungs[row].kind == "body-end"
            if not progress:
                self.table.setSpan(row, ladder_model.LINE, 1, 2)

    def choose_step(self, step: str) -> None:
        """Select a step as a click on its row would."""
        row = self._model.row_of(step)
        if row is not None:
            flags = (
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows
            )
            self.table.selectionModel().setCurrentIndex(self._model.index(row, 2), flags)
