"""What the session wants done on the wire, in order: plain values, nothing is done here."""

from __future__ import annotations

from collections import deque

import msgspec

from mailoscope_core.practice.spec import Ending

# A server answers a pipelined group in one go (RFC 2920 section 3.2), within reason.
MAX_JOINED = 64 * 1024


class Say(msgspec.Struct, frozen=True):
    """Send `data`; at `drip` bytes a second if not 0."""

    data: bytes
    drip: float = 0.0


class Wait(msgspec.Struct, frozen=True):
    """Do nothing for so many seconds; the connection stays open."""

    seconds: float


class StartTls(msgspec.Struct, frozen=True):
    """Take what the client sends from now on as TLS.

    `drop_early` forgets plain text that the client sent before it was asked to begin: taking it for
    a command inside TLS is the injection of RFC 3207 section 5 and CVE-2011-0411.
    """

    drop_early: bool


class CutAfter(msgspec.Struct, frozen=True):
    """Cut the connection once so many more bytes were written to the wire."""

    count: int


class Close(msgspec.Struct, frozen=True):
    """Close the connection: orderly or by a reset."""

    ending: Ending


Action = Say | Wait | StartTls | CutAfter | Close


class Outbox:
    """The queue between a session and its connection; neighbouring texts are joined."""

    def __init__(self) -> None:
        self._actions: deque[Action] = deque()

    def __bool__(self) -> bool:
        return bool(self._actions)

    def put(self, action: Action) -> None:
        """Append `action`."""
        self._actions.append(action)

    def put_first(self, action: Action) -> None:
        """Put `action` before all others: the rest of one that was begun."""
        self._actions.appendleft(action)

    def take(self) -> Action:
        """Remove and return the next action, all the plain text that belongs together as one."""
        first = self._actions.popleft()
        if not isinstance(first, Say) or first.drip or not self._next_is_plain():
            return first
        parts = [first.data]
        while self._next_is_plain():
            following = self._actions.popleft()
            assert isinstance(following, Say)
            parts.append(following.data)
        return Say(b"".join(parts))

    @property
    def only_text(self) -> bool:
        """Whether the client's next line may be answered before this is sent."""
        size = 0
        for action in self._actions:
            if not isinstance(action, Say) or action.drip:
                return False
            size += len(action.data)
        return size < MAX_JOINED

    def _next_is_plain(self) -> bool:
        if not self._actions:
            return False
        following = self._actions[0]
        return isinstance(following, Say) and not following.drip
