"""What the user looks at: one entry of the log, one step, or always the newest reply."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """Shared by ladder, transcript, findings and inspector.

    `seq` is a log entry, `step` a step of the plan. While `following` is true the inspector shows
    the newest reply; a choice of the user ends that, `follow` begins it again. `marked` is an
    entry that waits to be compared with another one.
    """

    changed = Signal()
    mark_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seq: int | None = None
        self.step: str | None = None
        self.following = True
        self.marked: int | None = None

    def choose(self, seq: int | None, step: str | None) -> None:
        """Look at this entry of that step."""
        if (seq, step) == (self.seq, self.step) and not self.following:
            return
        self.seq, self.step, self.following = seq, step, False
        self.changed.emit()

    def follow(self) -> None:
        """Look at whatever comes newest."""
        self.seq = self.step = None
        self.following = True
        self.changed.emit()

    def mark(self, seq: int | None) -> None:
        """Keep an entry for a comparison; null forgets it."""
        if seq != self.marked:
            self.marked = seq
            self.mark_changed.emit()
