"""The password of a profile: typed once, kept in the keyring, never shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_core.base.secret import Secret
from mailoscope_gui.dialogs.rule_words import RuleWords
from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import plain, wrapped

if TYPE_CHECKING:
    from mailoscope_core.storage.credentials import BackendState, SecretResult, StoreResult
    from mailoscope_gui.services import Services

_LABEL_WIDTH = 150


class SecretPanel(QWidget):
    """Asks for a secret, tells what the keyring can do, and stores it when told to."""

    stored = Signal(object)
    """The `StoreResult`, or null when there was nothing to store."""

    def __init__(
        self, services: Services, profile_id: str, user: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._errands = Errands(services.background, self)
        self._profile_id = profile_id
        self._user = user
        self._words = RuleWords("keyring")
        self._state: BackendState | None = None
        self._kept: SecretResult | None = None
        self._testing = False
        self._tested = False
        self._token = False
        self._label = plain()
        self.edit = QLineEdit()
        self.edit.setObjectName("secret")
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setMaxLength(64 * 1024)
        self._label.setBuddy(self.edit)
        self.session_only = QCheckBox()
        self.session_only.setObjectName("session-only")
        self.test = QPushButton()
        self.test.setObjectName("test-keyring")
        self.test.setAutoDefault(False)
        self.forget = QPushButton()
        self.forget.setObjectName("forget-secret")
        self.forget.setAutoDefault(False)
        self.state_label = wrapped()
        self.state_label.setObjectName("keyring-state")
        self.kept_label = wrapped()
        self.kept_label.setObjectName("secret-state")
        self.kept_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._lay_out()
        self.test.clicked.connect(self._test)
        self.forget.clicked.connect(self._forget)
        services.theme.changed.connect(self.retranslate)
        self.retranslate()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.test)
        buttons.addWidget(self.forget)
        buttons.addStretch()
        cell = QVBoxLayout()
        cell.setSpacing(6)
        for widget in (self.edit, self.kept_label, self.session_only, self.state_label):
            cell.addWidget(widget)
        cell.addLayout(buttons)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        self._label.setContentsMargins(0, 6, 0, 0)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._label, 0, 0)
        grid.addLayout(cell, 0, 1)

    # --- what the editor calls ----------------------------------------------------------------

    def look(self) -> None:
        """Ask the keyring, in the background, how it is and whether it has the secret."""
        store, profile_id, user = self._services.credentials, self._profile_id, self._user
        self._run(store.state, self._show_state, "keyring-state")
        if user:
            self._run(lambda: store.get(profile_id, user), self._show_kept, "keyring-get")

    def use_tokens(self, token: bool) -> None:
        """Speak of an access token instead of a password."""
        self._token = token
        self.retranslate()

    def store(self, user: str) -> None:
        """Keep what was typed for `user`, or move the kept secret to them; then `stored`."""
        store, profile_id, old_user = self._services.credentials, self._profile_id, self._user
        typed = self.edit.text()
        self.edit.clear()
        if typed and self.session_only.isChecked():
            store.keep_for_session(profile_id, user, Secret(typed))
            self.stored.emit(None)
        elif typed:
            secret = Secret(typed)
            self._run(lambda: store.set(profile_id, user, secret), self._is_stored, "keyring-set")
        elif old_user and user and old_user != user:

            def move() -> None:
                store.rename_user(profile_id, old_user, user)

            self._run(move, self.stored.emit, "keyring-move")
        else:
            self.stored.emit(None)

    @property
    def known_to_be_missing(self) -> bool:
        """True when the user has already been told that no keyring will keep the secret."""
        return self._state is not None and self._state.kind != "available"

    def leave(self) -> None:
        """Forget what was typed, and take no more interest in the keyring's answers."""
        self.edit.clear()
        self._errands.abandon()

    # --- answers of the keyring ---------------------------------------------------------------

    def _run(self, call: Callable[[], Any], done: Callable[[Any], None], name: str) -> None:
        self._errands.run(call, done, name=name)

    def _show_state(self, state: BackendState) -> None:
        self._state, self._testing = state, False
        self.retranslate()

    def _show_test(self, state: BackendState) -> None:
        self._tested = True
        self._show_state(state)

    def _show_kept(self, kept: SecretResult | None) -> None:
        self._kept = kept
        self.retranslate()

    def _is_stored(self, result: StoreResult) -> None:
        if result.problem:
            from mailoscope_core.storage.credentials import BackendState

            self._state = BackendState("failed", "", result.detail, result.problem)
            self.retranslate()
        self.stored.emit(result)

    def _test(self) -> None:
        self._testing = True
        self.retranslate()
        self._run(self._services.credentials.try_round_trip, self._show_test, "keyring-test")

    def _forget(self) -> None:
        store, profile_id, user = self._services.credentials, self._profile_id, self._user
        self.forget.setEnabled(False)

        def gone(_result: object) -> None:
            self._show_kept(None)

        self._run(lambda: store.delete(profile_id, user), gone, "keyring-delete")

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._services.language.gettext
        label = gettext("Access &token") if self._token else gettext("Pass&word")
        self._label.setText(label)
        self.edit.setAccessibleName(label.replace("&", ""))
        self.session_only.setText(gettext("&For this session only, not in the keyring"))
        self.test.setText(gettext("Test the key&ring"))
        self.forget.setText(gettext("Forget the stored secret"))
        self.test.setEnabled(not self._testing)
        source = self._kept.source if self._kept is not None else None
        self.forget.setVisible(source is not None)
        self.forget.setEnabled(source is not None)
        self.kept_label.setText(self._kept_words(source))
        self.state_label.setText(self._state_words())
        self._colour()

    def _kept_words(self, source: str | None) -> str:
        gettext = self._services.language.gettext
        if source == "keyring":
            return gettext("One is stored in the keyring. Leave this empty to keep it.")
        if source == "session":
            return gettext("One is kept until Mailoscope is closed. Leave this empty to keep it.")
        return gettext("None is stored yet. It never goes into the profile, a log or a report.")

    def _state_words(self) -> str:
        gettext, texts = self._services.language.gettext, self._services.language.texts
        state = self._state
        if self._testing:
            return gettext("Writing, reading and deleting a trial entry …")
        if state is None:
            return gettext("Asking the keyring …")
        if state.kind != "available":
            params = {"detail": state.detail}
            title = self._words.title(texts, state.problem, params)
            return f"✗ {title} {self._words.text(texts, state.problem, params)}"
        name = state.name or gettext("unknown")
        if self._tested:
            words = gettext("The keyring works: a trial entry was written, read back and deleted.")
            return f"✓ {words} ({name})"
        return "✓ " + gettext("The keyring answers: {name}").format(name=name)

    def _colour(self) -> None:
        palette = self.state_label.palette()
        theme, state = self._services.theme, self._state
        colour = self.palette().color(QPalette.ColorRole.WindowText)
        if state is not None and not self._testing:
            colour = theme.reply(250 if state.kind == "available" else 450)
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.state_label.setPalette(palette)
