"""Calls that may block, kept off the GUI thread, with their results delivered to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from mailoscope_core.base.background import Pending, start_abandonable
from mailoscope_gui.relay import Relay

T = TypeVar("T")


class Ticket:
    """A call under way; `abandon` drops its result, the thread ends by itself."""

    def __init__(
        self,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.pending: Pending[Any] | None = None
        self.abandoned = False
        self._done = done
        self._failed = failed

    def abandon(self) -> None:
        """Take no more interest in the result."""
        self.abandoned = True

    def deliver(self) -> None:
        """Hand the result or the error on."""
        if self.abandoned or self.pending is None:
            return
        try:
            value = self.pending.result()
        except Exception as error:  # noqa: BLE001  # whatever the call raised is shown
            self._failed(error)
        else:
            self._done(value)


class Background(QObject):
    """Runs calls in daemon threads; what they return arrives in the GUI thread."""

    failed = Signal(object)
    """An exception that nobody else takes; the window shows it."""

    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tickets: list[Ticket] = []
        self._relay = Relay(self._wake.emit)
        self._wake.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """True while a call is under way whose result is still wanted."""
        return any(not ticket.abandoned for ticket in self._tickets)

    @property
    def at_work(self) -> bool:
        """True while a thread has not come to its end, wanted or not."""
        return any(ticket.pending is None or not ticket.pending.done for ticket in self._tickets)

    def run(
        self,
        call: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        name: str = "background",
    ) -> Ticket:
        """Start `call`; `done(value)` or `failed(error)` is called in the GUI thread."""
        ticket = Ticket(done, failed or self.failed.emit)
        self._tickets.append(ticket)
        ticket.pending = start_abandonable(call, self._relay, name)
        return ticket

    def close(self) -> None:
        """Deliver nothing more; threads that are still at work end by themselves."""
        self._relay.close()
        for ticket in self._tickets:
            ticket.abandon()

    def _deliver(self) -> None:
        finished = [t for t in self._tickets if t.pending is not None and t.pending.done]
        for ticket in finished:
            self._tickets.remove(ticket)
        for ticket in finished:
            ticket.deliver()
