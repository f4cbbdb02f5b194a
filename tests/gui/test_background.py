"""Calls off the GUI thread: results and errors arrive in it, unless nobody wants them any more."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from mailoscope_core.base.errors import UserError
from mailoscope_gui.background import Background


def test_the_result_arrives_in_the_gui_thread(qtbot: QtBot) -> None:
    background, got = Background(), []
    background.run(
        threading.get_ident, lambda where: got.append((where, threading.get_ident())), name="t"
    )
    qtbot.waitUntil(lambda: bool(got))
    where, here = got[0]
    assert where != here == threading.get_ident()
    assert not background.busy


def test_an_error_goes_to_who_asked(qtbot: QtBot) -> None:
    background, errors = Background(), []

    def fail() -> None:
        raise UserError("host-missing", profile="p")

    background.run(fail, lambda _none: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], UserError)


def test_an_error_that_nobody_takes_is_shown(qtbot: QtBot) -> None:
    background = Background()
    with qtbot.waitSignal(background.failed) as caught:
        background.run(lambda: 1 // 0, lambda _none: None)
    assert isinstance(caught.args[0], ZeroDivisionError)


def test_an_abandoned_result_is_dropped(qtbot: QtBot) -> None:
    background, got, go = Background(), [], threading.Event()
    ticket = background.run(go.wait, got.append)
    ticket.abandon()
    assert not background.busy
    go.set()
    other: list[int] = []
    background.run(lambda: 1, other.append)
    qtbot.waitUntil(lambda: bool(other))
    assert got == []
