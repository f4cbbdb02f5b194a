"""The list of practice scenarios, in groups, with a filter; it is read off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from mailoscope_gui.errands import Errands
from mailoscope_gui.filter_edit import FilterEdit
from mailoscope_gui.start.scenario_groups import GROUPS, group_names, group_of

if TYPE_CHECKING:
    from mailoscope_core.practice.spec import Scenario
    from mailoscope_gui.services import Services

_ROLE = Qt.ItemDataRole.UserRole
_HEIGHT = 132


class ScenarioList(QWidget):
    """A filter above the titles, which stand under headings; `scenario` is the chosen one."""

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
        self.filter = FilterEdit(self)
        self.filter.setObjectName("scenario-filter")
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
        """Choose the visible row that is some rows below (or above), stopping at the ends."""
        visible = [row for row in range(self.list.count()) if self._can_be_chosen(row)]
        if visible:
            here = visible.index(row) if (row := self.list.currentRow()) in visible else -1
            self.list.setCurrentRow(visible[min(max(here + rows, 0), len(visible) - 1)])

    def _show(self, scenarios: tuple[Scenario, ...]) -> None:
        # What works comes first: the plain submission teaches what all others deviate from.
        self._scenarios = tuple(
            sorted(
                scenarios, key=lambda each: (GROUPS.index(group_of(each)), each.id != "submission")
            )
        )
        self._fill()

    def _fill(self) -> None:
        before = self.scenario
        self.list.clear()
        names = group_names(self._services.language.gettext)
        group = ""
        for each in self._scenarios:
            if group_of(each) != group:
                group = group_of(each)
                self.list.addItem(self._heading(names[group]))
            item = QListWidgetItem(self.words(each, "title"))
            item.setData(_ROLE, each.id)
            item.setToolTip(each.id)
            self.list.addItem(item)
        if self._scenarios:
            self.select(before.id if before else self._scenarios[0].id)
        self._narrow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            # A heading is disabled and would be paler than a text may be.
            for row in range(self.list.count()):
                if self.list.item(row).data(_ROLE) is None:
                    self.list.item(row).setForeground(self.list.palette().text())

    def _heading(self, text: str) -> QListWidgetItem:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = self.list.font()
        font.setBold(True)
        item.setFont(font)
        item.setForeground(self.list.palette().text())
        return item

    def _narrow(self) -> None:
        words = self.filter.text().casefold().split()
        hits = {each.id for each in self._scenarios if self._has(each, words)}
        first, heading = -1, None
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_ROLE) is None:
                # A heading stays as long as something stands below it.
                heading = item
                item.setHidden(True)
                continue
            hit = item.data(_ROLE) in hits
            item.setHidden(not hit)
            if hit and heading is not None:
                heading.setHidden(False)
            if hit and first < 0:
                first = row
        current = self.list.currentItem()
        if first >= 0 and (current is None or current.isHidden()):
            self.list.setCurrentRow(first)
        self.chosen.emit()

    def _has(self, scenario: Scenario, words: list[str]) -> bool:
        """Tell whether each word occurs in what is known of a scenario."""
        fields = [scenario.id, scenario.title]
        fields += [self.words(scenario, name) for name in _SEARCHED]
        fields += [line for rule in scenario.rules for line in rule.reply]
        if scenario.parameter is not None:
            fields += [str(value) for value in scenario.parameter.choices.values()]
        return all(any(word in field.casefold() for field in fields) for word in words)

    def _can_be_chosen(self, row: int) -> bool:
        item = self.list.item(row)
        return item.data(_ROLE) is not None and not item.isHidden()

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.filter.setPlaceholderText(gettext("Filter: certificate, greylisting, 535 …"))
        self.filter.setAccessibleName(gettext("Filter the scenarios"))
        self.list.setAccessibleName(gettext("Practice scenarios"))
        if self._scenarios:
            self._fill()


_SEARCHED = ("title", "description", "teaches")


class _ShortList(QListWidget):
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 96)
