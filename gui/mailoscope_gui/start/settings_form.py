"""The settings that follow from an address: from a preset, or filled in by hand."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_core.storage.profile import Profile
from mailoscope_core.storage.profile_check import check_profile
from mailoscope_gui.dialogs.fields import ChoiceField, Field, PortField, TextField
from mailoscope_gui.dialogs.profile_pages import TLS_MODES
from mailoscope_gui.dialogs.rule_words import RuleWords
from mailoscope_gui.errands import Errands
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import heading, plain, wrapped
from mailoscope_gui.start.card import set_default_look
from mailoscope_gui.start.preset_finder import Suggestion

if TYPE_CHECKING:
    from mailoscope_core.storage.profile_check import ProfileProblem
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_LABELS = {
    "host": N_("Mail &server"),
    "port": N_("&Port"),
    "tls": N_("Encr&yption"),
    "user": N_("&User name"),
}


class SettingsForm(QWidget):
    """Four fields, what the provider says, and the two buttons that use them."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self._services = services
        self._errands = Errands(services.background, self)
        self._controller = controller
        self._words = RuleWords("profile-check")
        self._address = ""
        self._suggestion: Suggestion | None = None
        self._fields: dict[str, Field] = {
            "host": TextField("smtp.example.org"),
            "port": PortField(),
            "tls": ChoiceField(TLS_MODES),
            "user": TextField(),
        }
        self._labels: dict[str, QLabel] = {name: plain() for name in self._fields}
        self.provider = heading(points=1.0)
        self.provider.setObjectName("provider")
        self.notes = wrapped()
        self.notes.setObjectName("preset-notes")
        self.source = wrapped()
        self.source.setObjectName("preset-source")
        self.source.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.problem = wrapped()
        self.problem.setObjectName("settings-problem")
        self.start = QPushButton()
        self.start.setObjectName("start")
        set_default_look(self.start)
        self.save = QPushButton()
        self.save.setObjectName("save-as-profile")
        self.save.setMinimumHeight(34)
        self._lay_out()
        self.start.clicked.connect(self._start)
        self.save.clicked.connect(self._save)
        for field in self._fields.values():
            field.changed.connect(self._check)
        services.theme.changed.connect(self._check)

    def _lay_out(self) -> None:
        left = QFormLayout()
        left.setHorizontalSpacing(12)
        left.setVerticalSpacing(8)
        left.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for name, field in self._fields.items():
            field.input.setObjectName(f"start-{name}")
            self._labels[name].setBuddy(field.input)
            left.addRow(self._labels[name], field)
        right = QVBoxLayout()
        right.setSpacing(6)
        for widget in (self.provider, self.notes, self.source):
            right.addWidget(widget)
        right.addStretch()
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setColumnStretch(0, 5)
        grid.setColumnStretch(1, 6)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start)
        buttons.addWidget(self.save)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(self.problem)
        column.addLayout(buttons)

    # --- what the door calls ------------------------------------------------------------------

    def use(self, address: str, suggestion: Suggestion | None) -> None:
        """Fill the fields for an address; without a preset only the user name is known."""
        self._address = address
        self._suggestion = suggestion
        values: dict[str, object] = {"host": "", "port": 587, "user": address}
        if suggestion is not None:
            values = {
                "host": suggestion.host,
                "port": suggestion.port,
                "tls": suggestion.tls,
                "user": suggestion.user,
            }
        for name, value in values.items():
            self._fields[name].set_value(value)
        self.retranslate()

    def focus_first(self) -> None:
        """Go to the first field that still has to be filled in, or else to Start."""
        empty = self._fields["host"]
        target = self.start if empty.value() else empty.input
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def profile(self) -> Profile:
        """Return the profile that these settings make."""
        values = {name: field.value() for name, field in self._fields.items()}
        suggestion = self._suggestion
        return Profile(
            name=self._address,
            auth=bool(values["user"]),
            sender=self._address,
            preset=suggestion.preset.id if suggestion is not None else "",
            secret_kind=suggestion.secret_kind if suggestion is not None else "password",
            timeouts=self._services.preferences.timeouts,
            **values,
        )

    # --- actions ------------------------------------------------------------------------------

    def _start(self) -> None:
        self._controller.use_profile(self.profile())

    def _save(self) -> None:
        """Keep the settings under a name that is free; a second press changes the same profile."""
        store, profile = self._services.profiles, self.profile()

        def save() -> Profile:
            import msgspec

            return store.save(msgspec.structs.replace(profile, name=store.free_name(profile.name)))

        def saved(profile: Profile) -> None:
            text = self._services.language.gettext("Saved as profile “{name}”.")
            self._controller.profiles_changed.emit()
            self._controller.noticed.emit(text.format(name=profile.name))

        self._errands.run(save, saved, name="save-profile")

    def _check(self) -> None:
        problems = check_profile(self.profile())
        errors = [each for each in problems if each.level == "error"]
        self.start.setEnabled(not errors)
        self.save.setEnabled(not errors)
        # An empty field is explained by its label; a complaint would come before any mistake.
        said = [each for each in problems if each.rule != "host-missing"]
        theme = self._services.theme
        self.problem.setText("\n".join(self._sentence(each) for each in said))
        self.problem.setVisible(bool(said))
        palette = self.problem.palette()
        colour = theme.severity("error" if errors else "warning")
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.problem.setPalette(palette)

    def _sentence(self, problem: ProfileProblem) -> str:
        language = self._services.language
        params = dict(problem.params)
        if "mode" in params:
            labels = {getattr(mode, "value", ""): words for mode, words in TLS_MODES}
            params["mode"] = language.gettext(labels[params["mode"]])
        glyph = "✗" if problem.level == "error" else "!"
        return f"{glyph} {self._words.text(language.texts, problem.rule, params)}"

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        for name, words in _LABELS.items():
            self._labels[name].setText(gettext(words))
            self._fields[name].retranslate(gettext, gettext(words).replace("&", ""))
        self.start.setText(gettext("&Start"))
        self.save.setText(gettext("Save as pro&file"))
        if self._suggestion is None:
            self._say_unknown()
        else:
            self._say_known(self._suggestion)
        self._check()

    def _say_unknown(self) -> None:
        gettext = self._services.language.gettext
        domain = self._address.rpartition("@")[2]
        self.provider.setText(gettext("No settings are known for {domain}").format(domain=domain))
        self.notes.setText(
            gettext(
                "Fill in what your provider or your administrator says. Most submission servers "
                "use port 587 with STARTTLS, or 465 with implicit TLS."
            )
        )
        self.source.setText("")
        self.source.hide()

    def _say_known(self, suggestion: Suggestion) -> None:
        language, preset = self._services.language, suggestion.preset
        gettext = language.gettext
        self.provider.setText(preset.name)
        notes = [*suggestion.notes(language), *self._other_ways(suggestion)]
        mark = "• " if len(notes) > 1 else ""
        self.notes.setText("\n".join(mark + note for note in notes))
        self.notes.setVisible(bool(notes))
        checked = gettext("Checked on {date} against {source}").format(
            date=preset.seen.isoformat(), source=preset.source
        )
        if suggestion.is_stale(datetime.datetime.now().astimezone().date()):
            checked += "\n" + gettext("That is more than a year ago: look whether it still holds.")
        self.source.setText(checked)
        self.source.show()

    def _other_ways(self, suggestion: Suggestion) -> list[str]:
        gettext = self._services.language.gettext
        labels = dict(TLS_MODES)
        ways = [
            f"{each.host}:{each.port} ({gettext(labels[each.tls])})"
            for each in suggestion.preset.endpoints[1:]
        ]
        if not ways:
            return []
        return [gettext("It also takes mail at {ways}.").format(ways=", ".join(ways))]
