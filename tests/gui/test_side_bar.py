"""Profiles and history: opened, duplicated, deleted with a way back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from mailoscope_core.storage.profile import Profile
from tests.gui.person import Person


def save(person: Person, *names: str) -> None:
    for name in names:
        person.application.services.profiles.save(Profile(name=name, host="mail.example.net"))
    person.application.controller.profiles_changed.emit()
    model = person.application.window.side_bar.profiles_model
    person.wait(lambda: model.rowCount() == len(names))


def test_profiles_are_listed_and_opened(person: Person) -> None:
    save(person, "Work", "Home")
    side = person.application.window.side_bar
    assert [side.profiles_model.index(n, 0).data() for n in range(2)] == ["Home", "Work"]
    person.click_cell(side.profiles.table, 1, 0)
    person.wait_for_stop("start")
    assert person.session.header.title == "Work"
    assert person.application.window.pages.shown == "session"
    assert person.application.window.windowTitle().startswith("Work")


def test_a_deleted_profile_comes_back(person: Person) -> None:
    save(person, "Work")
    side = person.application.window.side_bar
    side.profiles.table.setCurrentIndex(side.profiles_model.index(0, 0))
    person.qtbot.keyClick(side.profiles.table, Qt.Key.Key_Delete)
    person.wait(lambda: side.profiles_model.rowCount() == 0)
    undo = person.find(QPushButton, "undo")
    assert isinstance(undo, QPushButton)
    person.wait(undo.isVisible)
    person.click(undo)
    person.wait(lambda: side.profiles_model.rowCount() == 1)
    assert [each.name for each in person.application.services.profiles.list()] == ["Work"]


def test_sessions_appear_once_they_have_begun(person: Person) -> None:
    side = person.application.window.side_bar
    person.practise("submission")
    person.wait_for_all()
    assert side.history_model.rowCount() == 0, "nothing has happened yet"
    person.press("run")
    person.wait_for_stop("end")
    person.wait(lambda: side.history_model.rowCount() == 1)
    first = person.session.path
    person.practise("auth-rejected")
    person.wait(lambda: len(person.application.services.history.list()) == 2)
    person.practise("relay-denied")
    (
        person.wait(lambda: len(person.application.services.history.list()) == 2),
        "the untouched one went",
    )
    row = next(
        n for n in range(side.history_model.rowCount()) if side.history_model.item(n).path == first
    )
    person.click_cell(side.history.table, row, 0)
    person.wait(lambda: person.session.path == first)
    person.wait_for_all()
    assert person.session.runner is None


def test_a_damaged_profile_is_told_of(person: Person) -> None:
    services = person.application.services
    services.directories.profiles.mkdir(parents=True)
    (services.directories.profiles / "broken.toml").write_text("name = \n")
    person.application.controller.profiles_changed.emit()
    person.wait(person.application.window.notice.isVisible)
    assert "broken.toml" in person.application.window.notice.text.text()
