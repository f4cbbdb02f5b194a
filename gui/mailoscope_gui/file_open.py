"""Opens the session files that the desktop hands over to a running program: macOS does it so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent


class FileOpenFilter(QObject):
    """An event filter for the application; calls `open_file` with each file.

    On Linux and Windows a double-click starts the program with the file as its argument; on macOS
    an event follows the start, or comes to the program that runs already.
    """

    def __init__(self, open_file: Callable[[Path], object], parent: QObject) -> None:
        super().__init__(parent)
        self._open_file = open_file

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the events that name a file of this machine, and no others."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._open_file(Path(event.file()))
            return True
        return super().eventFilter(watched, event)
