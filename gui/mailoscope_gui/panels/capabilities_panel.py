"""What the server offers before and after TLS, with the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QStackedLayout, QTableView, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.i18n import N_, Language
from mailoscope_gui.labels import wrapped
from mailoscope_gui.models.table import Index, ReadOnlyTable
from mailoscope_gui.panels.code_clicks import CodeClicks
from mailoscope_gui.services import Services
from mailoscope_gui.theme import Theme

if TYPE_CHECKING:
    from mailoscope_core.report.capabilities import CapabilityRow

_ROOT = QModelIndex()
_CHANGES = {
    "same": N_("same"),
    "added": N_("only with TLS"),
    "removed": N_("only before TLS"),
    "changed": N_("changed"),
    "only": "",
}


class CapabilitiesModel(ReadOnlyTable):
    """One row an EHLO keyword."""

    headers = (N_("Keyword"), N_("Before TLS"), N_("With TLS"), N_("Difference"))

    def __init__(self, language: Language, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self._theme = theme
        self._rows: list[CapabilityRow] = []

    def show_rows(self, rows: list[CapabilityRow]) -> None:
        """Show these instead."""
        keys = ([row.keyword for row in self._rows], [row.keyword for row in rows])
        self.replace_rows(self._rows, rows, keys)

    def keyword(self, row: int) -> str:
        """Return the keyword of a row."""
        return self._rows[row].keyword

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of keywords."""
        return 0 if parent.isValid() else len(self._rows)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        item = self._rows[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.FontRole and column < 3:
            font = self._theme.mono(-0.5)
            font.setUnderline(column == 0)  # a click opens its record
            return font
        if role == Qt.ItemDataRole.ForegroundRole and column == 3:
            codes = {"added": 250, "removed": 450, "changed": 354}
            return self._theme.reply(codes[item.change]) if item.change in codes else None
        return None

    def _text(self, item: CapabilityRow, column: int) -> str:
        _ = self.language.gettext
        if column == 0:
            return item.keyword
        if column == 3:
            return _(_CHANGES[item.change]) if _CHANGES[item.change] else ""
        value = item.clear if column == 1 else item.tls
        if value is None:
            return "–"
        return value or _("offered")


class CapabilitiesPanel(QWidget):
    """A table of the keywords, or a word on why there are none."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self._seen = -1
        self.model = CapabilitiesModel(services.language, services.theme, self)
        self.empty = wrapped()
        self.empty.setContentsMargins(14, 12, 14, 12)
        self.table = QTableView()
        self.table.setObjectName("capabilities")
        self.table.setModel(self.model)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 190), (1, 270), (2, 270)):
            self.table.setColumnWidth(column, width)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        CodeClicks(self.table, lambda index, _at: index.column() == 0).asked.connect(
            lambda row: controller.ask_record(self.model.keyword(row))
        )
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self.table.viewport().update)
        controller.view.advanced.connect(self.refresh)
        controller.view.replaced.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.empty.setText(_("The server has not told its capabilities yet (EHLO)."))
        self.table.setAccessibleName(_("Capabilities before and after TLS"))

    def refresh(self) -> None:
        """Show what has been offered so far."""
        entries = self._controller.view.capability_entries
        if len(entries) == self._seen:
            return
        self._seen = len(entries)
        rows: list[CapabilityRow] = []
        if entries:
            from mailoscope_core.report.capabilities import capabilities

            view = capabilities(entries)
            rows = list(view.rows) if view else []
        self.model.show_rows(rows)
        self._stack.setCurrentIndex(1 if rows else 0)
