"""Makes the message of a run that sends: written here, from a file, or a ready sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from mailoscope_core.base.errors import UserError
from mailoscope_core.message.lint import lint_envelope
from mailoscope_gui.dialogs.message_pages import ComposePage, FilePage, SamplePage
from mailoscope_gui.dialogs.message_result import MessageResult
from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import wrapped

if TYPE_CHECKING:
    from mailoscope_core.message.prepared import PreparedMessage
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.services import Services

_COMPOSE, _FILE, _SAMPLE = range(3)


class MessageEditor(QDialog):
    """After `accepted`, `prepared` is the message in the spool.

    A message that breaks a rule or that scanners stop is shown first; a second press uses it.
    """

    def __init__(self, services: Services, profile: Profile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message-editor")
        self._services = services
        self._errands = Errands(services.background, self)
        self._profile = profile
        self._prepared: PreparedMessage | None = None
        self._ticket: Ticket | None = None
        self._use_it = False
        self._warned = False
        self.compose = ComposePage(services.language, profile)
        self.file = FilePage(services.language)
        self.sample = SamplePage(services.language, profile)
        self.tabs = QTabWidget()
        for page in (self.compose, self.file, self.sample):
            self.tabs.addTab(_scrolled(page), "")
        self.outcome = MessageResult(services)
        self.promise = wrapped()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.check = QPushButton()
        self.check.setObjectName("check-message")
        self.use = QPushButton()
        self.use.setObjectName("use-message")
        self.buttons.addButton(self.check, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)
        self.check.setAutoDefault(False)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.use.setDefault(True)
        column = QVBoxLayout(self)
        for widget in (self.tabs, self.outcome, self.promise, self.buttons):
            column.addWidget(widget)
        column.setStretch(0, 1)
        self.resize(720, 700)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.compose.changed.connect(self._changed)
        self.file.changed.connect(self._changed)
        self.sample.changed.connect(self._changed)
        self.tabs.currentChanged.connect(lambda _index: self._changed())
        self.check.clicked.connect(lambda: self._prepare(use=False))
        self.use.clicked.connect(self._use)
        self.buttons.rejected.connect(self.reject)
        self._services.language.changed.connect(self.retranslate)

    def prepared(self) -> PreparedMessage:
        """Return the message; only after `accepted`."""
        if self._prepared is None:
            raise RuntimeError("no message has been accepted")
        return self._prepared

    def done(self, result: int) -> None:
        """Leave no message behind that nobody wants."""
        self._errands.abandon()
        if result != QDialog.DialogCode.Accepted:
            self._forget()
        super().done(result)

    # --- preparing ----------------------------------------------------------------------------

    def _changed(self) -> None:
        """What was prepared is no longer what the fields say."""
        if self._ticket is not None:
            self._ticket.abandon()
            self._ticket = None
        self._forget()
        self.outcome.clear()
        self._enable()

    def _forget(self) -> None:
        if self._prepared is not None:
            self._services.spool.drop(self._prepared)
        self._prepared, self._warned = None, False

    def _use(self) -> None:
        if self._prepared is None:
            self._prepare(use=True)
        elif self._warned or not self._is_odd(self._prepared):
            self.accept()
        else:
            self._warn()

    def _prepare(self, *, use: bool) -> None:
        self._forget()
        page = (self.compose, self.file, self.sample)[self.tabs.currentIndex()]
        job, spool = page.job(), self._services.spool
        self._use_it = use
        self.check.setEnabled(False)
        self.use.setEnabled(False)
        self._ticket = self._errands.run(
            lambda: job(spool), self._is_prepared, self._failed, name="message"
        )

    def _is_prepared(self, message: PreparedMessage) -> None:
        self._ticket, self._prepared = None, message
        envelope = lint_envelope(message, self._profile.sender, self._profile.recipients)
        self.outcome.show_message(message, (*message.findings, *envelope))
        self._enable()
        if self._use_it:
            self._use()

    def _failed(self, error: Exception) -> None:
        self._ticket = None
        language = self._services.language
        if isinstance(error, UserError):
            self.outcome.show_error(language.error(error))
        else:
            text = language.gettext("The message could not be made: {detail}")
            self.outcome.show_error(text.format(detail=f"{type(error).__name__}: {error}"))
        self._enable()

    def _is_odd(self, message: PreparedMessage) -> bool:
        """Tell whether the user should read something before this message is used."""
        broken = any(each.level == "error" for each in message.findings)
        return broken or message.as_is

    def _warn(self) -> None:
        self._warned = True
        self._enable()

    def _enable(self) -> None:
        ready = self.tabs.currentIndex() != _SAMPLE or self.sample.ready
        self.check.setEnabled(ready)
        self.use.setEnabled(ready)
        gettext = self._services.language.gettext
        self.use.setText(
            gettext("&Use it all the same") if self._warned else gettext("&Use this message")
        )

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.setWindowTitle(gettext("Message"))
        for index, words in enumerate(
            (gettext("Compose"), gettext("From a file"), gettext("Ready messages"))
        ):
            self.tabs.setTabText(index, words)
        for page in (self.compose, self.file, self.sample):
            page.reword()
        self.outcome.setAccessibleName(gettext("What was found"))
        self.outcome.retranslate()
        self.promise.setText(
            gettext("Nothing is sent by this. The message goes out only in a run that you arm.")
        )
        self.check.setText(gettext("Chec&k"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(gettext("Cancel"))
        self._enable()


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
