"""Takes files that are dropped anywhere on the window: a session is opened, the rest explained."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent

from mailoscope_gui.controller import Controller

_SESSION = ".jsonl"


def accept_drag(event: QDropEvent) -> None:
    """Accept what is dragged over the window if it is a file of this machine."""
    if _files(event):
        event.acceptProposedAction()


def take_drop(event: QDropEvent, controller: Controller) -> None:
    """Open or explain a file that was let go; it is read off the GUI thread."""
    files = _files(event)
    if not files:
        return
    event.acceptProposedAction()
    if files[0].suffix.lower() == _SESSION:
        controller.open_file(files[0])
    else:
        controller.explain_file(files[0])


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
