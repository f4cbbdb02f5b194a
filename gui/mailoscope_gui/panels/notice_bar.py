"""What the window has to tell: an error with its way out, or that something was done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from mailoscope_core.base.errors import UserError
from mailoscope_gui.panels.bar import Bar
from mailoscope_gui.services import Services


class NoticeBar(Bar):
    """Shows the last notice until it is closed or another one comes."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services.theme, "info", parent)
        self._services = services
        self._error: Exception | None = None
        self.text.setObjectName("notice")
        self.close_button = QToolButton(self)
        self.close_button.setAutoRaise(True)
        self.close_button.clicked.connect(self.hide)
        self.undo = QPushButton(self)
        self.undo.setObjectName("undo")
        self.undo.clicked.connect(self._take_back)
        self._way_back: Callable[[], None] | None = None
        self.beside.addWidget(self.undo)
        self.beside.addWidget(self.close_button)
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._refresh_icon)
        self._refresh_icon()
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        self.close_button.setAccessibleName(self._services.language.gettext("Close this notice"))
        self.close_button.setToolTip(self._services.language.gettext("Close this notice"))
        self.undo.setText(self._services.language.gettext("&Undo"))
        if self._error is not None:
            self.text.setText(self._sentence(self._error))

    def tell(self, text: str) -> None:
        """Show that something was done or is not possible."""
        self._error = self._way_back = None
        self.undo.hide()
        self.set_weight(354, "info")
        self.text.setText(text)
        self.setVisible(bool(text))

    def tell_error(self, error: Exception) -> None:
        """Show an error: what happened, to what, what to do now."""
        self._error, self._way_back = error, None
        self.undo.hide()
        self.set_weight(550, "bang")
        self.text.setText(self._sentence(error))
        self.show()

    def offer(self, text: str, undo: Callable[[], None]) -> None:
        """Show that something was deleted, with a button that brings it back."""
        self.tell(text)
        self._way_back = undo
        self.undo.show()

    def _take_back(self) -> None:
        way_back = self._way_back
        self.hide()
        if way_back is not None:
            way_back()

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, UserError):
            return self._services.language.error(error)
        # Only the kind: the text of an unforeseen exception could hold anything.
        text = self._services.language.gettext(
            "A fault of Mailoscope itself ({kind}). Nothing was lost; please report it."
        )
        return text.format(kind=type(error).__name__)

    def _refresh_icon(self) -> None:
        self.close_button.setIcon(self._services.icons.icon("close"))
