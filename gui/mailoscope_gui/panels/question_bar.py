"""Questions of the session, asked above the next line: a secret, or a yes to something risky."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QWidget

from mailoscope_core.base.secret import Secret
from mailoscope_gui.controller import Controller
from mailoscope_gui.i18n import N_
from mailoscope_gui.panels.bar import Bar
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.record.events import ConfirmationNeeded, SecretNeeded

_YES = {
    "cleartext-credentials": N_("Send the log-in &unprotected, this session"),
    "unverified-credentials": N_("Send the log-in &all the same, this session"),
    "unverified-tls": N_("&Go on without that proof, this session"),
    "spent-secret": N_("&Send the refused secret again"),
    "second-copy": N_("Send, &even if it is a second copy"),
}
_NO = {
    "cleartext-credentials": N_("Do &not log in"),
    "unverified-credentials": N_("Do &not log in"),
    "unverified-tls": N_("&Leave it"),
    "spent-secret": N_("Do &not send it"),
    "second-copy": N_("Do &not send"),
}


class QuestionBar(Bar):
    """Shows what the session asks and posts the answer; nothing is modal."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(services.theme, "lock", parent)
        self._services, self._controller = services, controller
        self._question: SecretNeeded | ConfirmationNeeded | None = None
        self.text.setObjectName("question")
        self.secret = QLineEdit(self)
        self.secret.setObjectName("secret")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.returnPressed.connect(self.accept)
        self.store = QCheckBox(self)
        self.yes = QPushButton(self)
        self.yes.setObjectName("yes")
        self.no = QPushButton(self)
        self.no.setObjectName("no")
        self.row.addSpacing(28)
        self.row.addWidget(self.secret, 1)
        self.row.addWidget(self.store)
        self.row.addWidget(self.yes)
        self.row.addWidget(self.no)
        self.row.addStretch(0)
        self.yes.clicked.connect(self.accept)
        self.no.clicked.connect(self.decline)
        self.setTabOrder(self.secret, self.store)
        self.setTabOrder(self.store, self.yes)
        self.setTabOrder(self.yes, self.no)
        services.language.changed.connect(self.retranslate)
        controller.state_changed.connect(self.refresh)
        controller.session_changed.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.store.setText(_("Keep it in the &keyring"))
        if self._question is not None:
            self._word()

    def refresh(self) -> None:
        """Follow the state of the session."""
        session, state = self._controller.session, self._controller.state
        live = session is not None and session.live
        question = state.question if state is not None and live else None
        if question == self._question:
            return
        self._question = question
        self.secret.clear()
        if question is None:
            self.hide()
            return
        asks_secret = self._asks_secret
        self.secret.setVisible(asks_secret)
        self.store.setVisible(asks_secret)
        self.set_weight(354 if asks_secret else 450, "lock" if asks_secret else "bang")
        self._word()
        self.show()
        (self.secret if asks_secret else self.no).setFocus()

    def accept(self) -> None:
        """Answer with the secret, or with yes."""
        question = self._question
        if question is None:
            return
        if not self._asks_secret:
            self._confirm(True)
            return
        if not self.secret.text():
            self.secret.setFocus()
            return
        from mailoscope_core.session.control import ProvideSecret

        secret = Secret(self.secret.text())
        self.secret.clear()
        self._keep(secret)
        self._controller.post(ProvideSecret(secret))

    def decline(self) -> None:
        """Answer with no."""
        if self._asks_secret:
            from mailoscope_core.session.control import ProvideSecret

            self._controller.post(ProvideSecret(None))
        elif self._question is not None:
            self._confirm(False)
            # Asked, not waited for: a no needs no answer, only that the question goes away.
            if getattr(self._question, "kind", "") == "unverified-tls":
                self.hide()

    @property
    def _asks_secret(self) -> bool:
        question = self._question
        return question is not None and question.__struct_config__.tag == "secret-needed"

    def _confirm(self, accepted: bool) -> None:
        from mailoscope_core.session.control import Confirm

        if self._question is not None:
            self._controller.post(Confirm(self._question.kind, accepted))

    def _keep(self, secret: Secret) -> None:
        """Keep a secret that was typed: in the keyring if wished, else nowhere."""
        profile = self._controller.profile
        if not self.store.isChecked() or profile is None:
            return
        store = self._services.credentials
        self._services.background.run(
            lambda: store.set(profile.id, profile.user, secret), self._stored, name="keyring"
        )

    def _stored(self, result: object) -> None:
        problem = getattr(result, "problem", "")
        if problem:
            self._controller.noticed.emit(self._keyring_words(problem, result))

    def _word(self) -> None:
        _ = self._services.language.gettext
        question, words = self._question, self._controller.view.words
        if question is None or words is None:
            return
        text = words.note(question)
        if self._asks_secret:
            token = question.kind == "token"
            name = _("Token") if token else _("Password")
            self.secret.setAccessibleName(name)
            self.secret.setPlaceholderText(name)
            self.yes.setText(_("&Log in"))
            self.no.setText(_("Go on with&out it"))
            problem = getattr(question, "problem", "")
            if problem and problem != "not-stored":
                text = f"{text} {self._keyring_words(problem, question)}"
        else:
            self.yes.setText(_(_YES.get(question.kind, N_("&Yes"))))
            self.no.setText(_(_NO.get(question.kind, N_("&No"))))
        self.text.setText(text)

    def _keyring_words(self, problem: str, facts: object) -> str:
        """Return why the keyring could not help, in the user's language."""
        source = resources.files("mailoscope_resources").joinpath("text/keyring.toml")
        entry = tomllib.loads(source.read_text(encoding="utf-8")).get("keyring", {}).get(problem)
        if entry is None:
            return ""
        record = self._services.language.texts.record
        name = f"keyring.{problem}"
        said = f"{record(name, 'title', entry['title'])} {record(name, 'text', entry['text'])}"
        return said.replace("{detail}", str(getattr(facts, "detail", "")))
