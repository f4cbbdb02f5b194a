"""Edits a server profile; its secret goes to the keyring and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from mailoscope_core.storage.profile import Profile, Timeouts
from mailoscope_core.storage.profile_check import ProfileProblem, check_profile
from mailoscope_gui.dialogs import profile_pages
from mailoscope_gui.dialogs.form import FormPage
from mailoscope_gui.dialogs.rule_words import RuleWords
from mailoscope_gui.dialogs.secret_panel import SecretPanel
from mailoscope_gui.errands import Errands
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import wrapped

if TYPE_CHECKING:
    from mailoscope_core.storage.credentials import StoreResult
    from mailoscope_gui.services import Services

_TIMEOUTS = ("connect", "command", "final_dot")
_TABS = (N_("Server"), N_("Log-in"), N_("TLS and trust"), N_("Envelope"), N_("Advanced"))


class ProfileEditor(QDialog):
    """After `accepted`, `profile` is what the user wants and the secret is where it can be."""

    def __init__(self, services: Services, profile: Profile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profile-editor")
        self._services = services
        self._errands = Errands(services.background, self)
        self._original = profile
        self._taken: frozenset[str] = frozenset()
        self._words = RuleWords("profile-check")
        self._expected = False
        self._told = False
        self._pages: tuple[FormPage, ...] = (
            profile_pages.server_page(),
            profile_pages.login_page(),
            profile_pages.trust_page(),
            profile_pages.envelope_page(),
            profile_pages.advanced_page(),
        )
        self.secret = SecretPanel(services, profile.id, profile.user)
        login = self._pages[1]
        login.column.addWidget(self.secret)
        login.column.addStretch()
        self.tabs = QTabWidget()
        for page in self._pages:
            self.tabs.addTab(_scrolled(page), "")
        self.notice = wrapped()
        self.notice.setObjectName("notice")
        self.notice.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        column = QVBoxLayout(self)
        for widget in (self.tabs, self.notice, self.buttons):
            column.addWidget(widget)
        self.resize(680, 560)
        self._fill(profile)
        self._connect()
        self.retranslate()
        self.secret.look()
        self._errands.run(self._names, self._use_names, name="profile-names")

    @property
    def save_button(self) -> QPushButton:
        """The button that keeps the changes."""
        return self.buttons.button(QDialogButtonBox.StandardButton.Save)

    def profile(self) -> Profile:
        """Return the profile as the fields say."""
        values: dict[str, Any] = {}
        for page in self._pages:
            values.update(page.values())
        timeouts = Timeouts(**{name: values.pop(name) for name in _TIMEOUTS})
        return msgspec.structs.replace(self._original, timeouts=timeouts, **values)

    def field(self, name: str) -> QWidget:
        """Return the input widget of a field of the profile."""
        return next(page.field(name).input for page in self._pages if name in page.names)

    def accept(self) -> None:
        """Store the secret, then close; with an error go to its field instead."""
        wrong = self._check()
        if wrong is not None:
            self._go_to(wrong)
            return
        if self._told:
            super().accept()
            return
        self._expected = self.secret.known_to_be_missing
        self._wait(True)
        self.secret.store(self.profile().user)

    def done(self, result: int) -> None:
        """Leave nothing of the secret behind."""
        self.secret.leave()
        self._errands.abandon()
        super().done(result)

    # --- fields -------------------------------------------------------------------------------

    def _fill(self, profile: Profile) -> None:
        values = {
            **{name: getattr(profile, name) for name in profile.__struct_fields__},
            **{name: getattr(profile.timeouts, name) for name in _TIMEOUTS},
        }
        for page in self._pages:
            page.fill(values)
        self._follow_login()

    def _connect(self) -> None:
        for page in self._pages:
            page.changed.connect(self._changed)
        self.secret.stored.connect(self._secret_is_stored)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._services.language.changed.connect(self.retranslate)

    def _changed(self) -> None:
        self._follow_login()
        self._check()

    def _follow_login(self) -> None:
        login = self._pages[1]
        on = bool(login.field("auth").value())
        for name in ("user", "secret_kind", "mechanism"):
            login.field(name).setEnabled(on)
        self.secret.setEnabled(on)
        self.secret.use_tokens(login.field("secret_kind").value() == "token")

    # --- checks -------------------------------------------------------------------------------

    def _names(self) -> frozenset[str]:
        others = (each for each in self._services.profiles.list() if each.id != self._original.id)
        return frozenset(each.name.casefold() for each in others)

    def _use_names(self, names: frozenset[str]) -> None:
        self._taken = names
        self._check()

    def _check(self) -> str | None:
        """Show what is wrong below the fields; return the first field with an error."""
        profile = self.profile()
        problems = check_profile(profile)
        if profile.name.casefold() in self._taken:
            problems.insert(0, ProfileProblem("name", "name-taken", {"name": profile.name}))
        for page in self._pages:
            page.clear_problems()
        for problem in reversed(problems):
            self._show(problem)
        self._mark_tabs({_field_of(each) for each in problems if each.level == "error"})
        return next((_field_of(each) for each in problems if each.level == "error"), None)

    def _show(self, problem: ProfileProblem) -> None:
        name, theme = _field_of(problem), self._services.theme
        colour = theme.severity("error" if problem.level == "error" else "warning")
        glyph = "✗" if problem.level == "error" else "!"
        text = self._sentence(problem)
        for page in self._pages:
            if name in page.names:
                page.show_problem(name, f"{glyph} {text}", colour)

    def _sentence(self, problem: ProfileProblem) -> str:
        if problem.rule == "name-taken":
            text = self._services.language.gettext("Another profile is already called {name}.")
            return text.format(**problem.params)
        params = dict(problem.params)
        if "mode" in params:
            labels = {getattr(mode, "value", ""): words for mode, words in profile_pages.TLS_MODES}
            params["mode"] = self._services.language.gettext(labels[params["mode"]])
        return self._words.text(self._services.language.texts, problem.rule, params)

    def _mark_tabs(self, wrong: set[str]) -> None:
        gettext = self._services.language.gettext
        for index, page in enumerate(self._pages):
            mark = " ✗" if wrong & set(page.names) else ""
            self.tabs.setTabText(index, gettext(_TABS[index]) + mark)

    def _go_to(self, name: str) -> None:
        for index, page in enumerate(self._pages):
            if name in page.names:
                self.tabs.setCurrentIndex(index)
                page.field(name).input.setFocus()

    # --- the secret ---------------------------------------------------------------------------

    def _wait(self, waiting: bool) -> None:
        self.tabs.setEnabled(not waiting)
        self.save_button.setEnabled(not waiting)
        gettext = self._services.language.gettext
        self.notice.setText(gettext("Storing the secret in the keyring …") if waiting else "")
        self.notice.setVisible(waiting)

    def _secret_is_stored(self, result: StoreResult | None) -> None:
        problem = result.problem if result is not None else ""
        if not problem or self._expected:
            super().accept()
            return
        self._wait(False)
        self._told = True
        self.tabs.setCurrentIndex(1)
        self.retranslate()

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        self.setWindowTitle(gettext("Profile: {name}").format(name=self._original.name))
        for page in self._pages:
            page.retranslate(gettext)
        self.secret.retranslate()
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(gettext("Cancel"))
        self.save_button.setText(gettext("&Continue") if self._told else gettext("&Save"))
        if self._told:
            self.notice.setText(
                gettext(
                    "The keyring did not take the secret; the reason stands above. "
                    "It is kept until Mailoscope is closed."
                )
            )
            self.notice.show()
        self._check()


def _field_of(problem: ProfileProblem) -> str:
    return problem.field.rpartition(".")[2]


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
