"""Background calls on behalf of a widget, whose results are dropped when the widget has gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject

from mailoscope_gui.background import Background, Ticket

T = TypeVar("T")


class Errands:
    """Runs calls through a `Background` for as long as `owner` lives."""

    def __init__(self, background: Background, owner: QObject) -> None:
        self._background = background
        self._owner = owner
        self._under_way: list[Ticket] = []

    def run(
        self,
        call: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        name: str = "background",
    ) -> Ticket:
        """Start `call`; arguments and result are those of `Background.run`."""
        tell = failed or self._background.failed.emit

        def finish(value: T) -> None:
            if self._is_wanted(ticket):
                done(value)

        def fail(error: Exception) -> None:
            if self._is_wanted(ticket):
                tell(error)

        ticket = self._background.run(call, finish, fail, name)
        self._under_way = [each for each in self._under_way if not each.abandoned]
        self._under_way.append(ticket)
        return ticket

    def abandon(self) -> None:
        """Take no more interest in anything that is under way."""
        for ticket in self._under_way:
            ticket.abandon()
        self._under_way.clear()

    def _is_wanted(self, ticket: Ticket) -> bool:
        if ticket in self._under_way:
            self._under_way.remove(ticket)
        # Asked rather than told by `destroyed`, whose slots would run while the owner is taken
        # apart, perhaps by the garbage collector.
        return shiboken6.isValid(self._owner)
