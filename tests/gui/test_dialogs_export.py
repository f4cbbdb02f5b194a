"""The export dialog: what leaves the machine is shown before, and written as shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QRadioButton
from pytestqt.qtbot import QtBot

from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_gui.dialogs.export_dialog import ExportDialog
from mailoscope_gui.services import Services
from mailoscope_gui.shown_session import ShownSession
from tests.core import log_builder
from tests.gui.pages_kit import make_services, settle

HIDDEN = ("mail.corp-a.test", "asha@corp-a.test", "bela@far.test", "203.0.113.50")


@pytest.fixture
def services(qtbot: QtBot, tmp_path: Path) -> Services:
    return make_services(tmp_path / "home")


@pytest.fixture
def dialog(qtbot: QtBot, services: Services) -> ExportDialog:
    built = log_builder.relay_denied()
    session = ShownSession(
        built.header, built.entries, findings=diagnose(built.entries, built.header)
    )
    made = ExportDialog(services, session)
    qtbot.addWidget(made)
    made.open()
    settle(qtbot, services)
    return made


def choose(dialog: ExportDialog, form: str, path: Path) -> None:
    box = dialog.findChild(QComboBox, "format")
    line = dialog.findChild(QLineEdit, "path")
    assert box is not None
    assert line is not None
    box.setCurrentIndex(box.findData(form))
    line.setText(str(path))


def for_own_admin(qtbot: QtBot, services: Services, dialog: ExportDialog) -> None:
    own = dialog.findChild(QRadioButton, "for-own-admin")
    assert own is not None
    own.click()
    settle(qtbot, services)


def test_pseudonyms_are_on_and_listed_before_anything_is_written(dialog: ExportDialog) -> None:
    originals = {
        dialog.table.item(row, 1).text(): dialog.table.item(row, 2).text()
        for row in range(dialog.table.rowCount())
    }
    assert set(HIDDEN) <= set(originals)
    preview = dialog.text.toPlainText()
    assert not [name for name in HIDDEN if name in preview]
    assert all(originals[name] in preview for name in ("mail.corp-a.test", "bela@far.test"))
    assert "corp" not in dialog.path.text()


def test_for_the_own_admin_names_stay(
    qtbot: QtBot, services: Services, dialog: ExportDialog
) -> None:
    for_own_admin(qtbot, services, dialog)
    assert "mail.corp-a.test" in dialog.text.toPlainText()
    assert dialog.table.rowCount() == 0
    assert not dialog.tabs.isTabEnabled(1)
    assert "mail-corp-a-test" in dialog.path.text()


@pytest.mark.parametrize("form", ["html", "md", "txt", "json"])
def test_what_is_written_holds_no_original_name(
    qtbot: QtBot, services: Services, dialog: ExportDialog, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"report.{form}"
    choose(dialog, form, path)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    settle(qtbot, services)
    written = path.read_text(encoding="utf-8")
    assert len(written) > 1000
    assert not [name for name in HIDDEN if name in written]
    assert str(path) in dialog.notice.text()
    if form == "json":
        assert json.loads(written)["pseudonyms"] is True


def test_a_pdf_carries_its_data(
    qtbot: QtBot, services: Services, dialog: ExportDialog, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    choose(dialog, "pdf", path)
    dialog.save_button.click()
    settle(qtbot, services)
    written = path.read_bytes()
    assert written.startswith(b"%PDF-")
    assert written.rstrip().endswith(b"%%EOF")
    assert b"/EmbeddedFiles" in written
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_that_is_there_is_only_replaced_when_asked_twice(
    qtbot: QtBot, services: Services, dialog: ExportDialog, tmp_path: Path
) -> None:
    path = tmp_path / "report.txt"
    path.write_text("mine", encoding="utf-8")
    choose(dialog, "txt", path)
    dialog.save_button.click()
    settle(qtbot, services)
    assert path.read_text(encoding="utf-8") == "mine"
    assert "exists already" in dialog.notice.text()
    dialog.save_button.click()
    settle(qtbot, services)
    assert path.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize("form", ["txt", "pdf"])
def test_a_folder_that_is_not_there_gets_one_sentence(
    qtbot: QtBot, services: Services, dialog: ExportDialog, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "missing" / f"report.{form}"
    choose(dialog, form, path)
    dialog.save_button.click()
    settle(qtbot, services)
    assert dialog.notice.text().startswith("✗")
    assert str(path) in dialog.notice.text()
    assert dialog.save_button.isEnabled()


def test_a_name_of_ones_own_keeps_all_but_its_ending(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    dialog.path.clear()
    qtbot.keyClicks(dialog.path, str(tmp_path / "mine.html"))
    dialog.format.setCurrentIndex(dialog.format.findData("pdf"))
    assert dialog.path.text() == str(tmp_path / "mine.pdf")


def test_the_folder_that_is_suggested_is_there(dialog: ExportDialog) -> None:
    # A home directory without Documents, as each test has one: a person would only get an error.
    assert Path(dialog.path.text()).parent.is_dir()
