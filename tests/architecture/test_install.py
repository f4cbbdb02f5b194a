"""The base install needs no Qt, and the Qt that the window gets does not abort this Python."""

from __future__ import annotations

import subprocess
import sys

WITHOUT_QT = """
import sys
sys.modules["PySide6"] = sys.modules["shiboken6"] = None
import mailoscope_core.cli.__main__ as front
assert callable(front.main)
import importlib, pkgutil, mailoscope_core
for module in pkgutil.walk_packages(mailoscope_core.__path__, "mailoscope_core."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print("imported")
"""

# PySide6 6.12.0 ended CPython 3.11 after about 570 signals (Fatal Python error: bool_dealloc).
EMIT = """
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Sender(QObject):
    wake = Signal()
    flag = Signal(bool)

application = QCoreApplication([])
sender, seen = Sender(), []
sender.wake.connect(lambda: seen.append(None))
sender.flag.connect(seen.append)
for _ in range(5000):
    sender.wake.emit()
    sender.flag.emit(True)
print(len(seen))
"""


def run(program: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_the_core_is_usable_without_qt() -> None:
    assert run(WITHOUT_QT) == "imported"


def test_thousands_of_signals() -> None:
    assert run(EMIT) == "10000"
