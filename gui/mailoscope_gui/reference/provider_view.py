"""One mail provider: all that is known, where that stands and when it was seen."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from mailoscope_gui.labels import heading
from mailoscope_gui.panels.sections import Sections, strong

if TYPE_CHECKING:
    from mailoscope_core.knowledge.presets import Preset
    from mailoscope_core.knowledge.vendors import Vendors
    from mailoscope_core.report.provider_facts import ProviderWords
    from mailoscope_gui.services import Services


class ProviderView(Sections):
    """Plain text that can be copied; an address of a page is text as well and opens nothing."""

    def __init__(
        self, services: Services, today: datetime.date, parent: QWidget | None = None
    ) -> None:
        super().__init__(services.theme, parent)
        self.setObjectName("provider")
        self._services, self._today = services, today
        self._vendors: Vendors | None = None
        self.preset: Preset | None = None
        services.theme.changed.connect(self.retranslate)

    def know(self, vendors: Vendors) -> None:
        """Take over how the providers' servers are recognised."""
        self._vendors = vendors
        self.retranslate()

    def show_provider(self, preset: Preset | None) -> None:
        """Show a provider, or an invitation to choose one."""
        self.preset = preset
        self.retranslate()

    @property
    def words(self) -> ProviderWords:
        """The words for providers in the language in use."""
        from mailoscope_core.report.provider_facts import ProviderWords

        return ProviderWords(self._services.language.texts, self._today, self._vendors)

    def retranslate(self) -> None:
        """Write the provider in the language in use."""
        self.begin()
        self.column.setContentsMargins(22, 12, 22, 20)
        if self.preset is None:
            self._say_nothing()
        else:
            self._write(self.preset)
        self.end()

    def _say_nothing(self) -> None:
        gettext = self._services.language.gettext
        self.add(heading(gettext("How mail providers take mail"), points=4.0))
        self.text(
            gettext(
                "Choose a provider on the left, or type a name, your mail address or the name of a "
                "mail server into the search field. Nothing is looked up in the network."
            )
        )

    def _write(self, preset: Preset) -> None:
        words = self.words
        self.add(heading(preset.name, points=4.0))
        if stale := words.stale(preset):
            self._warn(f"! {stale}")
        if note := words.note(preset):
            self.text(note)
        for fact in words.facts(preset):
            self.title(fact.label)
            if len(fact.values) == 1:
                self.text(fact.values[0])
            else:
                self.points(fact.values, numbered=fact.ordered)

    def _warn(self, text: str) -> None:
        label = strong(self.text(text))
        label.setObjectName("provider-stale")
        palette = label.palette()
        colour = self._services.theme.severity("warning")
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        label.setPalette(palette)
