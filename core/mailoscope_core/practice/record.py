"""What the server saw and said, for tests and for whoever watches: thread-safe and bounded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

MAX_LINES = 50_000


class LabLine(msgspec.Struct, frozen=True):
    """One line of a client (its line end removed), or one piece of what the server sent.

    Bodies are not kept here: they are in the messages. `at` is in monotonic seconds. `direction`
    "note" carries a word about the connection itself: opened, tls, dropped-plaintext, cut, reset,
    closed, lost, tls-failed.
    """

    direction: Literal["client", "server", "note"]
    data: bytes
    connection: int
    at: float


class Record:
    """The lines of all connections, the oldest forgotten beyond `MAX_LINES`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting = 0
        self._lines: deque[LabLine] = deque(maxlen=MAX_LINES)

    @property
    def lines(self) -> tuple[LabLine, ...]:
        """All lines so far."""
        with self._changed:
            return tuple(self._lines)

    def add(
        self, direction: Literal["client", "server", "note"], data: bytes, connection: int
    ) -> None:
        """Append a line and wake whoever waits for one."""
        line = LabLine(direction, data, connection, self._clock())
        with self._changed:
            self._lines.append(line)
            if self._waiting:
                self._changed.notify_all()

    def wait_for(self, wanted: Callable[[LabLine], bool], timeout: float) -> LabLine | None:
        """Return the first line that is `wanted`, waiting up to `timeout` seconds for it."""

        def found() -> LabLine | None:
            return next((line for line in self._lines if wanted(line)), None)

        with self._changed:
            self._waiting += 1
            try:
                return self._changed.wait_for(found, timeout)
            finally:
                self._waiting -= 1
