"""The reply that is marked for comparison, with the button that compares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from mailoscope_gui.focus import codes_at, focus_of
from mailoscope_gui.labels import wrapped

if TYPE_CHECKING:
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services


class MarkStrip(QWidget):
    """Stands above an explanation for as long as something is marked."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("mark-strip")
        self._services, self._controller = services, controller
        self.text = wrapped()
        self.compare = QPushButton()
        self.compare.setObjectName("compare-with-marked")
        self.forget = QToolButton()
        self.forget.setObjectName("forget-mark")
        self.forget.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 0)
        row.addWidget(self.text, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.compare)
        row.addWidget(self.forget)
        self.compare.clicked.connect(controller.compare_with_marked)
        self.forget.clicked.connect(lambda: controller.selection.mark(None))
        services.language.changed.connect(self.retranslate)
        services.theme.changed.connect(self._dress)
        controller.selection.changed.connect(self.refresh)
        controller.selection.mark_changed.connect(self.refresh)
        controller.view.advanced.connect(self._advanced)
        self._dress()
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        gettext = self._services.language.gettext
        self.compare.setText(gettext("Compare"))
        self.compare.setToolTip(gettext("Put this reply beside the marked one"))
        self.forget.setToolTip(gettext("Forget the mark"))
        self.forget.setAccessibleName(gettext("Forget the mark"))
        self.refresh()

    def refresh(self) -> None:
        """Tell what is marked, and whether something else is chosen to compare it with."""
        controller, gettext = self._controller, self._services.language.gettext
        marked = controller.selection.marked
        self.setVisible(marked is not None)
        if marked is None:
            return
        code, _enhanced = codes_at(controller, marked)
        session = controller.session
        at = session.entries[marked].at if session is not None else 0.0
        words = (
            gettext("Marked: {code} at {seconds} s.")
            if code is not None
            else gettext("Marked: what happened at {seconds} s.")
        )
        text = words.format(code=f"{code:03d}" if code is not None else "", seconds=f"{at:.3f}")
        other = focus_of(controller) not in (None, marked)
        if not other:
            text = f"{text} {gettext('Choose another reply to compare it with.')}"
        self.text.setText(text)
        self.compare.setEnabled(other)

    def _advanced(self) -> None:
        if self._controller.selection.marked is not None:
            self.refresh()

    def _dress(self) -> None:
        self.forget.setIcon(self._services.icons.icon("close"))
        self.compare.setIcon(self._services.icons.icon("compare"))
