"""Calls that cannot be interrupted, run in a daemon thread that may be abandoned."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Pending(Generic[T]):
    """The result of a call under way; read it only once `done` is true.

    A look-up, a keyring prompt or the operating system's trust check may hang without end. Whoever
    waits for one keeps the `Pending`, watches `done` after each wake-up and simply drops it when
    the user has had enough: the thread ends by itself or with the process.
    """

    def __init__(self) -> None:
        self.done = False
        self._value: T | None = None
        self._error: Exception | None = None

    def result(self) -> T:
        """Return the value, or raise what the call raised."""
        if not self.done:
            raise RuntimeError("the call has not finished")
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # done without error: it is a T

    def _finish(self, value: T | None, error: Exception | None) -> None:
        self._value, self._error = value, error
        self.done = True


def start_abandonable(call: Callable[[], T], wake: Callable[[], None], name: str) -> Pending[T]:
    """Run `call` in a daemon thread; `wake()` is called from that thread when it has finished."""
    pending: Pending[T] = Pending()

    def work() -> None:
        try:
            value = call()
        except Exception as error:  # noqa: BLE001  # handed on to whoever asks for the result
            pending._finish(None, error)
        else:
            pending._finish(value, None)
        wake()

    threading.Thread(target=work, name=name, daemon=True).start()
    return pending
