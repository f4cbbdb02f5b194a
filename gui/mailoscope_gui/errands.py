"""Background calls on behalf of a widget, whose results are dropped when the widget goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject

from mailoscope_gui.background import Background, Ticket

T = TypeVar("T")


class Errands:
    """Runs calls through a `Background` for as long as `owner` lives."""

    def __init__(self, background: Background, owner: QObject) -> None:
        self._background = background
        self._under_way: list[Ticket] = []
        # Not a method of this object: it may be gone before the last child of the owner is.
        owner.destroyed.connect(partial(_abandon, self._under_way))

    def run(
        self,
        call: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        name: str = "background",
    ) -> Ticket:
        """Start `call`; arguments and result are those of `Background.run`."""
        tell = failed or self._background.failed.emit
        self._under_way[:] = [ticket for ticket in self._under_way if not ticket.abandoned]

        def finish(value: T) -> None:
            self._under_way.remove(ticket)
            done(value)

        def fail(error: Exception) -> None:
            self._under_way.remove(ticket)
            tell(error)

        ticket = self._background.run(call, finish, fail, name)
        self._under_way.append(ticket)
        return ticket

    def abandon(self) -> None:
        """Take no more interest in anything that is under way."""
        _abandon(self._under_way)


def _abandon(tickets: list[Ticket], _owner: object = None) -> None:
    for ticket in tickets:
        ticket.abandon()
    tickets.clear()
