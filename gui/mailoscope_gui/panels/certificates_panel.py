"""The certificates that the server showed, with the verdict on each handshake."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.labels import heading
from mailoscope_gui.panels.sections import Sections, strong
from mailoscope_gui.services import Services

_POINTS = 0.5


class CertificatesPanel(QWidget):
    """One section a handshake, one a certificate of its chain; the newest handshake first."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self._seen = -1
        self.sections = Sections(services.theme)
        self.sections.setObjectName("certificates")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sections)
        services.language.changed.connect(self._anew)
        services.theme.changed.connect(self._anew)
        controller.view.advanced.connect(self.refresh)
        controller.view.replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the handshakes so far."""
        entries = self._controller.view.tls_entries
        if len(entries) == self._seen:
            return
        self._seen = len(entries)
        sections, _ = self.sections, self._services.language.gettext
        sections.begin()
        if not entries:
            sections.text(_("No TLS handshake so far, so no certificate has been seen."))
        else:
            self._show_handshakes()
        sections.end()

    def _anew(self) -> None:
        self._seen = -1
        self.refresh()

    def _show_handshakes(self) -> None:
        from mailoscope_core.report.certificates import certificates
        from mailoscope_core.report.labels import certificate_facts, handshake_facts

        sections, language = self.sections, self._services.language
        for view in reversed(certificates(self._controller.view.tls_entries)):
            text = language.gettext("Handshake with {name}").format(name=view.server_name or "–")
            sections.add(heading(text, points=_POINTS))
            sections.facts(handshake_facts(view, language.texts))
            for number, rows in enumerate(certificate_facts(view, language.texts), 1):
                title = language.gettext("Certificate {number} of {count}")
                label = sections.title(title.format(number=number, count=len(view.chain)))
                strong(label)
                sections.facts(rows)
