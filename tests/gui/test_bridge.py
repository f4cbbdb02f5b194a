"""The bridge: every entry once, in order, in slices that never hold the window up."""

from __future__ import annotations

import gc
import threading
import time

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mailoscope_core.record.events import Entry, Header, ReplyReceived
from mailoscope_core.record.log import SessionLog
from mailoscope_gui.bridge import SessionBridge
from mailoscope_gui.collector import Collector
from mailoscope_gui.i18n import Language
from mailoscope_gui.session_view import SessionView
from mailoscope_gui.shown_session import ShownSession
from mailoscope_gui.theme import Theme

HEADER = Header(schema=1, session="s", started="2026-11-23T20:00:00+00:00", app="test")
REPLY = ReplyReceived(code=250, lines=("ok",), raw="250 ok\r\n", size=8, verb="noop", step="noop")


class Taker:
    """Keeps what it is fed, and how much of it each time."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.slices: list[int] = []
        self.threads: set[int] = set()

    def feed(self, entry: Entry) -> None:
        """Keep an entry's number."""
        self.seen.append(entry.seq)
        self.threads.add(threading.get_ident())

    def flush(self) -> None:
        """Note where the slice ended."""
        self.slices.append(len(self.seen))


def test_entries_of_a_worker_arrive_in_order_in_the_gui_thread(qtbot: QtBot) -> None:
    log, taker = SessionLog(HEADER), Taker()
    bridge = SessionBridge(log, taker)
    log.subscribe(bridge.notify)
    worker = threading.Thread(target=lambda: [log.append(REPLY) for _ in range(5000)])
    worker.start()
    qtbot.waitUntil(lambda: len(taker.seen) == 5000, timeout=10_000)
    worker.join()
    assert taker.seen == list(range(5000))
    assert taker.threads == {threading.get_ident()}


def test_at_most_one_wake_up_is_outstanding(qtbot: QtBot) -> None:
    log, taker = SessionLog(HEADER), Taker()
    bridge = SessionBridge(log, taker)
    wakes: list[None] = []
    bridge.wake.connect(lambda: wakes.append(None))
    log.subscribe(bridge.notify)
    for _ in range(20):
        log.append(REPLY)
    QCoreApplication.processEvents()
    assert len(wakes) == 1
    assert taker.seen == list(range(20))
    assert taker.slices == [20], "shown at once"


def test_five_thousand_wake_ups(qtbot: QtBot) -> None:
    log, taker = SessionLog(HEADER), Taker()
    # A clock that stands still: on a busy machine one entry may outlast a slice.
    bridge = SessionBridge(log, taker, clock=lambda: 0.0)
    log.subscribe(bridge.notify)
    for number in range(5000):
        log.append(REPLY)
        QCoreApplication.processEvents()
        assert len(taker.seen) == number + 1


def test_a_slice_ends_in_time(qtbot: QtBot) -> None:
    log, taker = SessionLog(HEADER), Taker()
    for _ in range(100):
        log.append(REPLY)
    # Each look at the clock is 5 ms later: a slice of 8 ms has room for two strides at most.
    ticks = iter(range(10_000))
    bridge = SessionBridge(log, taker, clock=lambda: next(ticks) * 0.005)
    with qtbot.waitSignal(bridge.caught_up, timeout=5000):
        bridge.notify()
    assert taker.seen == list(range(100))
    assert len(taker.slices) > 1


def test_a_closed_bridge_delivers_nothing(qtbot: QtBot) -> None:
    log, taker = SessionLog(HEADER), Taker()
    bridge = SessionBridge(log, taker)
    log.subscribe(bridge.notify)
    log.append(REPLY)
    bridge.close()
    QCoreApplication.processEvents()
    log.append(REPLY)
    QCoreApplication.processEvents()
    assert taker.seen == []


def test_rewinding_reads_everything_again(qtbot: QtBot) -> None:
    log, taker = SessionLog(HEADER), Taker()
    bridge = SessionBridge(log, taker)
    for _ in range(3):
        log.append(REPLY)
    bridge.notify()
    QCoreApplication.processEvents()
    bridge.rewind()
    QCoreApplication.processEvents()
    assert taker.seen == [0, 1, 2, 0, 1, 2]


@pytest.mark.slow
def test_a_hundred_thousand_entries_do_not_stall_the_window(
    qapp: QApplication, qtbot: QtBot
) -> None:
    log = SessionLog(HEADER)
    for _ in range(100_000):
        log.append(REPLY)
    view = SessionView(Language("en"), Theme("light"))
    heart = Heart()
    # As in the program: what was loaded at the start is out of the collector's sight.
    gc.freeze()
    collector = Collector()
    collector.start()
    view.attach(ShownSession(HEADER, log))
    assert view.bridge is not None
    bridge = view.bridge
    with qtbot.waitSignal(bridge.caught_up, timeout=120_000):
        heart.start()
    heart.stop()
    collector.stop()
    gc.unfreeze()
    assert view.transcript.rowCount() == 100_000
    assert heart.beats > 100, "the window was alive all the time"
    # What the GUI thread itself used between two beats: other programs on the machine do not count.
    assert heart.longest_ms < 50, f"the window stood still for {heart.longest_ms:.0f} ms"
    view.detach()


class Heart:
    """Beats as often as the event loop lets it and remembers the longest pause."""

    def __init__(self) -> None:
        self.beats = 0
        self.longest_ms = 0.0
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin."""
        self._last = time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.thread_time()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000)
        self._last = now
        self.beats += 1
