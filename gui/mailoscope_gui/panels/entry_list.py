"""A list of the side bar: title, button, table of entries, and a word when it is empty."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.delegates.entry_delegate import ENTRY_HEIGHT, EntryDelegate
from mailoscope_gui.labels import caption, wrapped
from mailoscope_gui.services import Services


class EntryTable(QTableView):
    """A table of one column; Return opens an entry, Delete asks for its removal."""

    opened = Signal(object)
    removal_wanted = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Return and Delete, leave the rest to the table."""
        row = self.currentIndex().row()
        if row >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row)
        elif row >= 0 and event.key() == Qt.Key.Key_Delete:
            self.removal_wanted.emit(row)
        else:
            super().keyPressEvent(event)


class EntryList(QWidget):
    """Opens on a click or Return; offers a menu on each entry."""

    opened = Signal(QModelIndex)
    removal_wanted = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)

    def __init__(
        self, services: Services, model: QAbstractItemModel, name: str, icon: str = ""
    ) -> None:
        super().__init__()
        self._services, self._model, self._icon = services, model, icon
        self.caption = caption()
        self.button = QToolButton(self)
        self.button.setAutoRaise(True)
        self.button.setVisible(bool(icon))
        self.empty = wrapped()
        self.empty.setContentsMargins(12, 4, 12, 4)
        self.table = EntryTable()
        self.table.setObjectName(name)
        self._set_up_table()
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 6, 2)
        top.addWidget(self.caption)
        top.addStretch(1)
        top.addWidget(self.button)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(holder, 1)
        model.rowsInserted.connect(self._choose_page)
        model.rowsRemoved.connect(self._choose_page)
        services.theme.changed.connect(self._recolour)
        self._recolour()

    def name(self, title: str, empty: str) -> None:
        """Set the words."""
        self.caption.setText(title)
        self.table.setAccessibleName(title)
        self.empty.setText(empty)

    def select_row(self, row: int | None) -> None:
        """Mark a row as the one that is open, or none."""
        if row is None:
            self.table.clearSelection()
        else:
            self.table.selectRow(row)

    def _set_up_table(self) -> None:
        table = self.table
        table.setModel(self._model)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.horizontalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(ENTRY_HEIGHT)
        table.setItemDelegate(EntryDelegate(self._services.theme, self._services.language, table))
        table.clicked.connect(self.opened)
        table.opened.connect(lambda row: self.opened.emit(self._model.index(row, 0)))
        table.removal_wanted.connect(
            lambda row: self.removal_wanted.emit(self._model.index(row, 0))
        )
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._menu)

    def _menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        if index.isValid():
            self.menu_wanted.emit(index, self.table.viewport().mapToGlobal(at))

    def _choose_page(self) -> None:
        self._stack.setCurrentIndex(1 if self._model.rowCount() else 0)

    def _recolour(self) -> None:
        if self._icon:
            self.button.setIcon(self._services.icons.icon(self._icon))
        for label in (self.caption, self.empty):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), self._services.theme.muted)
            label.setPalette(palette)
        # A side bar, not a document: the ground of the window instead of a sheet of paper.
        ground = self.table.palette()
        ground.setColor(QPalette.ColorRole.Base, QGuiApplication.palette().window().color())
        self.table.setPalette(ground)
