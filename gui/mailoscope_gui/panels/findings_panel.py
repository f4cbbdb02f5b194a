"""The findings: a click leads to the line that proves one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStackedLayout,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mailoscope_gui.background import Ticket
from mailoscope_gui.controller import Controller
from mailoscope_gui.delegates.glyphs import paint_glyph
from mailoscope_gui.delegates.ladder_delegates import Index, RowDelegate
from mailoscope_gui.labels import wrapped
from mailoscope_gui.models import findings_model
from mailoscope_gui.models.findings_model import FINDING_ROLE, FindingsModel
from mailoscope_gui.panels.code_clicks import CodeClicks
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Finding, FindingWords

_GLYPHS = {"info": "info", "warning": "again", "error": "cross"}


class SeverityDelegate(RowDelegate):
    """Glyph and word of a severity, in its colour."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint both."""
        self.ground(painter, option)
        finding: Finding | None = index.data(FINDING_ROLE)
        if finding is None:
            return
        word = finding.severity.value
        colour = self.ink(option, self.theme.severity(word))
        rect = QRectF(option.rect)
        sign = QRectF(rect.left() + 10, rect.center().y() - 6.5, 13, 13)
        paint_glyph(painter, _GLYPHS[word], sign, colour)
        painter.save()
        painter.setPen(self.ink(option, option.palette.color(QPalette.ColorRole.Text)))
        painter.setFont(option.font)
        painter.drawText(
            rect.adjusted(32, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(index.data() or "")
        )
        painter.restore()


class FindingCodeDelegate(RowDelegate):
    """The codes of a finding, underlined: a click opens their record."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint them."""
        self.ground(painter, option)
        finding: Finding | None = index.data(FINDING_ROLE)
        if finding is None:
            return
        painter.save()
        font = QFont(option.font)
        font.setUnderline(True)
        painter.setFont(font)
        painter.setPen(self.ink(option, self.theme.reply(finding.code or 550)))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(option.rect.adjusted(6, 0, -2, 0), align, str(index.data() or ""))
        painter.restore()


class FindingsPanel(QWidget):
    """A table of the findings, or a word on why there are none."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self.model = FindingsModel(services.language, self)
        self._ticket: Ticket | None = None
        self.table = QTableView()
        self.empty = wrapped()
        self.empty.setContentsMargins(14, 12, 14, 12)
        self._set_up_table()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self.table.viewport().update)
        controller.findings_changed.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.empty.setText(_("No findings so far. They appear when a step has ended."))
        self.table.setAccessibleName(_("Findings"))
        self.refresh()

    def refresh(self) -> None:
        """Show the findings of the session, their words looked up in a thread."""
        session = self._controller.session
        findings = session.findings if session is not None else ()
        texts = self._services.language.texts
        if self._ticket is not None:
            self._ticket.abandon()
        if not findings:
            self._show([])
            return

        def look_up() -> list[tuple[Finding, FindingWords]]:
            from mailoscope_core.knowledge.text import words

            return [(finding, words(finding, texts)) for finding in findings]

        self._ticket = self._services.background.run(look_up, self._show, name="finding-words")

    def _show(self, rows: list[tuple[Finding, FindingWords]]) -> None:
        self._ticket = None
        self.model.show_findings(rows)
        self._stack.setCurrentIndex(1 if rows else 0)

    def _set_up_table(self) -> None:
        table = self.table
        table.setObjectName("findings")
        table.setModel(self.model)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(30)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(findings_model.TITLE, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (findings_model.SEVERITY, 96),
            (findings_model.CODE, 96),
            (findings_model.REPORTED, 120),
            (findings_model.CAUSED, 120),
            (findings_model.OWNER, 180),
        ):
            table.setColumnWidth(column, width)
        delegate = SeverityDelegate(self._services.theme, self._services.language, table)
        table.setItemDelegateForColumn(findings_model.SEVERITY, delegate)
        codes = FindingCodeDelegate(self._services.theme, self._services.language, table)
        table.setItemDelegateForColumn(findings_model.CODE, codes)
        table.selectionModel().selectionChanged.connect(self._choose)
        table.clicked.connect(self._choose)
        CodeClicks(table, self._on_code).asked.connect(self._look_up)

    def _on_code(self, index: QModelIndex, _at: QPoint) -> bool:
        return index.column() == findings_model.CODE and bool(index.data())

    def _look_up(self, row: int) -> None:
        """Open the record of a finding's codes; the finding stays selected."""
        finding = self.model.finding(row)
        self._controller.ask_code(finding.code, finding.enhanced)

    def _choose(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if not rows:
            return
        finding = self.model.finding(rows[0].row())
        if finding.evidence:
            self._controller.selection.choose(finding.evidence[0], finding.reported_at)
