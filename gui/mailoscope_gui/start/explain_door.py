"""The second door: an error message to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from mailoscope_gui.reference.paste_edit import PasteEdit
from mailoscope_gui.start.card import Card, set_default_look

if TYPE_CHECKING:
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_HEIGHT = 150


class ExplainDoor(Card):
    """A box to paste into; the explanation has a page of its own."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(services.theme, parent)
        self._language = services.language
        self._controller = controller
        self.paste = _PasteBox()
        self.paste.setObjectName("paste")
        self.paste.setFont(services.theme.mono())
        self.button = QPushButton()
        self.button.setObjectName("explain")
        set_default_look(self.button)
        self.steps = QPushButton()
        self.steps.setObjectName("step-by-step")
        self.steps.setMinimumHeight(34)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self.steps)
        row.addStretch()
        self.column.addWidget(self.paste, 1)
        self.column.addLayout(row)
        self.button.clicked.connect(self._open)
        self.steps.clicked.connect(lambda: controller.show_page("trees"))
        self.paste.file_given.connect(controller.explain_file)
        self.retranslate()

    def _open(self) -> None:
        text = self.paste.toPlainText()
        self.paste.clear()
        self._controller.explain_text(text)

    def retranslate(self) -> None:
        """Take the words of the language in use."""
        gettext = self._language.gettext
        self.set_words(
            gettext("Explain an error"),
            gettext(
                "Paste what the program, the log or the bounce says. It stays on this machine."
            ),
        )
        self.paste.setAccessibleName(gettext("Error message"))
        self.paste.setPlaceholderText("550 5.7.1 …")
        self.button.setText(gettext("E&xplain"))
        self.steps.setText(gettext("Step &by step…"))
        self.steps.setToolTip(
            gettext("No error text? Answer what you see until the cause is found")
        )


class _PasteBox(PasteEdit):
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), _HEIGHT)
