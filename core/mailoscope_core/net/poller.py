"""One select over a connection's socket and a wake socket: the only place where a session waits."""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import threading
from types import TracebackType

# poll and select keep no list in the kernel. epoll and kqueue do, and a connection that is closed
# and replaced under the same descriptor would go unseen there.
_Selector = selectors.SelectSelector if sys.platform == "win32" else selectors.PollSelector
_DRAIN_BYTES = 4096


class Poller:
    """Waits for one socket or for a wake-up; `wake` may be called from any thread, at any time.

    Several wake-ups before a wait count as one: whoever wakes has put its message elsewhere first.
    """

    def __init__(self) -> None:
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._selector = _Selector()
        self._selector.register(self._ear, selectors.EVENT_READ)
        self._watched: tuple[int, int] | None = None
        # Closing while another thread wakes could send the byte to whatever has got the descriptor.
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Poller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def wait(
        self, connection_fileno: int, want_read: bool, want_write: bool, timeout_s: float | None
    ) -> tuple[bool, bool]:
        """Wait and return (the socket is ready, somebody called `wake`).

        `connection_fileno` -1, or no wish at all, waits for a wake-up alone. `timeout_s` null waits
        without end. Raises `RuntimeError` after `close`.
        """
        if self._closed:
            raise RuntimeError("the poller is closed")
        events = selectors.EVENT_READ * want_read | selectors.EVENT_WRITE * want_write
        self._watch(connection_fileno, events if connection_fileno >= 0 else 0)
        ready = woken = False
        for key, _ in self._selector.select(timeout_s):
            if key.fileobj is self._ear:
                woken = True
                self._drain()
            else:
                ready = True
        return ready, woken

    def wake(self) -> None:
        """End the wait from any thread; without effect once closed."""
        with self._lock:
            if self._closed:
                return
            with contextlib.suppress(BlockingIOError):  # full of wake-ups already
                self._bell.send(b"\0")

    def close(self) -> None:
        """Give the descriptors back; calling it twice is fine."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._selector.close()
            self._ear.close()
            self._bell.close()

    def _watch(self, fileno: int, events: int) -> None:
        wanted = (fileno, events) if events else None
        if wanted == self._watched:
            return
        if self._watched is not None:
            self._selector.unregister(self._watched[0])
        if wanted is not None:
            self._selector.register(fileno, events)
        self._watched = wanted

    def _drain(self) -> None:
        try:
            while len(self._ear.recv(_DRAIN_BYTES)) == _DRAIN_BYTES:
                pass
        except BlockingIOError:
            pass
