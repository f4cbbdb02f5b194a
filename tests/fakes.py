"""Stand-ins for the network: a connection that follows a script, a clock, a poller without time."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass

from mailoscope_core.net.connection import (
    Certificate,
    Closed,
    NetEvent,
    Opened,
    OpenFailed,
    Received,
    Secured,
    SecureFailed,
)


@dataclass(frozen=True, slots=True)
class Hears:
    """The script waits here until the client has written a line that begins like this.

    With `exactly` set, it waits for these very bytes instead of a line (a body, the final dot).
    """

    start: bytes
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class AwaitsOpen:
    """The script waits here until `open` is called."""


@dataclass(frozen=True, slots=True)
class AwaitsSecure:
    """The script waits here until `secure` is called."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The script waits here until the test sets the event (and then wakes the session)."""

    event: threading.Event


Act = NetEvent | Hears | AwaitsOpen | AwaitsSecure | Waits


def opens(local_address: str = "127.0.0.1", local_port: int = 40000) -> tuple[Act, ...]:
    """The connection is opened and stands."""
    return (AwaitsOpen(), Opened(local_address, local_port))


def refuses(kind: str = "refused", errno: int | None = 111) -> tuple[Act, ...]:
    """The connection is opened and fails."""
    return (AwaitsOpen(), OpenFailed(kind, errno, "Connection refused"))


def says(*lines: str) -> tuple[Act, ...]:
    """The server sends lines, each with CRLF, in one piece."""
    return (Received("".join(f"{line}\r\n" for line in lines).encode("utf-8")),)


def answers(line: str, *replies: str) -> tuple[Act, ...]:
    """The client sends a line that begins with `line`; the server answers with `replies`."""
    return (Hears(line.encode("utf-8")), *says(*replies))


def secures(*, verified: bool = True, chain: tuple[bytes, ...] = ()) -> tuple[Act, ...]:
    """The handshake is begun and succeeds."""
    certificates = tuple(Certificate(der) for der in chain)
    secured = Secured("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256, verified, certificates)
    return (AwaitsSecure(), secured)


def fails_to_secure(kind: str, first_bytes: bytes = b"") -> tuple[Act, ...]:
    """The handshake is begun and fails."""
    return (AwaitsSecure(), SecureFailed(kind, "", None, None, first_bytes, ()))


def closes(*, reset: bool = False) -> tuple[Act, ...]:
    """The server closes or, with `reset`, the connection breaks."""
    return (Closed(reset=reset, clean=False, errno=None, detail=""),)


class ScriptedConnection:
    """A `net.connection.Connection` that plays a script; what the client wrote is in `written`.

    Build it from the functions above: `*opens(), *says("220 hi"), *answers("EHLO", "250 x")`.
    When it is over, the server is silent. The descriptor is real (readable while events are due),
    so that the real `Poller` can wait for it. `unsent` is 0 unless `hold` is set: then written
    bytes stay queued until it is cleared, as with a server that does not read.
    """

    def __init__(self, *script: Act) -> None:
        self._script = list(script)
        self._events: list[NetEvent] = []
        self._pair: tuple[socket.socket, socket.socket] | None = None
        self._rung = False
        self._unread = bytearray()
        self.written = bytearray()
        self.hold = False
        self.opened: tuple[str, int] | None = None
        self.secured: tuple[ssl.SSLContext, str] | None = None
        self.closed = False

    @property
    def ready(self) -> bool:
        """Whether `advance` would return something now."""
        self._play()
        return bool(self._events)

    @property
    def left(self) -> tuple[Act, ...]:
        """What of the script has not been played."""
        return tuple(self._script)

    def open(self, address: str, port: int) -> None:
        self.opened = (address, port)
        self._pair = socket.socketpair()
        self._play()

    def secure(self, context: ssl.SSLContext, server_name: str) -> None:
        self.secured = (context, server_name)
        self._play()

    def write(self, data: bytes) -> None:
        if self.closed:
            return
        self.written += data
        self._unread += data
        self._play()

    @property
    def unsent(self) -> int:
        return len(self._unread) if self.hold else 0

    @property
    def wants(self) -> tuple[bool, bool]:
        return not self.closed, False

    def fileno(self) -> int:
        self._play()
        return self._pair[0].fileno() if self._pair else -1

    def advance(self) -> list[NetEvent]:
        self._play()
        happened, self._events = self._events, []
        if self._rung and self._pair:
            self._pair[0].recv(1)
            self._rung = False
        return happened

    def close(self) -> None:
        self.closed = True
        self._script.clear()
        self._events.clear()
        for end in self._pair or ():
            end.close()
        self._pair = None

    def _play(self) -> None:
        while self._script and self._passes(self._script[0]):
            act = self._script.pop(0)
            if not isinstance(act, Hears | AwaitsOpen | AwaitsSecure | Waits):
                self._events.append(act)
        if self._events and not self._rung and self._pair:
            self._pair[1].send(b"\0")
            self._rung = True

    def _passes(self, act: Act) -> bool:
        match act:
            case Hears():
                return not self.hold and self._takes(act)
            case AwaitsOpen():
                return self.opened is not None
            case AwaitsSecure():
                return self.secured is not None
            case Waits():
                return act.event.is_set()
            case _:
                return True

    def _takes(self, act: Hears) -> bool:
        """Take the written bytes up to what the script waits for; what came before is skipped."""
        if act.exactly:
            place = self._unread.find(act.start)
            end = place + len(act.start)
        else:
            place = (
                0 if self._unread.startswith(act.start) else self._unread.find(b"\n" + act.start)
            )
            end = self._unread.find(b"\n", place + 1) + 1 if place >= 0 else 0
        if place < 0 or end <= 0:
            return False
        del self._unread[:end]
        return True


class FakeClock:
    """Seconds that pass only when told to; call it like `time.monotonic`."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FakePoller:
    """A `net.poller.Poller` without time: a wait for nothing lets the clock jump to its end.

    `ready` tells whether the connection has something (`ScriptedConnection.ready`). A wait without
    end blocks until `wake`; after ten real seconds it is a test that hangs, and fails.
    """

    def __init__(self, clock: FakeClock, ready: Callable[[], bool]) -> None:
        self._clock = clock
        self._ready = ready
        self._woken = threading.Event()
        self.waits: list[float | None] = []
        self.closed = False

    def wait(
        self, connection_fileno: int, want_read: bool, want_write: bool, timeout_s: float | None
    ) -> tuple[bool, bool]:
        self.waits.append(timeout_s)
        ready = connection_fileno >= 0 and self._ready()
        if not ready and not self._woken.is_set():
            if timeout_s is not None:
                self._clock.advance(timeout_s)
                return False, False
            if not self._woken.wait(10):
                raise AssertionError("nobody wakes this wait")
        woken = self._woken.is_set()
        self._woken.clear()
        return ready, woken

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self.closed = True
