"""The preferences: language and colours change at once, Cancel changes them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import msgspec
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from mailoscope_core.base.texts import Texts, languages
from mailoscope_core.storage.profile import Timeouts
from mailoscope_gui.dialogs.fields import CheckField, ChoiceField, SecondsField
from mailoscope_gui.dialogs.form import FormPage
from mailoscope_gui.i18n import N_

if TYPE_CHECKING:
    from mailoscope_core.storage.settings import Preferences
    from mailoscope_gui.services import Services

ThemeName = Literal["system", "light", "dark"]

_THEMES = (
    ("system", N_("As the system")),
    ("light", N_("Light")),
    ("dark", N_("Dark")),
)
_TIMEOUTS = ("connect", "command", "final_dot")


class PreferencesDialog(QDialog):
    """Language, theme, timeouts of new profiles, history."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preferences")
        self._services = services
        self._before = services.preferences
        self._language_before = services.language.code
        self._filling = True
        self.page = FormPage()
        # Each language is called as it calls itself, whatever the language in use.
        known = [(code, Texts(code).own_name) for code in languages()]
        self.page.add("language", ChoiceField(known), N_("&Language"))
        self.page.add("theme", ChoiceField(_THEMES), N_("&Colours"))
        self.page.add(
            "keep_history",
            CheckField(N_("&Keep past sessions on this machine")),
            "",
            N_("Sessions hold what was said, without passwords and message texts."),
        )
        self.page.add("connect", SecondsField(), N_("C&onnecting, for each address"))
        self.page.add("command", SecondsField(), N_("&Greeting and commands"))
        self.page.add(
            "final_dot",
            SecondsField(),
            N_("After the &message"),
            N_("These times are for new profiles; each profile has its own."),
        )
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        column = QVBoxLayout(self)
        column.addWidget(self.page)
        column.addStretch()
        column.addWidget(self.buttons)
        self.setMinimumWidth(520)
        self._fill(self._before)
        self._filling = False
        self.page.changed.connect(self._apply)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        services.language.changed.connect(self.retranslate)
        self.retranslate()

    def preferences(self) -> Preferences:
        """Return the preferences as the fields say."""
        values = self.page.values()
        timeouts = Timeouts(**{name: values.pop(name) for name in _TIMEOUTS})
        if not self._before.language and values["language"] == self._language_before:
            values["language"] = ""  # still the system's
        return msgspec.structs.replace(self._services.preferences, timeouts=timeouts, **values)

    def accept(self) -> None:
        """Keep what was chosen."""
        wanted = self.preferences()
        if wanted != self._before:
            self._services.use_preferences(wanted)
        super().accept()

    def reject(self) -> None:
        """Take everything back."""
        self._show(self._language_before, self._before.theme)
        super().reject()

    def _fill(self, preferences: Preferences) -> None:
        theme = preferences.theme if preferences.theme in get_args(ThemeName) else "system"
        self.page.fill(
            {
                "language": preferences.language or self._language_before,
                "theme": theme,
                "keep_history": preferences.keep_history,
                **{name: getattr(preferences.timeouts, name) for name in _TIMEOUTS},
            }
        )

    def _apply(self) -> None:
        values = self.page.values()
        if not self._filling:
            self._show(values["language"], values["theme"])

    def _show(self, language: str, theme: ThemeName) -> None:
        if theme != self._services.theme.choice:
            self._services.theme.use(theme)
        self._services.language.use(language)

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.setWindowTitle(gettext("Preferences"))
        self._filling = True
        self.page.retranslate(gettext)
        self._filling = False
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(gettext("&OK"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(gettext("Cancel"))
