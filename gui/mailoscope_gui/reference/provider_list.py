"""The list of mail providers with its search field."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.filter_edit import FilterEdit
from mailoscope_gui.labels import plain

if TYPE_CHECKING:
    from mailoscope_core.knowledge.presets import Preset, PresetIndex
    from mailoscope_gui.services import Services

_Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 28
_STALE_GLYPH = "!"


class ProviderModel(QAbstractTableModel):
    """Name and, for facts older than twelve months, a mark; one provider a row."""

    def __init__(self, services: Services, today: datetime.date) -> None:
        super().__init__()
        self._services, self._today = services, today
        self.providers: tuple[Preset, ...] = ()

    def show_providers(self, providers: tuple[Preset, ...]) -> None:
        """Show other providers."""
        self.beginResetModel()
        self.providers = providers
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of providers."""
        return 0 if parent is not None and parent.isValid() else len(self.providers)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return 2: name and mark."""
        return 0 if parent is not None and parent.isValid() else 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text and colour of a cell."""
        preset = self.providers[index.row()]
        mark = self._mark(preset)
        if role == Qt.ItemDataRole.DisplayRole:
            return mark if index.column() else preset.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{preset.name}\n{preset.host}:{preset.port}"
        if role == Qt.ItemDataRole.ForegroundRole and index.column():
            return self._services.theme.severity("warning")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{preset.name} {mark}".strip()
        return None

    def _mark(self, preset: Preset) -> str:
        if not preset.stale(self._today):
            return ""
        word = self._services.language.gettext("old")
        return f"{_STALE_GLYPH} {word}"


class ProviderList(QWidget):
    """Narrows the providers while the user types; `picked` tells which one to show."""

    picked = Signal(object)

    def __init__(
        self, services: Services, today: datetime.date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._index: PresetIndex | None = None
        self.search = FilterEdit(self)
        self.search.setObjectName("provider-search")
        self.model = ProviderModel(services, today)
        self.table = QTableView()
        self.table.setObjectName("providers")
        self.table.setModel(self.model)
        self._set_up_table()
        self.status = plain()
        self.status.setObjectName("provider-count")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 14, 0, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addWidget(self.status)
        self.search.textChanged.connect(self._narrow)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        services.theme.changed.connect(self.table.viewport().update)
        self.retranslate()

    def _set_up_table(self) -> None:
        table = self.table
        table.horizontalHeader().hide()
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setFrameShape(QFrame.Shape.StyledPanel)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)

    @property
    def address(self) -> str:
        """The mail address that was searched for, empty when it is none."""
        typed = self.search.text().strip()
        local, at, domain = typed.rpartition("@")
        return typed if local and at and domain else ""

    def use(self, index: PresetIndex) -> None:
        """Search in these providers."""
        self._index = index
        self._narrow()

    def step(self, rows: int) -> None:
        """Go some rows down (or up, below zero), stopping at the ends."""
        if self.model.providers:
            row = self.table.currentIndex().row() + rows
            self.table.selectRow(min(max(row, 0), len(self.model.providers) - 1))

    def _narrow(self) -> None:
        if self._index is None:
            return
        self.model.show_providers(self._index.search(self.search.text()))
        self._say_count()
        if self.search.text() and self.model.providers:
            self.table.selectRow(0)

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            self.picked.emit(self.model.providers[index.row()])

    def _say_count(self) -> None:
        count = len(self.model.providers)
        text = self._services.language.ngettext("{count} provider", "{count} providers", count)
        self.status.setText(text.format(count=count))

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.search.setPlaceholderText(gettext("Search: gmail, your address, smtp.zoho.in …"))
        self.search.setAccessibleName(gettext("Search the providers"))
        self.table.setAccessibleName(gettext("Mail providers"))
        self._say_count()
        self.table.viewport().update()
