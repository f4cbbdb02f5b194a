"""The display of the tests shows a real window of Qt's xcb platform."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.servers.display import Display

pytestmark = [pytest.mark.servers, pytest.mark.xvfb]

SHOW = """
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label = QLabel("shown")
label.show()
print(QTest.qWaitForWindowExposed(label), application.platformName())
"""


def test_a_window_opens(display: Display) -> None:
    result = subprocess.run(
        [sys.executable, "-c", SHOW],
        env=display.process_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["True", "xcb"]
