"""Takes files that are dropped anywhere on the window: a session is opened, the rest explained."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from mailoscope_gui.controller import Controller

_SESSION = ".jsonl"


class DropTarget(QObject):
    """Filters the window's drag events; nothing is read here."""

    def __init__(self, window: QWidget, controller: Controller) -> None:
        super().__init__(window)
        self._controller = controller
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Accept local files, and take them when they are let go."""
        if isinstance(event, QDropEvent):
            paths = [
                Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()
            ]
            if paths:
                event.acceptProposedAction()
                if event.type() is QEvent.Type.Drop:
                    self._take(paths[0])
                return True
        return super().eventFilter(watched, event)

    def _take(self, path: Path) -> None:
        if path.suffix.lower() == _SESSION:
            self._controller.open_file(path)
        else:
            self._controller.explain_file(path)
