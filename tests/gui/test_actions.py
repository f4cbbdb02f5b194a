"""Actions: unique keys, words and icons, switched on by the situation."""

from __future__ import annotations

from importlib import resources

import pytest

from mailoscope_core.report.ladder import Rung
from mailoscope_core.report.state import SessionState
from mailoscope_gui.actions import ACTIONS
from mailoscope_gui.app import Application
from mailoscope_gui.menus import COMMANDS, MENUS, TOOLS
from mailoscope_gui.situation import Situation, situation

BY_ID = {record.id: record for record in ACTIONS}
AHEAD = Rung("quit", "quit", 1, line="QUIT", state="waiting")
BEGUN = Rung("ehlo", "ehlo", 1, line="EHLO a", state="done", started_at=1.0)


def test_ids_and_keys_are_unique() -> None:
    assert len(BY_ID) == len(ACTIONS)
    keys = [record.key for record in ACTIONS if record.key]
    assert len(keys) == len(set(keys))


def test_icons_exist() -> None:
    folder = resources.files("mailoscope_resources").joinpath("icons")
    missing = [
        record.icon
        for record in ACTIONS
        if record.icon and not folder.joinpath(f"{record.icon}.svg").is_file()
    ]
    assert missing == []


def test_each_action_can_be_reached_without_its_key() -> None:
    placed = {name for _title, names in MENUS for name in names} | set(TOOLS) | set(COMMANDS)
    assert set(BY_ID) <= placed
    assert placed - set(BY_ID) <= {"", "commands"}


def test_all_actions_say_what_they_do(application: Application) -> None:
    for name, action in application.window.actions_by_id.by_id.items():
        assert action.text(), name
        assert action.toolTip(), name
        assert action.statusTip(), name


@pytest.mark.parametrize(
    ("now", "possible"),
    [
        (Situation(), set()),
        (Situation(shown=True), set()),
        (Situation(shown=True, live=True, idle=True), {"step", "run", "restart", "cancel"}),
        (Situation(shown=True, live=True, idle=True, at_end=True), {"restart", "cancel"}),
        (Situation(shown=True, live=True, idle=True, asked=True), {"restart", "cancel"}),
        (Situation(shown=True, live=True, running=True), {"pause", "drop", "restart", "cancel"}),
        (
            Situation(shown=True, live=True, idle=True, connected=True, chosen=AHEAD),
            {"step", "run", "run-to", "restart", "restart-to", "cancel", "drop", "say-noop"},
        ),
        (
            Situation(shown=True, live=True, idle=True, connected=True, chosen=BEGUN),
            {"step", "run", "repeat", "restart", "restart-to", "cancel", "drop", "say-noop"},
        ),
    ],
)
def test_what_is_possible_when(now: Situation, possible: set[str]) -> None:
    watched = {
        "step",
        "run",
        "run-to",
        "pause",
        "repeat",
        "restart",
        "restart-to",
        "cancel",
        "drop",
        "say-noop",
    }
    assert {name for name in watched if BY_ID[name].when(now)} == possible


def test_without_a_session_nothing_is_possible() -> None:
    assert situation(None, SessionState(), None, steps_left=True) == Situation()


def test_menus_open_with_their_actions(application: Application) -> None:
    bar = application.window.menuBar()
    assert [action.text().replace("&", "") for action in bar.actions()] == [
        title.replace("&", "") for title, _names in MENUS
    ]
    menu = bar.actions()[1].menu()
    assert menu is not None
    assert BY_ID["step"].text in [action.text() for action in menu.actions()]  # type: ignore[attr-defined]
