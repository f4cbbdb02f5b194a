"""Chooses a practice scenario, with its knob."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.labels import caption, heading, plain, wrapped
from mailoscope_gui.start.scenario_list import ScenarioList

if TYPE_CHECKING:
    from mailoscope_core.practice.spec import Parameter, Scenario
    from mailoscope_gui.services import Services


class PracticeDialog(QDialog):
    """After `accepted`, `scenario` is what `Controller.practise` takes."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("practice-dialog")
        self._services = services
        self._knob_of = ""
        self.scenarios = ScenarioList(services)
        self.title = heading(points=3.0)
        self.description = wrapped()
        self.teaches_caption = caption()
        self.teaches = wrapped()
        self.knob_label = wrapped()
        self.knob_label.setObjectName("parameter-label")
        self.number = QDoubleSpinBox()
        self.number.setObjectName("parameter-number")
        self.choice = QComboBox()
        self.choice.setObjectName("parameter-choice")
        self.note = plain()
        self.note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.scenarios.chosen.connect(self._describe)
        self.scenarios.activated.connect(self.accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        services.language.changed.connect(self.retranslate)
        self.retranslate()
        self.scenarios.load()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(8)
        for widget in (self.title, self.description, self.teaches_caption, self.teaches):
            right.addWidget(widget)
        right.addSpacing(6)
        right.addWidget(self.knob_label)
        knob = QHBoxLayout()
        knob.addWidget(self.number)
        knob.addWidget(self.choice)
        knob.addStretch()
        right.addLayout(knob)
        right.addStretch()
        right.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.scenarios, 5)
        row.addLayout(right, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.addLayout(row, 1)
        column.addWidget(self.buttons)
        self.resize(780, 480)

    @property
    def start_button(self) -> QPushButton:
        """The button that starts the chosen scenario."""
        return self.buttons.button(QDialogButtonBox.StandardButton.Ok)

    def scenario(self) -> str:
        """Return the chosen scenario, for example `submission` or `drop:17`."""
        chosen = self.scenarios.scenario
        if chosen is None:
            return ""
        value = self._knob_value(chosen.parameter) if chosen.parameter else ""
        return f"{chosen.id}:{value}" if value else chosen.id

    def accept(self) -> None:
        """Close, if there is something to start."""
        if self.scenarios.scenario is not None:
            super().accept()

    def _knob_value(self, parameter: Parameter) -> str:
        if parameter.choices:
            return str(self.choice.currentData() or parameter.default)
        return f"{self.number.value():.{self.number.decimals()}f}"

    def _describe(self) -> None:
        chosen = self.scenarios.scenario
        self.start_button.setEnabled(chosen is not None)
        if chosen is None:
            for label in (self.title, self.description, self.teaches, self.knob_label):
                label.clear()
            self._show_knobs(None)
            return
        self.title.setText(self.scenarios.words(chosen, "title"))
        self.description.setText(self.scenarios.words(chosen, "description"))
        self.teaches.setText(self.scenarios.words(chosen, "teaches"))
        self._show_knob(chosen)

    def _show_knob(self, chosen: Scenario) -> None:
        parameter = chosen.parameter
        self._show_knobs(parameter)
        if parameter is None:
            return
        texts = self._services.language.texts
        label = texts.record(
            f"scenario.{chosen.id}.parameter", "description", parameter.description
        )
        self.knob_label.setText(label)
        for knob in (self.number, self.choice):
            knob.setAccessibleName(label)
        if self._knob_of != chosen.id:
            self._knob_of = chosen.id
            self._set_knob(parameter)

    def _set_knob(self, parameter: Parameter) -> None:
        if parameter.choices:
            self.choice.clear()
            for name in parameter.choices:
                self.choice.addItem(name, name)
            self.choice.setCurrentIndex(max(0, self.choice.findData(parameter.default)))
            return
        whole = parameter.default.isdecimal()
        self.number.setDecimals(0 if whole else 2)
        self.number.setRange(parameter.minimum, parameter.maximum)
        self.number.setValue(float(parameter.default))

    def _show_knobs(self, parameter: Parameter | None) -> None:
        self.knob_label.setVisible(parameter is not None)
        self.number.setVisible(parameter is not None and not parameter.choices)
        self.choice.setVisible(parameter is not None and bool(parameter.choices))

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.setWindowTitle(gettext("Practise"))
        self.teaches_caption.setText(gettext("What it teaches"))
        self.note.setText(gettext("The server runs inside Mailoscope, on this machine alone."))
        self.start_button.setText(gettext("&Practise"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(gettext("Cancel"))
        self.scenarios.retranslate()
        self._describe()
