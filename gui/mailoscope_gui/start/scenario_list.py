"""The list of practice scenarios with a filter; the list is read off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from mailoscope_gui.errands import Errands

if TYPE_CHECKING:
    from mailoscope_core.practice.spec import Scenario
    from mailoscope_gui.services import Services

_ROLE = Qt.ItemDataRole.UserRole
_HEIGHT = 132


class ScenarioList(QWidget):
    """A filter above the titles; `scenario` is the chosen one."""

    chosen = Signal()
    """Another scenario was chosen, or the list was read."""

    activated = Signal()
    """A scenario was double-clicked, or Return was pressed."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._errands = Errands(services.background, self)
        self._scenarios: tuple[Scenario, ...] = ()
        self._asked = False
        self.filter = _FilterEdit(self)
        self.filter.setObjectName("scenario-filter")
        self.filter.setClearButtonEnabled(True)
        self.list = _ShortList()
        self.list.setObjectName("scenarios")
        self.list.setUniformItemSizes(True)
        self.list.setSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        self.filter.textChanged.connect(self._narrow)
        self.filter.returnPressed.connect(self.activated)
        self.list.currentRowChanged.connect(lambda _row: self.chosen.emit())
        self.list.itemActivated.connect(lambda _item: self.activated.emit())
        self.retranslate()

    def load(self) -> None:
        """Read the scenarios in the background, once."""
        if self._asked:
            return
        self._asked = True

        def read() -> tuple[Scenario, ...]:
            from mailoscope_core.practice.scenarios import list_scenarios

            return list_scenarios()

        self._errands.run(read, self._show, name="scenarios")

    @property
    def scenario(self) -> Scenario | None:
        """The scenario that is chosen and visible, or null."""
        item = self.list.currentItem()
        if item is None or item.isHidden():
            return None
        wanted = item.data(_ROLE)
        return next((each for each in self._scenarios if each.id == wanted), None)

    def select(self, scenario_id: str) -> None:
        """Choose a scenario by its id."""
        for row in range(self.list.count()):
            if self.list.item(row).data(_ROLE) == scenario_id:
                self.list.setCurrentRow(row)

    def words(self, scenario: Scenario, field: str) -> str:
        """Return the title, description or teaches of a scenario in the language in use."""
        texts = self._services.language.texts
        return texts.record(f"scenario.{scenario.id}", field, getattr(scenario, field))

    def step(self, rows: int) -> None:
        """Choose the next visible row above or below."""
        row = self.list.currentRow() + rows
        while 0 <= row < self.list.count() and self.list.item(row).isHidden():
            row += rows
        if 0 <= row < self.list.count():
            self.list.setCurrentRow(row)

    def _show(self, scenarios: tuple[Scenario, ...]) -> None:
        # What works comes first: the plain submission teaches what all others deviate from.
        self._scenarios = tuple(sorted(scenarios, key=lambda each: each.id != "submission"))
        self._fill()

    def _fill(self) -> None:
        before = self.scenario
        self.list.clear()
        for each in self._scenarios:
            item = QListWidgetItem(self.words(each, "title"))
            item.setData(_ROLE, each.id)
            item.setToolTip(each.id)
            self.list.addItem(item)
        if self._scenarios:
            self.select(before.id if before else self._scenarios[0].id)
        self._narrow()

    def _narrow(self) -> None:
        needle = self.filter.text().strip().casefold()
        first = -1
        for row, each in enumerate(self._scenarios):
            fields = (each.id, each.title, *(self.words(each, name) for name in _SEARCHED))
            hit = all(any(word in field.casefold() for field in fields) for word in needle.split())
            self.list.item(row).setHidden(not hit)
            if hit and first < 0:
                first = row
        current = self.list.currentItem()
        if first >= 0 and (current is None or current.isHidden()):
            self.list.setCurrentRow(first)
        self.chosen.emit()

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.filter.setPlaceholderText(gettext("Filter: certificate, greylisting, 535 …"))
        self.filter.setAccessibleName(gettext("Filter the scenarios"))
        self.list.setAccessibleName(gettext("Practice scenarios"))
        if self._scenarios:
            self._fill()


_SEARCHED = ("title", "description", "teaches")


class _FilterEdit(QLineEdit):
    """A filter whose arrow keys move in the list below."""

    def __init__(self, owner: ScenarioList) -> None:
        super().__init__()
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._owner.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        super().keyPressEvent(event)


class _ShortList(QListWidget):
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 96)
