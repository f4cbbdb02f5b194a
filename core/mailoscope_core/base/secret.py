"""A secret that can be used but not shown, compared in constant time and never serialised."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """A password or token on its way from the keyring to the socket.

    `repr`, `str` and `format` give a fixed-width mask; pickling, copying to a data format and
    iterating raise `TypeError`, so that no log, report or exception can carry the value along.
    """

    __slots__ = ("_value",)

    MASK = "••••••••"

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself; the caller must not store or print it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.MASK})"

    def __str__(self) -> str:
        return self.MASK

    def __format__(self, spec: str) -> str:
        return self.MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be serialised")

    def __iter__(self) -> NoReturn:
        raise TypeError("a Secret cannot be taken apart")
