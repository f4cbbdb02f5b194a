"""The help in the window: every page, the one that fits, its actions, and the keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QToolButton

from mailoscope_core.knowledge.help_pages import in_words, load_help_pages
from mailoscope_gui.actions import ACTIONS
from mailoscope_gui.dialogs.help_window import KEYS, HelpWindow
from mailoscope_gui.menus import MENUS
from tests.gui.person import Person


def window_of(person: Person) -> HelpWindow:
    window = person.application.window.doors.help_window
    assert window is not None
    person.wait_for_background()
    return window


def said(window: HelpWindow) -> str:
    return "\n".join(label.text() for label in window.text.findChildren(QLabel))


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_page_is_in_the_menu_and_shows_all_it_says(person: Person, language: str) -> None:
    person.application.services.language.use(language)
    texts = person.application.services.language.texts
    menu = next(names for title, names in MENUS if title == "&Help")
    for page in load_help_pages():
        action = f"help-{page.name}"
        assert action in menu
        person.press(action)
        window = window_of(person)
        person.wait(lambda name=page.name, window=window: window.shown == name)
        text = said(window)
        worded = in_words(page, texts).page
        assert worded.title in text
        for section in worded.sections:
            for sentence in (*section.paragraphs, *section.steps, *section.points):
                assert sentence in text, (page.name, sentence)


def test_actions_named_by_the_help_exist_and_work(person: Person) -> None:
    known = {record.id for record in ACTIONS}
    for page in load_help_pages():
        for section in page.sections:
            assert set(section.actions) <= known, (page.name, section.id)
    person.press("help-looking-up")
    window = window_of(person)
    buttons = {
        button.defaultAction().objectName(): button
        for button in window.text.findChildren(QToolButton)
        if button.defaultAction() is not None
    }
    assert not buttons["mark"].isEnabled()
    person.qtbot.mouseClick(buttons["page-reference"], Qt.MouseButton.LeftButton)
    assert person.application.window.pages.shown == "reference"


def test_f1_opens_the_page_that_fits(person: Person) -> None:
    person.press("help")
    assert window_of(person).shown == "first-session"
    person.press("page-reference")
    person.press("help")
    assert window_of(person).shown == "looking-up"
    person.practise("submission")
    person.press("help")
    assert window_of(person).shown == "practice"


def test_the_keys_are_those_of_the_actions(person: Person) -> None:
    person.press("help-keys")
    window = window_of(person)
    assert window.shown == KEYS
    text = said(window)
    for record in ACTIONS:
        if record.key:
            native = QKeySequence(record.key).toString(QKeySequence.SequenceFormat.NativeText)
            assert native in text, record.id
            assert record.text.replace("&", "") in text


def test_the_help_follows_the_language(person: Person) -> None:
    person.press("help-report")
    english = said(window_of(person))
    person.application.services.language.use("hi")
    window = window_of(person)
    assert window.shown == "report"
    assert said(window) != english
