"""Collects cyclic garbage in the GUI thread alone.

Python's collector runs in whatever thread happens to allocate. When that is a session's worker and
the garbage holds widgets, Qt objects are destroyed outside their thread and the process crashes.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 1_000
# A full collection looks at everything, a long session included: not more often than this.
_FULL_EVERY = 60


class Collector(QObject):
    """Switches the automatic collection off while it runs and does the same by a timer."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect_some)
        self._rounds = 0

    def start(self) -> None:
        """Take over from Python."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Collect what is left and hand back to Python."""
        self._timer.stop()
        gc.collect()
        gc.enable()

    def collect_some(self) -> None:
        """Collect the young objects if there are many, everything once a minute."""
        self._rounds += 1
        if self._rounds % _FULL_EVERY == 0:
            gc.collect()
        elif gc.get_count()[0] > gc.get_threshold()[0]:
            gc.collect(1)
