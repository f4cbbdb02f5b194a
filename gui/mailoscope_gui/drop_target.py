"""Takes files that are dropped anywhere on the window: a session is opened, the rest explained."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDropEvent

from mailoscope_gui.controller import Controller

_SESSION = ".jsonl"


def accept_drag(event: QDropEvent) -> None:
    """Accept what is dragged over the window if it is a file of this machine."""
    if local_files(event.mimeData()):
        event.acceptProposedAction()


def take_drop(event: QDropEvent, controller: Controller) -> None:
    """Open or explain a file that was let go; it is read off the GUI thread."""
    files = local_files(event.mimeData())
    if not files:
        return
    event.acceptProposedAction()
    if files[0].suffix.lower() == _SESSION:
        controller.open_file(files[0])
    else:
        controller.explain_file(files[0])


def local_files(data: QMimeData) -> list[Path]:
    """Return the files of this machine that a drop or a clipboard holds."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
