"""The message editor: written, loaded or ready made, with its warnings."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from mailoscope_core.storage.profile import Profile
from mailoscope_gui.dialogs.message_editor import MessageEditor
from mailoscope_gui.services import Services
from tests.gui.pages_kit import make_services, settle

ANN = Profile(
    name="Office",
    host="smtp.example.org",
    sender="ann@example.org",
    recipients=("bob@example.net",),
)


@pytest.fixture
def services(qtbot: QtBot, tmp_path: Path) -> Services:
    return make_services(tmp_path / "home")


@pytest.fixture
def editor(qtbot: QtBot, services: Services) -> MessageEditor:
    made = MessageEditor(services, ANN)
    qtbot.addWidget(made)
    made.open()
    return made


def found(editor: MessageEditor) -> str:
    return "\n".join(label.text() for label in editor.outcome.findChildren(QLabel))


def spooled(services: Services) -> list[Path]:
    return list(services.directories.spool.rglob("*.eml"))


def choose_sample(editor: MessageEditor, name: str) -> None:
    editor.tabs.setCurrentIndex(2)
    for row in range(editor.sample.list.count()):
        editor.sample.list.setCurrentRow(row)
        if editor.sample.sample.id == name:
            return
    raise AssertionError(name)


def test_a_message_is_written_with_an_attachment(
    qtbot: QtBot, services: Services, editor: MessageEditor, tmp_path: Path
) -> None:
    file = tmp_path / "minutes.txt"
    file.write_text("decided", encoding="utf-8")
    subject = editor.findChild(QLineEdit, "subject")
    text = editor.findChild(QPlainTextEdit, "text")
    assert subject is not None
    assert text is not None
    subject.setText("Grüße")
    qtbot.keyClicks(text, ".a line that begins with a dot")
    editor.compose.add_files([str(file)])
    with qtbot.waitSignal(editor.accepted, timeout=15_000):
        qtbot.mouseClick(editor.use, Qt.MouseButton.LeftButton)
    message = editor.prepared()
    assert message.subject == "Grüße"
    assert message.sender == "ann@example.org"
    assert message.recipients == ("bob@example.net",)
    octets = message.path.read_bytes()
    assert b'filename="minutes.txt"' in octets
    assert b"\n.a line that begins with a dot" in octets


def test_a_bad_address_gets_one_sentence(
    qtbot: QtBot, services: Services, editor: MessageEditor
) -> None:
    sender = editor.findChild(QLineEdit, "from")
    assert sender is not None
    sender.setText("nobody at all")
    editor.use.click()
    settle(qtbot, services)
    assert editor.isVisible()
    assert "nobody at all" in found(editor)
    assert spooled(services) == []


def test_a_file_gets_crlf_and_says_how_many_lines(
    qtbot: QtBot, services: Services, editor: MessageEditor, tmp_path: Path
) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(b"From: ann@example.org\nSubject: x\n\nbody\n")
    editor.tabs.setCurrentIndex(1)
    editor.file.fill({"path": str(file)})
    editor.check.click()
    settle(qtbot, services)
    assert "4 line endings made CRLF" in found(editor)
    assert spooled(services)[0].read_bytes().count(b"\r\n") == 4


def test_as_it_is_has_to_be_wanted_twice(
    qtbot: QtBot, services: Services, editor: MessageEditor, tmp_path: Path
) -> None:
    octets = b"From: ann@example.org\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n\nbody\n"
    file = tmp_path / "mail.eml"
    file.write_bytes(octets)
    editor.tabs.setCurrentIndex(1)
    editor.file.fill({"path": str(file), "as_is": True})
    editor.use.click()
    settle(qtbot, services)
    assert editor.isVisible()
    assert "SMTP smuggling" in found(editor)
    with qtbot.waitSignal(editor.accepted):
        editor.use.click()
    assert editor.prepared().as_is
    assert editor.prepared().path.read_bytes() == octets


def test_a_missing_file_is_named(
    qtbot: QtBot, services: Services, editor: MessageEditor, tmp_path: Path
) -> None:
    editor.tabs.setCurrentIndex(1)
    editor.file.fill({"path": str(tmp_path / "gone.eml")})
    editor.use.click()
    settle(qtbot, services)
    assert "gone.eml" in found(editor)
    assert editor.use.isEnabled()


@pytest.mark.parametrize("name", ["gtube", "eicar"])
def test_what_scanners_stop_needs_consent(
    qtbot: QtBot, services: Services, editor: MessageEditor, name: str
) -> None:
    choose_sample(editor, name)
    assert editor.sample.warning.isVisible()
    assert not editor.use.isEnabled()
    qtbot.mouseClick(editor.sample.agreed, Qt.MouseButton.LeftButton, pos=_left(editor))
    assert editor.use.isEnabled()
    with qtbot.waitSignal(editor.accepted, timeout=15_000):
        editor.use.click()
    assert editor.prepared().warning == name


def test_the_large_sample_asks_how_large(
    qtbot: QtBot, services: Services, editor: MessageEditor
) -> None:
    choose_sample(editor, "large")
    assert editor.sample.megabytes.isVisible()
    editor.sample.megabytes.setValue(2)
    with qtbot.waitSignal(editor.accepted, timeout=15_000):
        editor.use.click()
    assert abs(editor.prepared().size - 2 * 1024 * 1024) < 1024
    choose_sample(editor, "plain")
    assert not editor.sample.megabytes.isVisible()


def test_a_change_after_checking_is_checked_again(
    qtbot: QtBot, services: Services, editor: MessageEditor
) -> None:
    editor.check.click()
    settle(qtbot, services)
    assert len(spooled(services)) == 1
    subject = editor.findChild(QLineEdit, "subject")
    assert subject is not None
    qtbot.keyClicks(subject, "other")
    assert spooled(services) == []
    assert "not been checked" in found(editor)


def test_cancel_leaves_no_message_behind(
    qtbot: QtBot, services: Services, editor: MessageEditor
) -> None:
    editor.check.click()
    settle(qtbot, services)
    editor.reject()
    assert spooled(services) == []


def test_a_sender_of_another_domain_is_told(
    qtbot: QtBot, services: Services, editor: MessageEditor
) -> None:
    sender = editor.findChild(QLineEdit, "from")
    assert sender is not None
    sender.setText("ann@elsewhere.example")
    editor.check.click()
    settle(qtbot, services)
    assert "elsewhere.example" in found(editor)


def test_it_speaks_hindi_while_it_is_open(
    qtbot: QtBot, services: Services, editor: MessageEditor
) -> None:
    editor.check.click()
    settle(qtbot, services)
    services.language.use("hi")
    assert editor.tabs.tabText(0) == services.language.gettext("Compose")
    assert services.language.gettext("Nothing unusual was found.") in found(editor)


def _left(editor: MessageEditor) -> QPoint:
    rect = editor.sample.agreed.rect()
    rect.setWidth(20)
    return rect.center()
