"""The third door: servers of the lab that go wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from mailoscope_gui.labels import wrapped
from mailoscope_gui.start.card import Card, set_default_look
from mailoscope_gui.start.scenario_list import ScenarioList

if TYPE_CHECKING:
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services


class PractiseDoor(Card):
    """A list of scenarios and a button that starts the chosen one."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(services.theme, parent)
        self._language = services.language
        self._controller = controller
        self.scenarios = ScenarioList(services)
        self.teaches = wrapped()
        self.teaches.setObjectName("teaches")
        self.teaches.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.button = QPushButton()
        self.button.setObjectName("practise")
        set_default_look(self.button)
        self.more = QPushButton()
        self.more.setObjectName("practise-more")
        self.more.setMinimumHeight(34)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self.more)
        row.addStretch()
        self.column.addWidget(self.scenarios, 1)
        self.column.addWidget(self.teaches)
        self.column.addLayout(row)
        self.scenarios.chosen.connect(self._describe)
        self.scenarios.activated.connect(self._start)
        self.button.clicked.connect(self._start)
        self.more.clicked.connect(lambda: controller.door_wanted.emit("practice"))
        self.retranslate()

    def load(self) -> None:
        """Fill the list; called after the first paint."""
        self.scenarios.load()

    def _describe(self) -> None:
        scenario = self.scenarios.scenario
        self.button.setEnabled(scenario is not None)
        text = self.scenarios.words(scenario, "teaches") if scenario is not None else ""
        self.teaches.setText(text)

    def _start(self) -> None:
        scenario = self.scenarios.scenario
        if scenario is not None:
            self._controller.practise(scenario.id)

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._language.gettext
        self.set_words(
            gettext("Practise"),
            gettext("Meet the usual failures on a server inside Mailoscope, without a network."),
        )
        self.scenarios.retranslate()
        self.button.setText(gettext("&Practise"))
        self.more.setText(gettext("&Options…"))
        self._describe()
