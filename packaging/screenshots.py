"""Pictures of the window for the README: the real window with real sessions of the lab server."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from mailoscope_core.storage.directories import Directories
from mailoscope_gui.app import Application, build, make_qt
from mailoscope_gui.options import Options

SIZE = (1320, 860)
PATIENCE_MS = 30_000
# File name, scenario (empty: the start page), theme, language, tab.
PICTURES = (
    ("start", "", "light", "en", 0),
    ("session", "submission", "light", "en", 0),
    ("refused", "auth-rejected", "light", "en", 1),
    ("refused-dark", "auth-rejected", "dark", "en", 1),
    ("certificate", "cert-expired", "dark", "en", 3),
    ("capabilities", "submission", "light", "en", 2),
    ("timing", "slow-banner:2", "light", "en", 4),
    ("hindi", "auth-rejected", "light", "hi", 0),
)
STOPS = ("end", "trouble", "secret", "confirmation")


def main() -> int:
    """Take the pictures that are asked for, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which pictures (default: all)")
    parser.add_argument("--out", type=Path, default=Path("packaging/screenshots"))
    options = parser.parse_args()
    known = [name for name, *_rest in PICTURES]
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
    options.out.mkdir(parents=True, exist_ok=True)
    qt = make_qt()
    for name, scenario, theme, language, tab in PICTURES:
        if not options.names or name in options.names:
            path = options.out / f"{name}.png"
            take(qt, path, scenario, theme, language, tab)
            print(path)
    return 0


def take(qt: QApplication, path: Path, scenario: str, theme: str, language: str, tab: int) -> None:
    """Open a window, run a scenario in it, and keep its picture."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = Options(theme="dark" if theme == "dark" else "light", language=language)
        application = build(qt, chosen, directories=Directories.in_one_folder(Path(folder)))
        window = application.window
        window.resize(*SIZE)
        window.show()
        try:
            if scenario:
                run(application, scenario)
                window.session_page.tabs.setCurrentIndex(tab)
            settle(application)
            window.grab().save(str(path))
        finally:
            window.close()


def run(application: Application, scenario: str) -> None:
    """Run a scenario until the session waits for the user or is over."""
    controller = application.controller
    controller.practise(scenario, run=True)

    def stopped() -> bool:
        state = controller.state
        return state is not None and (state.waiting in STOPS or state.finished is not None)

    wait(stopped)


def settle(application: Application) -> None:
    """Wait until nothing is under way behind the window and it has been painted."""
    wait(lambda: not application.services.background.busy)
    for _ in range(5):
        QApplication.processEvents()
    wait(lambda: not application.services.background.busy)


def wait(done: Callable[[], bool]) -> None:
    """Handle events until `done()`; raises `TimeoutError`."""
    loop, timer = QEventLoop(), QTimer()
    timer.setInterval(10)
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start()
    QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    loop.exec()
    if not done():
        raise TimeoutError("the window did not get where it should")


if __name__ == "__main__":
    sys.exit(main())
