"""The language: switched while running, everywhere, and for Qt's own words."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from mailoscope_gui.actions import ACTIONS
from mailoscope_gui.app import Application
from mailoscope_gui.i18n import N_, Language
from tests.checkout import ROOT
from tests.gui.person import Person
from tests.gui.spoken import no_language_left

SPLIT = re.compile("&[\u0900-\u097f]")


def loud(message: str) -> str:
    """Write in capitals, but for the placeholders."""
    return "".join(
        part if part.startswith("{") else part.upper() for part in re.split(r"({.*?})", message)
    )


class Upper:
    """A made-up language, so that the test does not depend on what has been translated."""

    language = "xx"

    def gettext(self, message: str) -> str:
        return loud(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return loud(singular if count == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        return f"{context}:{message}"


@pytest.fixture
def shouting(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The window after a switch to the made-up language."""
    language = application.services.language
    for name in ("gettext", "ngettext", "pgettext"):
        monkeypatch.setattr(language, name, getattr(Upper(), name))
    language.changed.emit()
    return application


def test_marking_does_not_change_a_text() -> None:
    assert N_("Step") == "Step"


def test_all_views_follow_a_switch(shouting: Application) -> None:
    window = shouting.window
    assert window.menuBar().actions()[0].text() == "&FILE"
    for record in ACTIONS:
        assert window.actions_by_id.by_id[record.id].text() == record.text.upper()
    page = window.session_page
    assert page.tabs.tabText(0) == "TRANSCRIPT"
    assert page.command.send.text() == "S&END"
    assert page.arming.stage.itemText(0) == "LOG IN AND STOP"
    assert page.inspector.caption.text() == "WHAT HAPPENED"
    assert window.side_bar.profiles.caption.text() == "PROFILES"
    model = shouting.controller.view.timing
    from PySide6.QtCore import Qt

    assert model.headerData(0, Qt.Orientation.Horizontal) == "STEP"


def test_a_switch_in_a_session_keeps_all_rows(person: Person) -> None:
    person.practise("submission")
    person.press("run")
    person.wait_for_stop("end")
    view = person.application.controller.view
    rows = [row.seq for row in view.transcript.snapshot]
    steps = [rung.step for rung in view.ladder.rungs]
    person.application.services.language.changed.emit()
    person.wait_for_all()
    assert [row.seq for row in view.transcript.snapshot] == rows
    assert [rung.step for rung in view.ladder.rungs] == steps


def test_hindi_and_back(qapp: QApplication, qtbot: QtBot) -> None:
    language = Language("en")
    with qtbot.waitSignal(language.changed):
        language.use("hi")
    assert language.code == "hi"
    with qtbot.waitSignal(language.changed):
        language.use("en")
    assert language.gettext("Step") == "Step"


def test_qts_own_words_come_from_the_catalogue(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    language = Language("en")
    language.use("hi")
    monkeypatch.setattr(language, "pgettext", Upper().pgettext)
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Qt:Cancel"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text().endswith("Cancel")
    assert QCoreApplication.translate("QPlatformTheme", "Unheard of") == "Unheard of"
    language.use("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_no_mnemonic_splits_a_letter_of_devanagari() -> None:
    po = ROOT / "resources/mailoscope_resources/locale/hi/LC_MESSAGES/mailoscope.po"
    split = [line for line in po.read_text(encoding="utf-8").splitlines() if SPLIT.search(line)]
    assert split == [], "write the key in brackets: खोलें (&O)"


def test_a_test_that_ends_in_hindi_leaves_nothing_behind(qapp: QApplication) -> None:
    formats = QLocale().name()
    with no_language_left():
        left = Language("en")
        left.use("hi")
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") != "Cancel"
        assert QLocale().name() == "hi_IN"
    assert left.code == "hi"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    assert QLocale().name() == formats
