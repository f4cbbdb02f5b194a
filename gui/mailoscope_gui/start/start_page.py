"""The start page: test my settings, explain an error, practise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailoscope_gui.labels import heading, wrapped
from mailoscope_gui.start.address_door import AddressDoor
from mailoscope_gui.start.explain_door import ExplainDoor
from mailoscope_gui.start.practise_door import PractiseDoor
from mailoscope_gui.start.recent import Recent

if TYPE_CHECKING:
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_WIDTH = 960


class StartPage(QWidget):
    """Part of the first paint: what has to be read from disk is read after it."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("start-page")
        self._language = services.language
        self._painted = False
        self.headline = heading(points=8.0)
        self.subline = wrapped()
        self.subline.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.test = AddressDoor(services, controller)
        self.explain = ExplainDoor(services, controller)
        self.practise = PractiseDoor(services, controller)
        self.recent = Recent(services, controller)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(self._lay_out())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self._language.changed.connect(self.retranslate)
        self.retranslate()

    def _lay_out(self) -> QWidget:
        doors = QHBoxLayout()
        doors.setSpacing(16)
        doors.addWidget(self.explain, 1)
        doors.addWidget(self.practise, 1)
        middle = QWidget()
        middle.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(20, 26, 20, 20)
        column.setSpacing(16)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.headline)
        head.addWidget(self.subline)
        column.addLayout(head)
        column.addWidget(self.test)
        column.addLayout(doors)
        column.addWidget(self.recent)
        column.addStretch()
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        row.setAlignment(Qt.AlignmentFlag.AlignTop)
        return whole

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begin to read the lists once the page has been seen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._load)

    def _load(self) -> None:
        self.practise.load()
        self.recent.load()

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._language.gettext
        self.headline.setText(gettext("Why will this mail not send?"))
        self.subline.setText(
            gettext(
                "Mailoscope talks to the mail server one line at a time and explains each reply."
            )
        )
        for part in (self.test, self.explain, self.practise, self.recent):
            part.retranslate()
