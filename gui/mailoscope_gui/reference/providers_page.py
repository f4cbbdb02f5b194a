"""The page of mail providers: searched, read, and used for a new profile."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import plain
from mailoscope_gui.reference.list_and_view import lay_beside
from mailoscope_gui.reference.provider_list import ProviderList
from mailoscope_gui.reference.provider_view import ProviderView

if TYPE_CHECKING:
    from mailoscope_core.knowledge.presets import PresetIndex
    from mailoscope_core.knowledge.vendors import Vendors
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services


class ProvidersPage(QWidget):
    """Its data are read in the background when the page is opened for the first time."""

    def __init__(
        self,
        services: Services,
        controller: Controller,
        parent: QWidget | None = None,
        *,
        today: datetime.date | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("providers-page")
        self._services, self._controller = services, controller
        self._errands = Errands(services.background, self)
        day = today or datetime.datetime.now().astimezone().date()
        self.providers = ProviderList(services, day)
        self.provider = ProviderView(services, day)
        self.server_label = plain()
        self.server = QComboBox()
        self.server.setObjectName("provider-server")
        self.server.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.server_label.setBuddy(self.server)
        self.use_button = QPushButton()
        self.use_button.setObjectName("use-provider")
        self.copy_button = QPushButton()
        self.copy_button.setObjectName("copy-provider")
        self._lay_out()
        self.providers.picked.connect(self.show_provider)
        self.use_button.clicked.connect(self._use)
        self.copy_button.clicked.connect(self._copy)
        QShortcut(QKeySequence.StandardKey.Find, self, self.providers.search.setFocus)
        services.language.changed.connect(self.retranslate)
        self.show_provider(None)
        self.retranslate()
        self._errands.run(_load, self._use_data, name="providers")

    def _lay_out(self) -> None:
        bar = QWidget()
        column = QVBoxLayout(bar)
        column.setContentsMargins(22, 14, 22, 4)
        column.setSpacing(8)
        chosen, buttons = QHBoxLayout(), QHBoxLayout()
        chosen.addWidget(self.server_label)
        chosen.addWidget(self.server)
        chosen.addStretch()
        buttons.addWidget(self.use_button)
        buttons.addStretch()
        buttons.addWidget(self.copy_button)
        for row in (chosen, buttons):
            row.setSpacing(8)
            column.addLayout(row)
        lay_beside(self, self.providers, bar, self.provider)

    def _use_data(self, data: tuple[PresetIndex, Vendors]) -> None:
        index, vendors = data
        self.providers.use(index)
        self.provider.know(vendors)

    # --- one provider -------------------------------------------------------------------------

    def show_provider(self, preset: object) -> None:
        """Show a provider's facts and offer its servers, the one to try first on top."""
        from mailoscope_core.knowledge.presets import Preset

        chosen = preset if isinstance(preset, Preset) else None
        self.provider.show_provider(chosen)
        self._fill_servers(0)
        for widget in (self.server_label, self.server, self.use_button, self.copy_button):
            widget.setEnabled(chosen is not None)

    def _fill_servers(self, row: int) -> None:
        preset, words = self.provider.preset, self.provider.words
        self.server.clear()
        for endpoint in preset.endpoints if preset is not None else ():
            self.server.addItem(words.endpoint(endpoint))
        self.server.setCurrentIndex(min(row, self.server.count() - 1))

    def profile(self) -> Profile | None:
        """Return a new profile with the chosen settings, null while none are chosen."""
        from mailoscope_core.storage.profile import Profile

        preset = self.provider.preset
        if preset is None:
            return None
        endpoint = preset.endpoints[max(0, self.server.currentIndex())]
        address = self.providers.address
        return Profile(
            name=address or preset.name,
            host=endpoint.host,
            port=endpoint.port,
            tls=endpoint.tls,
            auth=preset.user_form != "none",
            user=preset.user_for(address),
            sender=address,
            preset=preset.id,
            secret_kind="token" if preset.secret == "oauth" else "password",
            timeouts=self._services.preferences.timeouts,
        )

    def _use(self) -> None:
        profile = self.profile()
        if profile is not None:
            self._controller.draft_profile(profile)

    def _copy(self) -> None:
        preset = self.provider.preset
        if preset is not None:
            QGuiApplication.clipboard().setText(self.provider.words.plain_text(preset))
            gettext = self._services.language.gettext
            self._controller.noticed.emit(
                gettext("The facts about {name} are on the clipboard.").format(name=preset.name)
            )

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.server_label.setText(gettext("&Server"))
        self.server.setAccessibleName(gettext("Server to use"))
        self.use_button.setText(gettext("&Use these settings…"))
        self.use_button.setToolTip(gettext("Open a new profile with this server"))
        self.copy_button.setText(gettext("&Copy"))
        self.copy_button.setToolTip(gettext("Put all facts on the clipboard as text"))
        self.providers.retranslate()
        self.provider.retranslate()
        self._fill_servers(max(0, self.server.currentIndex()))


def _load() -> tuple[PresetIndex, Vendors]:
    from mailoscope_core.knowledge.presets import PresetIndex, load_presets
    from mailoscope_core.knowledge.vendors import load_vendors

    return PresetIndex(load_presets()), load_vendors()
