"""The page of a session: ladder, next line and controls; inspector beside, tabs below."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.i18n import N_
from mailoscope_gui.panels.arming_panel import ArmingPanel
from mailoscope_gui.panels.capabilities_panel import CapabilitiesPanel
from mailoscope_gui.panels.certificates_panel import CertificatesPanel
from mailoscope_gui.panels.command_panel import CommandPanel
from mailoscope_gui.panels.findings_panel import FindingsPanel
from mailoscope_gui.panels.inspector import Inspector
from mailoscope_gui.panels.ladder_panel import LadderPanel
from mailoscope_gui.panels.question_bar import QuestionBar
from mailoscope_gui.panels.state_bar import StateBar
from mailoscope_gui.panels.timing_panel import TimingPanel
from mailoscope_gui.panels.transcript_panel import TranscriptPanel
from mailoscope_gui.panels.wait_bar import WaitBar
from mailoscope_gui.services import Services

_TABS = (
    N_("Transcript"),
    N_("Findings"),
    N_("Capabilities"),
    N_("Certificates"),
    N_("Timing"),
)


class SessionPage(QWidget):
    """Lays the panels out; it knows nothing of what they show."""

    def __init__(
        self,
        services: Services,
        controller: Controller,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self.state = StateBar(services, controller)
        self.arming = ArmingPanel(services, controller)
        self.ladder = LadderPanel(services, controller)
        self.question = QuestionBar(services, controller)
        self.wait = WaitBar(services, controller)
        self.command = CommandPanel(services, controller, actions)
        self.inspector = Inspector(services, controller)
        self.transcript = TranscriptPanel(services, controller)
        self.findings = FindingsPanel(services, controller)
        self.capabilities = CapabilitiesPanel(services, controller)
        self.certificates = CertificatesPanel(services, controller)
        self.timing = TimingPanel(services, controller)
        self.tabs = QTabWidget()
        self._lay_out()
        services.language.changed.connect(self.retranslate)
        controller.findings_changed.connect(self._count_findings)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        for place, title in enumerate(_TABS):
            self.tabs.setTabText(place, _(title))
        self._count_findings()

    def find_in_transcript(self) -> None:
        """Put the cursor into the transcript's filter."""
        self.tabs.setCurrentWidget(self.transcript)
        self.transcript.filter.setFocus()
        self.transcript.filter.selectAll()

    def _count_findings(self) -> None:
        _ = self._services.language.gettext
        session = self._controller.session
        count = len(session.findings) if session is not None else 0
        title = _("Findings ({count})").format(count=count) if count else _(_TABS[1])
        self.tabs.setTabText(1, title)

    def _lay_out(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.setObjectName("tabs")
        for panel in (
            self.transcript,
            self.findings,
            self.capabilities,
            self.certificates,
            self.timing,
        ):
            self.tabs.addTab(panel, "")
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.ladder, 1)
        column.addWidget(self.question)
        column.addWidget(self.wait)
        column.addWidget(self.command)
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.addWidget(centre)
        upper.addWidget(self.inspector)
        upper.setStretchFactor(0, 1)
        upper.setStretchFactor(1, 0)
        upper.setSizes([770, 350])
        upper.setChildrenCollapsible(False)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(upper)
        whole.addWidget(self.tabs)
        whole.setStretchFactor(0, 3)
        whole.setStretchFactor(1, 2)
        whole.setSizes([560, 270])
        whole.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.state)
        layout.addWidget(self.arming)
        layout.addWidget(whole, 1)
