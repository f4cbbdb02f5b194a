"""A box for pasted errors: what comes in loses its secrets, a dropped file is handed on."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from mailoscope_gui.drop_target import local_files


class PasteEdit(QPlainTextEdit):
    """`file_given` tells of a file that was dropped or pasted; its text does not go in."""

    file_given = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Accept files besides text."""
        return bool(local_files(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Mask the secrets of a text; hand a file on."""
        files = local_files(source)
        if files:
            self.file_given.emit(files[0])
            return
        from mailoscope_core.knowledge.pasted_secrets import mask_secrets

        self.insertPlainText(mask_secrets(source.text()))
