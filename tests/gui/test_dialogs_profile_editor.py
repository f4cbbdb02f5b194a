"""The profile editor as a person uses it, with keyrings that work and that do not."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from keyring.backends.SecretService import Keyring as SecretServiceKeyring
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from mailoscope_core.storage.credentials import CredentialStore
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_gui.dialogs.profile_editor import ProfileEditor
from mailoscope_gui.services import Services
from tests.gui.pages_kit import MemoryKeyring, make_services, settle
from tests.servers.secret_service import SecretService

ANN = Profile(name="Office", host="smtp.example.org", user="ann@example.org")


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def services(qtbot: QtBot, tmp_path: Path, keyring: MemoryKeyring) -> Services:
    return make_services(tmp_path, keyring)


def opened(qtbot: QtBot, services: Services, profile: Profile = ANN) -> ProfileEditor:
    editor = ProfileEditor(services, profile)
    qtbot.addWidget(editor)
    editor.open()
    settle(qtbot, services)
    return editor


def field(editor: ProfileEditor, name: str) -> QLineEdit:
    found = editor.findChild(QLineEdit, name)
    assert found is not None
    return found


def problem(editor: ProfileEditor, name: str) -> str:
    label = editor.findChild(QLabel, f"problem-{name}")
    assert label is not None
    return label.text() if not label.isHidden() else ""


def type_over(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_what_is_typed_becomes_the_profile(qtbot: QtBot, services: Services) -> None:
    editor = opened(qtbot, services)
    type_over(qtbot, field(editor, "host"), "mail.example.net")
    port = editor.findChild(QSpinBox, "port")
    tls = editor.findChild(QComboBox, "tls")
    assert port is not None
    assert tls is not None
    port.setValue(465)
    qtbot.keyClicks(tls, "Implicit")
    with qtbot.waitSignal(editor.accepted):
        qtbot.mouseClick(editor.save_button, Qt.MouseButton.LeftButton)
    changed = editor.profile()
    assert (changed.host, changed.port, changed.tls) == (
        "mail.example.net",
        465,
        TlsMode.IMPLICIT,
    )
    assert (changed.id, changed.user) == (ANN.id, "ann@example.org")


def test_an_unchanged_profile_stays_what_it_is(qtbot: QtBot, services: Services) -> None:
    assert opened(qtbot, services).profile() == ANN


def test_the_modes_of_tls_cannot_be_mistaken(qtbot: QtBot, services: Services) -> None:
    editor = opened(qtbot, services)
    tls = editor.findChild(QComboBox, "tls")
    assert tls is not None
    assert [tls.itemText(row) for row in range(tls.count())] == [
        "STARTTLS, required",
        "Implicit TLS",
        "STARTTLS if offered",
        "No TLS",
    ]


def test_a_web_address_is_complained_about_where_it_stands(
    qtbot: QtBot, services: Services
) -> None:
    editor = opened(qtbot, services)
    editor.tabs.setCurrentIndex(3)
    type_over(qtbot, field(editor, "host"), "https://smtp.example.org")
    assert "smtp.example.org" in problem(editor, "host")
    qtbot.mouseClick(editor.save_button, Qt.MouseButton.LeftButton)
    assert editor.result() != QDialog.DialogCode.Accepted
    assert editor.tabs.currentIndex() == 0
    type_over(qtbot, field(editor, "host"), "smtp.example.org")
    assert problem(editor, "host") == ""


def test_a_name_that_is_taken_is_told(qtbot: QtBot, services: Services) -> None:
    services.profiles.save(Profile(name="Home", host="smtp.example.net"))
    editor = opened(qtbot, services)
    type_over(qtbot, field(editor, "name"), "home")
    assert "home" in problem(editor, "name")


def test_the_password_goes_to_the_keyring_and_nowhere_else(
    qtbot: QtBot, services: Services, keyring: MemoryKeyring
) -> None:
    editor = opened(qtbot, services)
    assert "Keyring of the test" in editor.secret.state_label.text()
    editor.tabs.setCurrentIndex(1)
    qtbot.keyClicks(editor.secret.edit, "correct horse")
    assert editor.secret.edit.echoMode() is QLineEdit.EchoMode.Password
    with qtbot.waitSignal(editor.accepted):
        qtbot.mouseClick(editor.save_button, Qt.MouseButton.LeftButton)
    assert keyring.entries == {(f"mailoscope:{ANN.id}", "ann@example.org"): "correct horse"}
    assert threading.main_thread() not in keyring.threads
    assert editor.secret.edit.text() == ""
    assert "correct horse" not in repr(editor.profile())


def test_a_stored_password_is_told_of_and_can_be_forgotten(
    qtbot: QtBot, services: Services, keyring: MemoryKeyring
) -> None:
    keyring.entries[f"mailoscope:{ANN.id}", ANN.user] = "correct horse"
    editor = opened(qtbot, services)
    assert "stored in the keyring" in editor.secret.kept_label.text()
    forget = editor.findChild(QPushButton, "forget-secret")
    assert forget is not None
    assert not forget.isHidden()
    forget.click()
    settle(qtbot, services)
    assert keyring.entries == {}
    assert forget.isHidden()


def test_the_password_follows_a_new_user_name(
    qtbot: QtBot, services: Services, keyring: MemoryKeyring
) -> None:
    keyring.entries[f"mailoscope:{ANN.id}", ANN.user] = "correct horse"
    editor = opened(qtbot, services)
    editor.tabs.setCurrentIndex(1)
    type_over(qtbot, field(editor, "user"), "bob@example.org")
    with qtbot.waitSignal(editor.accepted):
        editor.save_button.click()
    assert keyring.entries == {(f"mailoscope:{ANN.id}", "bob@example.org"): "correct horse"}


def test_for_this_session_only(qtbot: QtBot, services: Services, keyring: MemoryKeyring) -> None:
    editor = opened(qtbot, services)
    editor.secret.edit.setText("correct horse")
    editor.secret.session_only.setChecked(True)
    with qtbot.waitSignal(editor.accepted):
        editor.save_button.click()
    assert keyring.entries == {}
    kept = services.credentials.get(ANN.id, ANN.user)
    assert kept.source == "session"
    assert kept.secret is not None


def test_testing_the_keyring_says_that_it_works(
    qtbot: QtBot, services: Services, keyring: MemoryKeyring
) -> None:
    editor = opened(qtbot, services)
    editor.secret.test.click()
    settle(qtbot, services)
    assert "written, read back and deleted" in editor.secret.state_label.text()
    assert keyring.entries == {}


def test_without_a_keyring_the_reason_is_shown_before(qtbot: QtBot, tmp_path: Path) -> None:
    services = make_services(tmp_path)
    editor = opened(qtbot, services)
    assert "no keyring" in editor.secret.state_label.text()
    editor.secret.edit.setText("correct horse")
    with qtbot.waitSignal(editor.accepted):
        editor.save_button.click()
    assert services.credentials.get(ANN.id, ANN.user).source == "session"


def test_a_keyring_that_fails_while_storing_is_told_and_read(
    qtbot: QtBot, services: Services, keyring: MemoryKeyring
) -> None:
    editor = opened(qtbot, services)
    keyring.trouble = OSError("the safe is jammed")
    editor.secret.edit.setText("correct horse")
    editor.save_button.click()
    settle(qtbot, services)
    assert editor.isVisible()
    assert "jammed" in editor.secret.state_label.text()
    assert "until Mailoscope is closed" in editor.notice.text()
    with qtbot.waitSignal(editor.accepted):
        editor.save_button.click()
    assert services.credentials.get(ANN.id, ANN.user).source == "session"


def test_the_language_changes_while_it_is_open(qtbot: QtBot, services: Services) -> None:
    editor = opened(qtbot, services)
    type_over(qtbot, field(editor, "host"), "")
    services.language.use("hi")
    tls = editor.findChild(QComboBox, "tls")
    assert tls is not None
    assert tls.itemText(1) == services.language.gettext("Implicit TLS")
    assert tls.currentIndex() == 0


@pytest.mark.servers
def test_with_a_real_secret_service(
    qtbot: QtBot,
    tmp_path: Path,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret_service.apply(monkeypatch)
    services = make_services(tmp_path)
    # By name: `keyring` itself looks for a back end only once a process.
    services.__dict__["credentials"] = CredentialStore(SecretServiceKeyring)
    editor = opened(qtbot, services)
    editor.secret.test.click()
    settle(qtbot, services)
    assert editor.secret.state_label.text().startswith("✓")
    editor.secret.edit.setText("correct horse")
    with qtbot.waitSignal(editor.accepted, timeout=15_000):
        editor.save_button.click()
    assert services.credentials.get(ANN.id, ANN.user).source == "keyring"
