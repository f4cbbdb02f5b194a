"""What is loaded before the window has been painted, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

PAINT = """
import json, sys
from mailoscope_gui.options import parse
from mailoscope_gui.app import build, make_qt
qt = make_qt()
application = build(qt, parse([]))
window = application.window
def painted():
    print(json.dumps(sorted(sys.modules)))
    qt.quit()
window.painted.disconnect()
window.painted.connect(painted)
window.show()
qt.exec()
"""
# As a person starts it; ends once the session that the command line asks for is shown.
START = """
import sys
from PySide6.QtCore import QTimer
from mailoscope_gui.__main__ import main
from mailoscope_gui.app import make_qt
qt = make_qt()
def look():
    titles = [w.windowTitle() for w in qt.topLevelWidgets() if type(w).__name__ == "MainWindow"]
    if titles and titles[0] != "Mailoscope":
        print(titles[0])
        qt.closeAllWindows()
timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
sys.exit(main(sys.argv[1:]))
"""
TOO_EARLY = (
    "keyring",
    "dns",
    "cryptography",
    "ssl",
    "email",
    "jinja2",
    "msgspec",
    "mailoscope_core.session",
    "mailoscope_core.knowledge",
    "mailoscope_core.practice",
    "mailoscope_core.message",
)


def test_nothing_slow_is_loaded_before_the_first_paint() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PAINT], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    loaded: list[str] = json.loads(result.stdout.splitlines()[-1])
    assert "mailoscope_gui.main_window" in loaded
    early = [
        name
        for name in loaded
        if any(name == each or name.startswith(f"{each}.") for each in TOO_EARLY)
    ]
    assert early == []


def test_the_window_opens_and_begins_what_the_command_line_asks_for() -> None:
    result = subprocess.run(
        [sys.executable, "-c", START, "--practice", "submission"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("– Mailoscope\n")
    assert result.stderr == ""
