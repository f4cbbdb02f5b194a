"""The lab server: one daemon thread and one selector for all connections, on loopback only."""

from __future__ import annotations

import errno
import ipaddress
import secrets
import selectors
import shutil
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from mailoscope_core.base.errors import UserError
from mailoscope_core.practice.auth import Accounts
from mailoscope_core.practice.authority import Authority
from mailoscope_core.practice.connection import LabConnection
from mailoscope_core.practice.login import Login
from mailoscope_core.practice.mailstore import LabMessage, MailStore
from mailoscope_core.practice.phrases import Phrases
from mailoscope_core.practice.record import LabLine, Record
from mailoscope_core.practice.script import Script
from mailoscope_core.practice.session import LabSession
from mailoscope_core.practice.spec import Scenario
from mailoscope_core.practice.transaction import Client, Transaction

MAX_CONNECTIONS = 64
STOP_S = 0.5


class LabServer:
    """Serves one scenario from `start` to `stop`, or as a context manager.

    `host` must be a loopback address (or "localhost"), `port` 0 lets the system choose. The CA file
    is written into `directory`, or into a temporary one that `stop` removes; spooled messages are
    removed in any case. `clock` gives monotonic seconds; after moving an injected one call `poke`.
    `authority` may be shared between servers, which saves making a new one.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        directory: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        authority: Authority | None = None,
        nonce: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        self.scenario = scenario
        self._host = _loopback(host)
        self._wanted_port = _valid_port(port)
        self._directory = directory
        self._clock = clock
        self._authority = authority
        self._record = Record(clock)
        spec = scenario.server
        self._script = Script(scenario.rules, clock)
        self._phrases = Phrases(spec.replies, enhanced="ENHANCEDSTATUSCODES" in spec.extensions)
        self._accounts = Accounts(spec.users, spec.tokens, spec.hostname, nonce)
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._store: MailStore | None = None
        self._folders: list[Path] = []
        self._stopping = False
        # Each connection with the interest it is registered for.
        self._connections: dict[LabConnection, int] = {}
        self._opened = 0

    # ------------------------------------------------------------------------------- for its owner

    def __enter__(self) -> LabServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Bind and serve; returns once clients can connect.

        Raises `UserError`: `lab-port-taken`, `lab-port-forbidden`, `lab-bind-failed`.
        """
        if self._thread is not None:
            raise RuntimeError("a lab server starts once")
        self._listener = self._bind()
        try:
            spool = Path(tempfile.mkdtemp(prefix="spool-", dir=self._folder()))
            self._folders.append(spool)
            self._store = MailStore(spool)
            if self._speaks_tls:
                # Here rather than in the thread: making keys would hold up other connections.
                self._context()
        except OSError:
            self._listener.close()
            raise
        self._waker, self._wake = socket.socketpair()
        self._waker.setblocking(False)
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._serve, name="mailoscope-lab", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close everything and remove what was spooled; returns within half a second."""
        if self._thread is not None:
            self._stopping = True
            self.poke()
            self._thread.join(STOP_S)
        for folder in reversed(self._folders):
            shutil.rmtree(folder, ignore_errors=True)
        self._folders.clear()

    def serve_until(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; starts and stops the server if nobody did."""
        if self._thread is None:
            with self:
                stop.wait()
        else:
            stop.wait()

    def poke(self) -> None:
        """Make the server look at its clock again."""
        try:
            self._wake.send(b"\0")
        except (BlockingIOError, OSError):
            # Full: it is awake anyway. Closed: it has ended.
            return

    @property
    def address(self) -> tuple[str, int]:
        """Host and port clients connect to; of a started server only."""
        return self._host, self.port

    @property
    def port(self) -> int:
        """The port clients connect to; of a started server only."""
        if self._listener is None:
            raise RuntimeError("the lab server is not started")
        return self._port

    @property
    def ca_file(self) -> Path:
        """The PEM file of the throw-away CA, for a profile that is to trust this server."""
        return self._own_authority().ca_file

    @property
    def events(self) -> tuple[LabLine, ...]:
        """What clients said and the server answered so far; bodies are in `messages`."""
        return self._record.lines

    @property
    def messages(self) -> tuple[LabMessage, ...]:
        """What was accepted so far."""
        return self._store.messages if self._store is not None else ()

    def wait_for(self, wanted: Callable[[LabLine], bool], timeout: float = 5.0) -> LabLine | None:
        """Return the first event that is `wanted`, waiting up to `timeout` seconds for it."""
        return self._record.wait_for(wanted, timeout)

    # ---------------------------------------------------------------------------------- its thread

    def _serve(self) -> None:
        assert self._listener is not None
        assert self._store is not None
        with selectors.DefaultSelector() as selector, self._listener, self._waker, self._wake:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._waker, selectors.EVENT_READ)
            try:
                while not self._stopping:
                    self._turn(selector)
            finally:
                for connection in self._connections:
                    connection.close()
                    connection.socket.close()
                self._store.close()

    def _turn(self, selector: selectors.BaseSelector) -> None:
        """Wait for sockets or for the next deadline, and serve what is due."""
        for key, events in selector.select(self._patience()):
            now = self._clock()
            if key.fileobj is self._listener:
                self._accept(selector, now)
            elif key.fileobj is self._waker:
                self._waker.recv(4096)
            else:
                connection: LabConnection = key.data
                if events & selectors.EVENT_WRITE:
                    connection.writable(now)
                if events & selectors.EVENT_READ and not connection.closed:
                    connection.readable(now)
                self._settle(selector, connection)
        now = self._clock()
        for connection in [each for each in self._connections if each.deadline <= now]:
            connection.due(now)
            self._settle(selector, connection)

    def _patience(self) -> float | None:
        if not self._connections:
            return None
        soonest = min(connection.deadline for connection in self._connections)
        return max(0.0, soonest - self._clock())

    def _accept(self, selector: selectors.BaseSelector, now: float) -> None:
        assert self._listener is not None
        try:
            sock, peer = self._listener.accept()
        except OSError:
            # The client was gone before it was its turn.
            return
        self._opened += 1
        connection = LabConnection(
            sock, self._opened, self._session(peer[0]), self._context, self._record, now
        )
        self._connections[connection] = 0
        connection.open(now, refused=len(self._connections) > MAX_CONNECTIONS)
        self._settle(selector, connection)

    def _settle(self, selector: selectors.BaseSelector, connection: LabConnection) -> None:
        """Bring the selector in line with what the connection waits for."""
        before = self._connections[connection]
        after = 0 if connection.closed else connection.interest
        if after and before and after != before:
            selector.modify(connection.socket, after, connection)
        elif after and not before:
            selector.register(connection.socket, after, connection)
        elif before and not after:
            selector.unregister(connection.socket)
        self._connections[connection] = after
        if connection.closed:
            del self._connections[connection]
            connection.socket.close()

    def _session(self, peer: str) -> LabSession:
        assert self._store is not None
        spec = self.scenario.server
        client = Client(self._opened, peer)
        return LabSession(
            self.scenario,
            self._script.connection(),
            self._phrases,
            Login(spec, client, self._accounts),
            Transaction(spec, self._store, client),
            client,
        )

    # --------------------------------------------------------------------------------- preparation

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            listener = socket.create_server(
                (self._host, self._wanted_port), family=family, backlog=128
            )
        except OSError as error:
            code = _BIND_ERRORS.get(error.errno or 0, "lab-bind-failed")
            detail = error.strerror or str(error)
            raise UserError(code, host=self._host, port=self._wanted_port, detail=detail) from None
        listener.setblocking(False)
        self._port: int = listener.getsockname()[1]
        return listener

    def _folder(self) -> Path:
        """Return the directory for files, made if need be."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="mailoscope-lab-"))
            self._folders.append(self._directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory

    @property
    def _speaks_tls(self) -> bool:
        spec = self.scenario.server
        return spec.implicit_tls or spec.starttls != "absent"

    def _own_authority(self) -> Authority:
        if self._authority is None:
            self._authority = Authority(self._folder())
        return self._authority

    def _context(self) -> ssl.SSLContext:
        return self._own_authority().context(self.scenario.server.certificate)


_BIND_ERRORS = {
    errno.EADDRINUSE: "lab-port-taken",
    errno.EACCES: "lab-port-forbidden",
    errno.EPERM: "lab-port-forbidden",
}


def _loopback(host: str) -> str:
    """Return the address to bind; raises `UserError("lab-not-loopback")` for any other."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host.lower() == "localhost" else host)
    except ValueError:
        raise UserError("lab-not-loopback", host=host) from None
    if not address.is_loopback:
        raise UserError("lab-not-loopback", host=host)
    return str(address)


def _valid_port(port: int) -> int:
    if not 0 <= port <= 65535:
        raise UserError("lab-port-invalid", port=port)
    return port
