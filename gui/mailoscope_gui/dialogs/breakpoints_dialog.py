"""Breakpoints on a class of replies, a code or a text; those on steps are set in the ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.breakpoint_list import breakpoints_of, valid_value
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import wrapped

if TYPE_CHECKING:
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_KINDS = (
    ("class", N_("Reply of class (first digit)")),
    ("code", N_("Reply with the code")),
    ("text", N_("Reply that contains")),
)
_NAMES = {
    "step": N_("before the step {value}"),
    "class": N_("after a reply of class {value}yz"),
    "code": N_("after a reply {value}"),
    "text": N_("after a reply that contains “{value}”"),
}


class BreakpointsDialog(QDialog):
    """Lists the breakpoints of the session; adds and removes at once, there is nothing to apply."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self.intro = wrapped()
        self.list = QListWidget(self)
        self.kind = QComboBox(self)
        self.kind.setObjectName("breakpoint-kind")
        self.value = QLineEdit(self)
        self.value.setObjectName("breakpoint-value")
        self.add = QPushButton(self)
        self.remove = QPushButton(self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        for kind, text in _KINDS:
            self.kind.addItem(text, kind)
        row = QHBoxLayout()
        row.addWidget(self.kind)
        row.addWidget(self.value, 1)
        row.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.addWidget(self.intro)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)
        below = QHBoxLayout()
        below.addWidget(self.remove)
        below.addStretch(1)
        below.addWidget(self.buttons)
        layout.addLayout(below)
        self.resize(520, 360)
        self.add.clicked.connect(self._add)
        self.value.returnPressed.connect(self._add)
        self.value.textChanged.connect(self._enable)
        self.kind.currentIndexChanged.connect(self._enable)
        self.remove.clicked.connect(self._remove)
        self.list.currentRowChanged.connect(self._enable)
        self.buttons.rejected.connect(self.reject)
        services.language.changed.connect(self.retranslate)
        controller.state_changed.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.setWindowTitle(_("Breakpoints"))
        self.intro.setText(
            _(
                "The session stops after a reply that matches. To stop before a step, "
                "click into the margin of the ladder."
            )
        )
        for place, (_kind, text) in enumerate(_KINDS):
            self.kind.setItemText(place, _(text))
        self.kind.setAccessibleName(_("Stop at"))
        self.value.setAccessibleName(_("Digit, code or text"))
        self.add.setText(_("&Add"))
        self.remove.setText(_("&Remove"))
        self.refresh()

    def refresh(self) -> None:
        """Show the breakpoints as the log tells them."""
        session = self._controller.session
        found = breakpoints_of(session.entries[:]) if session is not None else {}
        shown = [self.list.item(row).data(0x100) for row in range(self.list.count())]
        if shown != list(found):
            self.list.clear()
        _ = self._services.language.gettext
        for row, (name, (kind, value)) in enumerate(found.items()):
            if row >= self.list.count():
                item = QListWidgetItem()
                item.setData(0x100, name)
                self.list.addItem(item)
            self.list.item(row).setText(_(_NAMES[kind]).format(value=value))
        self._enable()

    def _add(self) -> None:
        from mailoscope_core.session.control import Breakpoint, SetBreakpoint

        kind, value = str(self.kind.currentData()), self.value.text().strip()
        if not valid_value(kind, value):
            return
        # `valid_value` has refused any other kind.
        point = Breakpoint(f"{kind}:{value}", kind, value)  # type: ignore[arg-type]
        self._controller.post(SetBreakpoint(point))
        self.value.clear()

    def _remove(self) -> None:
        from mailoscope_core.session.control import ClearBreakpoint

        item = self.list.currentItem()
        if item is not None:
            self._controller.post(ClearBreakpoint(str(item.data(0x100))))

    def _enable(self) -> None:
        kind, value = str(self.kind.currentData()), self.value.text().strip()
        self.add.setEnabled(valid_value(kind, value))
        self.remove.setEnabled(self.list.currentRow() >= 0)
