"""The first door: an e-mail address, from which the settings follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import wrapped
from mailoscope_gui.start.card import Card, set_default_look

if TYPE_CHECKING:
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services
    from mailoscope_gui.start.preset_finder import Suggestion
    from mailoscope_gui.start.settings_form import SettingsForm

_PAUSE_MS = 350


class AddressDoor(Card):
    """Asks for the address first; the settings appear below it once there is one."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(services.theme, parent, points=5.0)
        self._services = services
        self._errands = Errands(services.background, self)
        self._controller = controller
        self._ticket: Ticket | None = None
        self._shown_for = ""
        self.form: SettingsForm | None = None
        self.address = QLineEdit()
        self.address.setObjectName("address")
        self.address.setMinimumHeight(36)
        self.address.setMaxLength(320)
        self.button = QPushButton()
        self.button.setObjectName("continue")
        set_default_look(self.button)
        self.button.setMinimumHeight(36)
        self.problem = wrapped()
        self.problem.setObjectName("address-problem")
        self.problem.hide()
        row = QHBoxLayout()
        row.addWidget(self.address, 1)
        row.addWidget(self.button)
        self.column.addLayout(row)
        self.column.addWidget(self.problem)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look_up)
        self.address.textChanged.connect(self._typed)
        self.address.returnPressed.connect(self._proceed)
        self.button.clicked.connect(self._proceed)
        services.theme.changed.connect(self._colour)
        self.retranslate()
        self._colour()

    # --- the address --------------------------------------------------------------------------

    def _typed(self) -> None:
        self.problem.hide()
        self._pause.start()

    def _proceed(self) -> None:
        """Return and the button: complain about a bad address, else show the settings."""
        self._pause.stop()
        if not _looks_like_address(self.address.text()):
            self.problem.show()
            self.address.setFocus()
            return
        if self._shown_for == self.address.text().strip() and self.form is not None:
            self.form.focus_first()
            return
        self._look_up()

    def _look_up(self) -> None:
        address = self.address.text().strip()
        if not _looks_like_address(address) or address == self._shown_for:
            return
        if self._ticket is not None:
            self._ticket.abandon()
        from mailoscope_gui.start.preset_finder import find_suggestion

        def found(suggestion: Suggestion | None) -> None:
            self._show(address, suggestion)

        self._ticket = self._errands.run(lambda: find_suggestion(address), found, name="preset")

    def _show(self, address: str, suggestion: Suggestion | None) -> None:
        self._shown_for = address
        self._the_form().use(address, suggestion)

    def _the_form(self) -> SettingsForm:
        if self.form is None:
            from mailoscope_gui.start.settings_form import SettingsForm

            self.form = SettingsForm(self._services, self._controller)
            self.column.addWidget(self.form)
        self.form.show()
        return self.form

    # --- words --------------------------------------------------------------------------------

    def _colour(self) -> None:
        palette = self.problem.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._services.theme.severity("error"))
        self.problem.setPalette(palette)

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.set_words(
            gettext("Test my mail settings"),
            gettext(
                "Enter your e-mail address. Nothing is looked up and nothing is sent until you "
                "press Start; the first run logs in and stops."
            ),
        )
        self.address.setPlaceholderText(gettext("you@example.org"))
        self.address.setAccessibleName(gettext("Your e-mail address"))
        self.button.setText(gettext("&Continue"))
        self.problem.setText(
            gettext("✗ This is not a whole e-mail address: it needs a name, an @ and a domain.")
        )
        if self.form is not None:
            self.form.retranslate()


def _looks_like_address(text: str) -> bool:
    local, at, domain = text.strip().rpartition("@")
    parts = domain.split(".")
    return bool(local and at and len(parts) > 1 and all(parts)) and " " not in text.strip()
