"""The preferences, which apply at once, and the choice of a practice scenario."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from mailoscope_core.practice.scenarios import list_scenarios, load_scenario
from mailoscope_core.storage.settings import PreferencesStore
from mailoscope_gui.dialogs.practice_dialog import PracticeDialog
from mailoscope_gui.dialogs.preferences_dialog import PreferencesDialog
from mailoscope_gui.services import Services
from tests.gui.pages_kit import settle


def preferences(qtbot: QtBot, services: Services) -> PreferencesDialog:
    dialog = PreferencesDialog(services)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def choose(dialog: PreferencesDialog, name: str, words: str) -> None:
    box = dialog.findChild(QComboBox, name)
    assert box is not None
    box.setCurrentText(words)


def test_preferences_apply_at_once_and_are_kept(qtbot: QtBot, services: Services) -> None:
    dialog = preferences(qtbot, services)
    with qtbot.waitSignal(services.theme.changed):
        choose(dialog, "theme", "Dark")
    assert services.theme.dark
    with qtbot.waitSignal(services.language.changed):
        choose(dialog, "language", "हिन्दी")
    assert services.language.code == "hi"
    assert dialog.windowTitle() == services.language.gettext("Preferences")
    keep = dialog.findChild(QCheckBox, "keep_history")
    connect = dialog.findChild(QDoubleSpinBox, "connect")
    assert keep is not None
    assert connect is not None
    keep.setChecked(False)
    connect.setValue(5)
    dialog.accept()
    settle(qtbot, services)
    kept = PreferencesStore(services.directories.preferences).load().preferences
    assert (kept.theme, kept.language, kept.keep_history) == ("dark", "hi", False)
    assert kept.timeouts.connect == 5.0


def test_cancel_takes_everything_back(qtbot: QtBot, services: Services) -> None:
    dialog = preferences(qtbot, services)
    choose(dialog, "theme", "Dark")
    choose(dialog, "language", "हिन्दी")
    dialog.reject()
    settle(qtbot, services)
    assert not services.theme.dark
    assert services.language.code == "en"


def test_opening_changes_nothing(qtbot: QtBot, services: Services) -> None:
    before = services.preferences
    preferences(qtbot, services).accept()
    settle(qtbot, services)
    assert services.preferences == before
    assert not services.directories.preferences.exists()


def practising(qtbot: QtBot, services: Services) -> PracticeDialog:
    dialog = PracticeDialog(services)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.scenarios.list.count() > 0, timeout=15_000)
    return dialog


def groups(dialog: PracticeDialog) -> dict[str, list[str]]:
    """Return the visible scenarios by id, under their visible headings."""
    found: dict[str, list[str]] = {}
    heading = ""
    for row in range(dialog.scenarios.list.count()):
        item = dialog.scenarios.list.item(row)
        name = item.data(Qt.ItemDataRole.UserRole)
        if item.isHidden():
            continue
        if name is None:
            heading = item.text()
            assert not item.flags(), "a heading cannot be chosen"
            found[heading] = []
        else:
            found[heading].append(name)
    return found


def test_every_scenario_can_be_chosen_as_it_is(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    names = [scenario.id for scenario in list_scenarios()]
    assert sorted(name for group in groups(dialog).values() for name in group) == names
    for name in names:
        dialog.scenarios.select(name)
        scenario = load_scenario(dialog.scenario())
        assert scenario.id == name
        assert dialog.description.text() == scenario.description
        assert scenario.argument == load_scenario(name).argument


def test_the_knob_of_a_scenario_is_turned(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    qtbot.keyClicks(dialog.scenarios.filter, "breaks off")
    dialog.scenarios.select("drop")
    assert dialog.number.isVisible()
    dialog.number.setValue(17)
    assert dialog.scenario() == "drop:17"
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)


def test_a_scenario_without_a_knob_shows_none(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    dialog.scenarios.select("submission")
    assert not dialog.number.isVisible()
    assert not dialog.choice.isVisible()
    assert dialog.scenario() == "submission"


def test_scenarios_stand_under_the_step_that_fails(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    found = groups(dialog)
    assert next(iter(found)) == "It works"
    assert found["It works"][0] == "submission"
    assert "auth-not-offered" in found["Log-in"]
    assert "relay-denied" in found["Sender and recipients"]
    assert "cert-expired" in found["TLS and certificate"]
    assert max(len(names) for names in found.values()) < 25


def test_the_filter_finds_what_the_server_says(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    qtbot.keyClicks(dialog.scenarios.filter, "5.7.64")
    assert groups(dialog) == {"Sender and recipients": ["tenant-attribution"]}
    assert dialog.scenario() == "tenant-attribution:connector"
    dialog.scenarios.filter.clear()
    assert len(groups(dialog)) > 5


def test_arrow_keys_pass_over_headings(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    names = [name for group in groups(dialog).values() for name in group]
    walked = [dialog.scenario().partition(":")[0]]
    for _ in names[1:]:
        qtbot.keyClick(dialog.scenarios.filter, Qt.Key.Key_Down)
        walked.append(dialog.scenario().partition(":")[0])
    assert walked == names
    dialog.scenarios.select("submission")
    for _ in names[1:12]:
        qtbot.keyClick(dialog.scenarios.list, Qt.Key.Key_Down)
    assert dialog.scenario().partition(":")[0] == names[11]


def test_nothing_chosen_nothing_started(qtbot: QtBot, services: Services) -> None:
    dialog = practising(qtbot, services)
    qtbot.keyClicks(dialog.scenarios.filter, "zzzz")
    assert not dialog.start_button.isEnabled()
    dialog.accept()
    assert dialog.isVisible()
