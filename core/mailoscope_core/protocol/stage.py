"""How far a run may go: log in, ask about the addresses, send one message."""

from __future__ import annotations

import enum


class Stage(enum.IntEnum):
    """Armed by hand for each run and enforced by the machine where bytes are encoded."""

    LOGIN = 1
    ASK = 2
    SEND = 3
