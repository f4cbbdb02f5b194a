"""A wake-up call that a worker thread may hold on to without keeping a Qt object alive.

If the last reference to a QObject is dropped in a worker, it is destroyed there, while the GUI
thread may be handling its events. Workers are therefore given a relay, which the owner closes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Relay:
    """Calls `wake` from any thread until it is closed."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake: Callable[[], None] | None = wake
        self._lock = threading.Lock()

    def __call__(self, _news: Any = None) -> None:
        """Wake the owner; does nothing once it is closed."""
        with self._lock:
            if self._wake is not None:
                self._wake()

    def close(self) -> None:
        """Let go of the owner; when this returns, no call is under way and none will come."""
        with self._lock:
            self._wake = None
