"""Says what is waited for and how long, and after a deadline offers to wait on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.panels.bar import Bar
from mailoscope_gui.services import Services

if TYPE_CHECKING:
    from mailoscope_core.report.state import SessionState

_TICK_MS = 200
_PATIENCE_MS = 400
"""Waits that end sooner are not worth a word."""


class WaitBar(Bar):
    """Visible while a step takes its time."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(services.theme, "half", parent)
        self._services, self._controller = services, controller
        self._step: str | None = None
        self._since = QElapsedTimer()
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.progress.setFixedHeight(8)
        self.keep = QPushButton(self)
        self.keep.setObjectName("keep-waiting")
        self.endless = QPushButton(self)
        self.drop = QPushButton(self)
        for widget in (self.progress, self.keep, self.endless, self.drop):
            self.beside.addWidget(widget)
        self.keep.clicked.connect(lambda: self._keep_waiting(self._seconds()))
        self.endless.clicked.connect(lambda: self._keep_waiting(None))
        self.drop.clicked.connect(self._drop)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._show)
        services.language.changed.connect(self.retranslate)
        controller.state_changed.connect(self.refresh)
        controller.session_changed.connect(self.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the words of the language in use."""
        _ = self._services.language.gettext
        self.progress.setAccessibleName(_("How long this has taken"))
        self.endless.setText(_("Wait without &end"))
        self.drop.setText(_("&Drop the connection"))
        self._show()

    def refresh(self) -> None:
        """Follow the state of the session."""
        state = self._controller.state
        session = self._controller.session
        live = session is not None and session.live
        step = state.running if state is not None and live and not _asked(state) else None
        if step != self._step:
            self._step = step
            self._since.start()
        if step is None:
            self._timer.stop()
            self.hide()
            return
        if not self._timer.isActive():
            self._timer.start()
        self._show()

    def _show(self) -> None:
        state = self._controller.state
        if self._step is None or state is None:
            return
        late = state.deadline is not None
        for button in (self.keep, self.endless, self.drop):
            button.setVisible(late)
        self.progress.setVisible(not late)
        self.set_weight(450 if late else 354, "again" if late else "half")
        elapsed = self._since.elapsed()
        limit = self._seconds()
        _ = self._services.language.gettext
        self.keep.setText(_("&Keep waiting, {seconds} s more").format(seconds=f"{limit:.0f}"))
        if late:
            words = self._controller.view.words
            assert state.deadline is not None
            self.text.setText(words.note(state.deadline) if words else "")
            self.show()
            return
        self.progress.setRange(0, max(1, int(limit * 1000)))
        self.progress.setValue(min(elapsed, self.progress.maximum()))
        text = _("{step}: {seconds} s so far; you are told after {limit} s.")
        shown = text.format(step=self._name(), seconds=elapsed // 1000, limit=f"{limit:.0f}")
        self.text.setText(shown)
        self.setVisible(elapsed >= _PATIENCE_MS)

    def _name(self) -> str:
        words = self._controller.view.words
        kind = self._kind()
        return words.step(kind) if words and kind else ""

    def _kind(self) -> str:
        ladder = self._controller.view.ladder
        row = ladder.row_of(self._step)
        return ladder.rungs[row].kind if row is not None else ""

    def _seconds(self) -> float:
        """Return after how many seconds the user is told."""
        profile = self._controller.profile
        if profile is None:
            return 60.0
        limits = {"connect": profile.timeouts.connect, "body-end": profile.timeouts.final_dot}
        return limits.get(self._kind(), profile.timeouts.command)

    def _keep_waiting(self, seconds: float | None) -> None:
        from mailoscope_core.session.control import KeepWaiting

        self._since.start()
        self._controller.post(KeepWaiting(seconds))

    def _drop(self) -> None:
        from mailoscope_core.session.control import Drop

        self._controller.post(Drop())


def _asked(state: SessionState) -> bool:
    return state.waiting in ("secret", "confirmation")
