"""What the window's benchmarks measure in a process of its own: `bare`, `full` or `flood`.

`bare` and `full` print a line when the first paint is done; the parent takes the time. `flood`
has a worker append log entries to a live session and prints what the GUI thread felt.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ENTRIES = 100_000
SCROLLS = 200


def bare() -> None:
    """Show an empty PySide6 window and end."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, report)

    application = QApplication(["bare"])

    def report() -> None:
        print("painted", flush=True)
        application.quit()

    window = Window()
    window.resize(1320, 860)
    window.show()
    application.exec()


def full() -> None:
    """Show Mailoscope's whole main window and end."""
    from mailoscope_gui.app import build, make_qt
    from mailoscope_gui.options import parse

    qt = make_qt()
    application = build(qt, parse([]))

    def report() -> None:
        print("painted", flush=True)
        qt.quit()

    application.window.painted.connect(report)
    application.window.show()
    qt.exec()


def flood() -> None:
    """Append many entries while the window lives; print times and the longest stall."""
    from PySide6.QtCore import QTimer

    from mailoscope_core.record import events
    from mailoscope_core.record.log import SessionLog
    from mailoscope_core.session.launch import new_header
    from mailoscope_core.session.request import SessionRequest
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.app import build, make_qt
    from mailoscope_gui.options import parse
    from mailoscope_gui.shown_session import ShownSession

    class Flooder:
        """A runner that only talks."""

        def __init__(self, log: SessionLog) -> None:
            self._log = log
            self._thread = threading.Thread(target=self._flood, daemon=True)
            self.alive = True

        def start(self) -> None:
            self._thread.start()

        def post(self, message: object) -> None:
            pass

        def join(self, timeout_s: float = 0.5) -> bool:
            return True

        def _flood(self) -> None:
            for number in range(ENTRIES // 2):
                self._log.append(events.LineSent(verb="noop", text=f"NOOP {number}", size=12))
                self._log.append(
                    events.ReplyReceived(
                        code=250, lines=("ok",), raw="250 ok\r\n", size=8, verb="noop", ms=0.1
                    )
                )
            self.alive = False

    class FloodLauncher:
        def launch(self, request: SessionRequest, **_: object) -> ShownSession:
            import datetime

            log = SessionLog(new_header(request, datetime.datetime.now(datetime.UTC)))
            return ShownSession(log.header, log, request, Flooder(log), None)  # type: ignore[arg-type]

    qt = make_qt()
    application = build(qt, parse([]), launcher=FloodLauncher())  # type: ignore[arg-type]
    window, controller = application.window, application.controller
    window.show()
    beats: list[float] = []
    heart = QTimer()
    heart.timeout.connect(lambda: beats.append(time.perf_counter()))
    began = 0.0

    def start() -> None:
        nonlocal began
        controller.use_profile(Profile(name="flood", host="127.0.0.1", auth=False))
        bridge = controller.view.bridge
        assert bridge is not None
        bridge.caught_up.connect(check)
        beats.clear()
        heart.start(0)
        began = time.perf_counter()

    def check() -> None:
        bridge = controller.view.bridge
        if bridge is None or bridge.seen < ENTRIES:
            return
        heart.stop()
        shown = time.perf_counter() - began
        stall = max(b - a for a, b in itertools.pairwise(beats))
        table = window.session_page.transcript.table
        bar = table.verticalScrollBar()
        steps = []
        for number in range(SCROLLS):
            before = time.perf_counter()
            bar.setValue(number * bar.maximum() // SCROLLS)
            table.viewport().repaint()
            steps.append(time.perf_counter() - before)
        steps.sort()
        print(f"{shown:.4f} {stall:.4f} {steps[SCROLLS // 2]:.5f} {steps[-1]:.5f}", flush=True)
        qt.quit()

    window.painted.connect(start)
    qt.exec()


if __name__ == "__main__":
    {"bare": bare, "full": full, "flood": flood}[sys.argv[1]]()
