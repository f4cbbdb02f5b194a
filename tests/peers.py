"""Real peers on loopback for tests: a thread with a socket, and a loop that drives a connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from mailoscope_core.net.connection import Connection, NetEvent
from mailoscope_core.net.poller import Poller

E = TypeVar("E")

# A test that waits longer than this hangs; nothing is timed with it.
PATIENCE_S = 20.0


class Peer:
    """A server of one connection: `serve` gets the accepted socket, in a thread.

    A context manager; leaving it waits for the thread and raises what `serve` raised. The socket
    is closed when `serve` returns.
    """

    def __init__(
        self, serve: Callable[[socket.socket], None], *, family: int = socket.AF_INET
    ) -> None:
        self._serve = serve
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self.address = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self._listener.bind((self.address, 0))
        self._listener.listen(1)
        self._listener.settimeout(PATIENCE_S)
        self.port: int = self._listener.getsockname()[1]
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="peer", daemon=True)

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._thread.join(PATIENCE_S)
        self._listener.close()
        if error is None:
            assert not self._thread.is_alive(), "the peer hangs"
            if self._error is not None:
                raise self._error

    def _work(self) -> None:
        try:
            connection, _ = self._listener.accept()
            connection.settimeout(PATIENCE_S)
            with connection:
                self._serve(connection)
        except BaseException as error:  # noqa: BLE001  # raised in the test's own thread
            self._error = error


def secured(
    context: ssl.SSLContext, serve: Callable[[ssl.SSLSocket], None]
) -> Callable[[socket.socket], None]:
    """Return a `serve` that speaks TLS from the first byte; a failed handshake ends it quietly."""

    def serve_tls(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                serve(wrapped)
        except (ssl.SSLError, ConnectionError):
            pass  # the client under test has given up, which is what the test looks at

    return serve_tls


def reset(connection: socket.socket) -> None:
    """Close with a RST instead of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_to_end(connection: socket.socket) -> bytes:
    """Read until the client closes."""
    chunks = []
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


def unused_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def happenings(connection: Connection, poller: Poller) -> Iterator[NetEvent]:
    """Drive a connection as a session does and yield what happens, until patience is over."""
    until = time.monotonic() + PATIENCE_S
    while (left := until - time.monotonic()) > 0:
        if connection.fileno() < 0:
            raise AssertionError("the connection is gone and nothing more will happen")
        poller.wait(connection.fileno(), *connection.wants, left)
        yield from connection.advance()
    raise AssertionError("nothing happened in time")


class Driver:
    """Drives one connection; `wait_for` returns the next event of a kind, `seen` keeps all."""

    def __init__(self, connection: Connection, poller: Poller) -> None:
        self.connection = connection
        self.seen: list[NetEvent] = []
        self._happenings = happenings(connection, poller)

    def wait_for(self, kind: type[E]) -> E:
        for event in self._happenings:
            self.seen.append(event)
            if isinstance(event, kind):
                return event
        raise AssertionError("unreachable: happenings never ends by itself")
