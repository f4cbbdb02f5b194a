"""How far a run may go, armed by hand each time, with the addresses and the message in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import plain
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.protocol.stage import Stage

_STAGES = (N_("Log in and stop"), N_("Ask about the addresses"), N_("Send one message"))
_TIPS = (
    N_("Nothing is asked about addresses and nothing is sent."),
    N_("MAIL and RCPT, then RSET: the server says whom it would accept; nothing is sent."),
    N_("One message goes to the recipients named here. It will be delivered."),
)
_LOGIN, _ASK, _SEND = range(3)


class ArmingPanel(QWidget):
    """The stage of the run with its addresses; choices after the start begin a new run."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self.stage_label, self.from_label, self.to_label = plain(), plain(), plain()
        self.stage = QComboBox(self)
        self.stage.setObjectName("stage")
        self.stage.addItems(list(_STAGES))
        self.envelope_from = QLineEdit(self)
        self.envelope_from.setObjectName("sender")
        self.recipients = QLineEdit(self)
        self.recipients.setObjectName("recipients")
        self.message = QPushButton(self)
        self.message.setObjectName("message")
        self.begin = QPushButton(self)
        self.begin.setObjectName("begin-run")
        self._lay_out()
        self.stage.activated.connect(self._chosen)
        self.envelope_from.editingFinished.connect(self._edited)
        self.recipients.editingFinished.connect(self._edited)
        self.message.clicked.connect(lambda: controller.door_wanted.emit("message"))
        self.begin.clicked.connect(self._arm)
        services.language.changed.connect(self.retranslate)
        controller.arming_changed.connect(self.refresh)
        controller.state_changed.connect(self._offer)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.stage_label.setText(_("This run may"))
        self.from_label.setText(_("From"))
        self.to_label.setText(_("To"))
        self.stage.setAccessibleName(_("How far this run may go"))
        for row, (text, tip) in enumerate(zip(_STAGES, _TIPS, strict=True)):
            self.stage.setItemText(row, _(text))
            self.stage.setItemData(row, _(tip), Qt.ItemDataRole.ToolTipRole)
        self.envelope_from.setAccessibleName(_("Sender of the envelope"))
        self.envelope_from.setPlaceholderText(_("you@example.com"))
        self.recipients.setAccessibleName(_("Recipients, separated by commas"))
        self.recipients.setPlaceholderText(_("one or more addresses, separated by commas"))
        self.begin.setText(_("&Begin new run"))
        self.begin.setToolTip(_("How far a run may go is fixed when it begins"))
        self.refresh()

    def refresh(self) -> None:
        """Show what the run is armed for."""
        request = self._controller.request
        self.setVisible(request is not None)
        if request is None:
            return
        self.stage.setCurrentIndex(request.stage - 1)
        self.envelope_from.setText(request.envelope_sender)
        self.recipients.setText(", ".join(request.envelope_recipients))
        self._show_fields()

    # --- what is chosen -----------------------------------------------------------------------

    def _chosen(self) -> None:
        self._show_fields()
        if self._fresh and (self.stage.currentIndex() == _LOGIN or self._addresses):
            self._arm()
        elif not self._addresses:
            self.recipients.setFocus()

    def _edited(self) -> None:
        if self._differs and self._fresh and self._addresses:
            self._arm()
        else:
            self._offer()

    def _arm(self) -> None:
        from mailoscope_core.protocol.stage import Stage

        stage: Stage = Stage(self.stage.currentIndex() + 1)
        if stage is Stage.LOGIN:
            self._controller.arm(stage)
        else:
            self._controller.arm(stage, self.envelope_from.text().strip(), self._addresses)

    @property
    def _addresses(self) -> tuple[str, ...]:
        parts = self.recipients.text().replace(";", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())

    @property
    def _fresh(self) -> bool:
        """Nothing has happened yet: the run can be changed without losing anything."""
        session = self._controller.session
        return session is not None and not session.touched

    @property
    def _differs(self) -> bool:
        request = self._controller.request
        if request is None:
            return False
        stage = self.stage.currentIndex()
        if stage != request.stage - 1:
            return True
        return stage != _LOGIN and (
            self.envelope_from.text().strip() != request.envelope_sender
            or self._addresses != request.envelope_recipients
        )

    # --- what is shown ------------------------------------------------------------------------

    def _show_fields(self) -> None:
        stage = self.stage.currentIndex()
        for widget in (self.from_label, self.envelope_from, self.to_label, self.recipients):
            widget.setVisible(stage != _LOGIN)
        self.message.setVisible(stage == _SEND)
        self._describe_message()
        self.stage.setToolTip(self._services.language.gettext(_TIPS[stage]))
        self._offer()

    def _offer(self) -> None:
        """Offer a new run when the choice is not that of the run under way."""
        self.begin.setVisible(self._differs)
        self.begin.setEnabled(self.stage.currentIndex() == _LOGIN or bool(self._addresses))

    def _describe_message(self) -> None:
        _ = self._services.language.gettext
        message = self._controller.message
        if message is None:
            self.message.setText(_("&Message…"))
            return
        size = f"{message.size / 1024:.1f}"
        subject = message.subject or message.source
        shown = subject if len(subject) <= 24 else subject[:23] + "…"
        text = _("{subject} ({size} KiB)…").format(subject=shown, size=size)
        self.message.setText(text.replace("&", "&&"))

    def _lay_out(self) -> None:
        self.stage_label.setBuddy(self.stage)
        self.from_label.setBuddy(self.envelope_from)
        self.to_label.setBuddy(self.recipients)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.stage_label)
        layout.addWidget(self.stage)
        layout.addSpacing(8)
        layout.addWidget(self.from_label)
        layout.addWidget(self.envelope_from, 2)
        layout.addWidget(self.to_label)
        layout.addWidget(self.recipients, 3)
        layout.addWidget(self.message)
        layout.addWidget(self.begin)
        layout.addStretch(1)
