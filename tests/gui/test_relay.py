"""A worker that outlives the window neither wakes it nor keeps its objects alive."""

from __future__ import annotations

import threading
import weakref

from pytestqt.qtbot import QtBot

from mailoscope_gui.background import Background
from mailoscope_gui.relay import Relay


def test_a_closed_relay_does_nothing() -> None:
    calls: list[int] = []
    relay = Relay(lambda: calls.append(1))
    relay()
    relay("news")
    relay.close()
    relay()
    assert calls == [1, 1]


def test_closing_waits_for_a_call_under_way() -> None:
    inside, go, order = threading.Event(), threading.Event(), []

    def wake() -> None:
        inside.set()
        go.wait(10)
        order.append("woken")

    relay = Relay(wake)
    worker = threading.Thread(target=relay)
    worker.start()
    assert inside.wait(10)
    closer = threading.Thread(target=lambda: (relay.close(), order.append("closed")))
    closer.start()
    go.set()
    worker.join()
    closer.join()
    assert order == ["woken", "closed"]


def test_a_thread_does_not_keep_the_qt_object(qtbot: QtBot) -> None:
    background, go = Background(), threading.Event()
    ticket = background.run(go.wait, lambda _done: None, name="late")
    pending = ticket.pending
    gone = weakref.ref(background)
    background.close()
    del background, ticket
    assert gone() is None, "destroyed here, while the thread is still at work"
    go.set()
    assert pending is not None
    qtbot.waitUntil(lambda: pending.done)
