"""Doors open their dialogs, pages show by name, the command line begins in the right one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage.profile import Profile
from mailoscope_gui.app import begin
from mailoscope_gui.options import Options, parse
from tests.gui.person import Person


@pytest.mark.parametrize("action", ["new-profile", "open", "preferences", "practise", "about"])
def test_doors_that_need_no_session(person: Person, action: str) -> None:
    person.press(action)
    dialogs = person.application.window.findChildren(QDialog)
    assert [dialog.isVisible() for dialog in dialogs] == [True]
    assert dialogs[0].windowTitle()
    dialogs[0].reject()


@pytest.mark.parametrize("action", ["save", "export", "breakpoints"])
def test_doors_of_a_session(person: Person, action: str) -> None:
    person.practise("submission")
    person.press(action)
    dialogs = person.application.window.findChildren(QDialog)
    assert [dialog.isVisible() for dialog in dialogs] == [True]
    dialogs[0].reject()


def test_the_message_is_edited_where_sending_is_armed(person: Person) -> None:
    person.practise("submission")
    person.click(person.page.arming.message)
    dialogs = person.application.window.findChildren(QDialog)
    assert [dialog.isVisible() for dialog in dialogs] == [True]
    dialogs[0].reject()


def test_a_session_is_saved_where_the_user_says(person: Person, tmp_path: Path) -> None:
    person.practise("submission")
    person.press("save")
    dialog = person.application.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    path = tmp_path / "mine.mailoscope.jsonl"
    dialog.fileSelected.emit(str(path))
    person.wait(path.exists)
    dialog.reject()


def test_renaming_a_profile(person: Person) -> None:
    services = person.application.services
    profile = services.profiles.save(Profile(name="Old", host="h.example"))
    person.application.window.doors.rename_profile(profile)
    dialog = person.application.window.findChild(QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("New")
    dialog.accept()
    person.wait(lambda: [each.name for each in services.profiles.list()] == ["New"])


def test_profiles_go_out_and_come_in(person: Person, tmp_path: Path) -> None:
    services = person.application.services
    doors, window = person.application.window.doors, person.application.window
    profile = services.profiles.save(Profile(name="Work", host="h.example"))
    doors.export_profile(profile)
    path = tmp_path / "work.toml"
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    person.wait(path.exists)
    dialog.reject()
    services.profiles.delete(profile.id)
    person.wait(lambda: window.findChild(QFileDialog) is None)
    doors.import_profiles()
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    person.wait(lambda: [each.name for each in services.profiles.list()] == ["Work"])
    dialog.reject()


def test_pages_by_their_actions(person: Person) -> None:
    pages = person.application.window.pages
    assert pages.shown == "start"
    for action, name in (
        ("page-explain", "explain"),
        ("page-reference", "reference"),
        ("page-providers", "providers"),
        ("page-start", "start"),
    ):
        person.press(action)
        assert pages.shown == name
    assert not person.enabled("page-session")
    person.practise("submission")
    assert pages.shown == "session"


def test_a_code_is_looked_up_from_the_inspector(person: Person) -> None:
    person.application.controller.ask_code(354, other=503)
    assert person.application.window.pages.shown == "reference"
    person.application.controller.ask_code(535, "5.7.8")
    assert person.application.window.pages.shown == "reference"


def test_a_session_file_on_the_command_line(person: Person, tmp_path: Path) -> None:
    person.practise("submission")
    person.press("run")
    person.wait_for_stop("end")
    path = tmp_path / "kept.mailoscope.jsonl"
    person.application.controller.save_as(path)
    person.wait(path.exists)
    begin(person.application, Options(session=path))
    person.wait(lambda: person.session.path == path)


def test_a_file_that_is_no_session_is_told_of(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    begin(person.application, Options(session=path))
    person.wait(person.application.window.notice.isVisible)
    assert "notes.txt" in person.application.window.notice.text.text()


def test_a_profile_on_the_command_line(person: Person) -> None:
    person.application.services.profiles.save(Profile(name="Work", host="h.example"))
    begin(person.application, Options(profile="work"))
    person.wait(lambda: person.application.controller.session is not None)
    assert person.session.header.title == "Work"


def test_an_unknown_profile_or_scenario_is_told_of(person: Person) -> None:
    troubles: list[object] = []
    person.application.controller.troubled.connect(troubles.append)
    begin(person.application, Options(profile="nobody"))
    person.wait(lambda: len(troubles) == 1)
    begin(person.application, Options(practice="nothing"))
    person.wait(lambda: len(troubles) == 2)
    assert [each.code for each in troubles if isinstance(each, UserError)] == [
        "profile-not-found",
        "scenario-unknown",
    ]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], Options()),
        (["a.mailoscope.jsonl"], Options(session=Path("a.mailoscope.jsonl"))),
        (["--practice", "drop:17"], Options(practice="drop:17")),
        (["--profile", "Work", "--theme", "dark"], Options(profile="Work", theme="dark")),
        (["--headless", "--out", "o"], Options(headless=True, out=Path("o"))),
        (["--lang", "hi"], Options(language="hi")),
    ],
)
def test_options(arguments: list[str], options: Options) -> None:
    assert parse(arguments) == options


def test_an_unknown_language_is_named_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(["--lang", "xx"])
    said = capsys.readouterr().err
    assert "xx" in said
    assert "en, hi" in said
