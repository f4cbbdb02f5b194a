"""A non-blocking socket with TLS over memory buffers: what is possible now, and what happened."""

from __future__ import annotations

import contextlib
import enum
import socket
import ssl
from collections import deque

from mailoscope_core.net.addresses import host_of, socket_address
from mailoscope_core.net.connection import (
    Closed,
    Injected,
    NetEvent,
    Opened,
    OpenFailed,
    Received,
    SecureFailed,
)
from mailoscope_core.net.failures import describe_errno, describe_ssl, is_reset, open_kind
from mailoscope_core.net.tls_layer import HandshakeFailed, TlsLayer, TlsReadFailed

# One `advance` takes in at most this much, so that a server that never stops cannot hold it.
_READ_AT_MOST = 1024 * 1024
_FIRST_BYTES = 80
# Ciphertext on its way to the kernel: enough to keep it busy, small enough to stay flat.
_WIRE_AT_MOST = 256 * 1024


class _Phase(enum.Enum):
    IDLE = enum.auto()
    CONNECTING = enum.auto()
    OPEN = enum.auto()
    HANDSHAKE = enum.auto()
    CLOSED = enum.auto()


class SocketConnection:
    """The `Connection` of the real world; see `net.connection.Connection` for the contract.

    `read_size` is what one read asks the kernel for, in bytes. Not thread-safe: one thread drives
    it. An object serves one connection; a new one is made to dial again.
    """

    def __init__(self, *, read_size: int = 65536) -> None:
        self._read_size = read_size
        self._phase = _Phase.IDLE
        self._socket: socket.socket | None = None
        self._tls: TlsLayer | None = None
        self._queue: deque[memoryview] = deque()
        self._queued = 0
        # What goes to the kernel next, and how many bytes of the queue are in it.
        self._wire: memoryview = memoryview(b"")
        self._wire_covers = 0
        self._first_bytes = b""
        self._heard = False
        self._events: deque[NetEvent] = deque()
        # Its own far end, always writable: so that a failure known at once ends the next wait.
        self._due: tuple[socket.socket, socket.socket] | None = None

    # --- the contract -------------------------------------------------------------------------

    def open(self, address: str, port: int) -> None:
        """Begin to connect to a numeric address, IPv6 with or without a scope id."""
        if self._phase is not _Phase.IDLE:
            raise RuntimeError("a connection is opened once")
        self._phase = _Phase.CONNECTING
        try:
            family, target = socket_address(address, port)
            self._socket = socket.socket(family, socket.SOCK_STREAM)
            self._socket.setblocking(False)
            # Without it a STARTTLS session stalls in Nagle's algorithm and the delayed ACK.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.connect(target)
        except BlockingIOError:
            return
        except (OSError, ValueError) as error:
            self._fail_at_once(error)

    def secure(self, context: ssl.SSLContext, server_name: str) -> None:
        """Begin the handshake; what was sent in clear after the last reply is `Injected`."""
        if self._phase is not _Phase.OPEN or self._tls is not None:
            raise RuntimeError("TLS begins once, on an open connection")
        early, ended = self._read_early()
        # Before any reply there is nothing to inject after: a server that greets in clear where
        # TLS was expected shows its greeting in `first_bytes`.
        if early and self._heard:
            self._events.append(Injected(early))
            early = b""
        self._flush_clear_into_wire()
        self._phase = _Phase.HANDSHAKE
        try:
            self._tls = TlsLayer(context, server_name)
        except ValueError as error:  # a name that cannot be a host name
            self._secure_failed(HandshakeFailed("other", str(error), None, None, ()))
            self._due = socket.socketpair()
            return
        self._first_bytes = early[:_FIRST_BYTES]
        self._tls.take_in(early, ended=ended)

    def write(self, data: bytes) -> None:
        """Queue bytes; they leave in the next `advance`."""
        if data and self._phase is not _Phase.CLOSED:
            self._queue.append(memoryview(data))
            self._queued += len(data)

    @property
    def unsent(self) -> int:
        """Bytes queued and not yet taken by the kernel, counted before encryption."""
        return self._queued + self._wire_covers

    @property
    def wants(self) -> tuple[bool, bool]:
        """Whether to wait for (readable, writable)."""
        if self._events:
            return False, True
        match self._phase:
            case _Phase.CONNECTING:
                return False, True
            case _Phase.OPEN:
                return True, bool(self._wire or self._queue)
            case _Phase.HANDSHAKE:
                return True, bool(self._wire) or (self._tls is not None and self._tls.has_work)
            case _:
                return False, False

    def fileno(self) -> int:
        """The descriptor to wait on, -1 when there is none."""
        if self._due is not None:
            return self._due[0].fileno()
        return self._socket.fileno() if self._socket is not None else -1

    def advance(self) -> list[NetEvent]:
        """Do all that can be done without blocking and return what happened, in order."""
        if self._phase is _Phase.CONNECTING and not self._events:
            # A greeting is not read in the same breath: with implicit TLS `secure` comes first.
            self._finish_connecting()
        elif self._phase in (_Phase.OPEN, _Phase.HANDSHAKE):
            self._read()
        if self._phase in (_Phase.OPEN, _Phase.HANDSHAKE):
            self._write()
        happened = list(self._events)
        self._events.clear()
        if self._due is not None:
            self._drop_due()
        return happened

    def close(self) -> None:
        """Close at once; a farewell of TLS is tried and not waited for."""
        if self._socket is not None and self._tls is not None and not self._wire:
            self._say_goodbye(self._socket, self._tls)
        self._shut()
        self._events.clear()
        self._drop_due()

    # --- connecting ---------------------------------------------------------------------------

    def _finish_connecting(self) -> None:
        connection = self._socket
        assert connection is not None
        code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            last_words = b"".join(self._receive()[0])
            if last_words:
                self._opened_and_broken(connection, last_words, code)
            else:
                self._open_failed(OpenFailed(open_kind(code), code, describe_errno(code)))
            return
        try:
            peer = connection.getpeername()
            local = connection.getsockname()
        except OSError:
            return  # woken by something else, still under way
        if peer == local:
            # TCP met itself: nobody listens on this local port, the kernel just picked it for us.
            self._open_failed(OpenFailed("refused", None, "simultaneous open with ourselves"))
            return
        self._phase = _Phase.OPEN
        self._events.append(Opened(host_of(local), local[1]))

    def _opened_and_broken(self, connection: socket.socket, said: bytes, code: int) -> None:
        """Tell of a server that spoke and hung up before anybody looked."""
        local = connection.getsockname()
        self._events += [Opened(host_of(local), local[1]), Received(said)]
        self._closed(_broken(OSError(code, "")))

    def _fail_at_once(self, error: OSError | ValueError) -> None:
        code = error.errno if isinstance(error, OSError) else None
        known = None if isinstance(error, socket.gaierror) else code
        words = str(error) if known is None else describe_errno(known)
        self._open_failed(OpenFailed(open_kind(known), known, words))
        self._due = socket.socketpair()

    def _open_failed(self, event: OpenFailed) -> None:
        self._shut()
        self._events.append(event)

    # --- reading ------------------------------------------------------------------------------

    def _read(self) -> None:
        chunks, ended = self._receive()
        self._take(b"".join(chunks), ended=ended is not None)
        if ended is not None and self._phase is not _Phase.CLOSED:
            self._closed(ended)

    def _take(self, data: bytes, *, ended: bool) -> None:
        if self._tls is None:
            self._deliver(data)
        else:
            self._decrypt(self._tls, data, ended=ended)

    def _receive(self) -> tuple[list[bytes], Closed | None]:
        """Read what the kernel has; the second value tells that the stream has ended."""
        connection = self._socket
        assert connection is not None
        chunks: list[bytes] = []
        taken = 0
        try:
            while taken < _READ_AT_MOST:
                chunk = connection.recv(self._read_size)
                if not chunk:
                    return chunks, Closed(reset=False, clean=False, errno=None, detail="")
                chunks.append(chunk)
                taken += len(chunk)
                if len(chunk) < self._read_size:
                    break
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            return chunks, _broken(error)
        return chunks, None

    def _read_early(self) -> tuple[bytes, bool]:
        chunks, ended = self._receive()
        return b"".join(chunks), ended is not None

    def _deliver(self, data: bytes) -> None:
        if data:
            self._heard = True
            self._events.append(Received(data))

    def _decrypt(self, tls: TlsLayer, data: bytes, *, ended: bool) -> None:
        if data or ended:
            tls.take_in(data, ended=ended)
        if self._phase is _Phase.HANDSHAKE:
            if len(self._first_bytes) < _FIRST_BYTES:
                self._first_bytes = (self._first_bytes + data)[:_FIRST_BYTES]
            if not self._shake_hands(tls):
                return
        try:
            said_goodbye = False
            for text in tls.read_all():
                if text is None:
                    said_goodbye = True
                else:
                    self._deliver(text)
        except TlsReadFailed as failed:
            if not ended:
                self._closed(Closed(reset=False, clean=False, errno=None, detail=failed.detail))
            return
        if said_goodbye:
            self._closed(Closed(reset=False, clean=True, errno=None, detail=""))

    def _shake_hands(self, tls: TlsLayer) -> bool:
        """Go on with the handshake; true once TLS stands."""
        try:
            secured = tls.shake_hands(self._first_bytes)
        except HandshakeFailed as failed:
            self._secure_failed(failed)
            return False
        if secured is None:
            return False
        self._phase = _Phase.OPEN
        self._events.append(secured)
        return True

    def _secure_failed(self, failed: HandshakeFailed) -> None:
        if self._socket is not None and self._tls is not None:
            _send_once(self._socket, bytes(self._wire) + self._tls.take_out())  # our alert
        self._shut()
        self._events.append(
            SecureFailed(
                kind=failed.kind,
                detail=failed.detail,
                verify_code=failed.verify_code,
                alert=failed.alert,
                first_bytes=self._first_bytes,
                chain=failed.chain,
            )
        )

    # --- writing ------------------------------------------------------------------------------

    def _write(self) -> None:
        connection = self._socket
        assert connection is not None
        try:
            while self._fill_wire():
                sent = connection.send(self._wire)
                self._wire = self._wire[sent:]
                if self._tls is None:
                    self._wire_covers -= sent
                elif not self._wire:
                    self._wire_covers = 0
                if self._wire:
                    return  # the kernel is full
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._write_failed(error)

    def _fill_wire(self) -> bool:
        """Put the next piece on the wire if it is empty; false when there is nothing to send."""
        if self._wire:
            return True
        if self._tls is None:
            if self._queue:
                self._wire = self._queue.popleft()
                self._wire_covers = len(self._wire)
                self._queued -= self._wire_covers
        else:
            if self._phase is _Phase.OPEN:
                self._wire_covers = self._tls.encrypt(self._queue, _WIRE_AT_MOST)
                self._queued -= self._wire_covers
            self._wire = memoryview(self._tls.take_out())
        return bool(self._wire)

    def _flush_clear_into_wire(self) -> None:
        """Let what was written before TLS leave in clear, ahead of the handshake."""
        if self._queue:
            self._wire = memoryview(b"".join([self._wire, *self._queue]))
            self._wire_covers += self._queued
            self._queue.clear()
            self._queued = 0

    def _write_failed(self, error: OSError) -> None:
        """Take in what the server said before it went away: that is usually the reason."""
        self._take(b"".join(self._receive()[0]), ended=False)
        if self._phase is not _Phase.CLOSED:
            self._closed(_broken(error))

    # --- the end ------------------------------------------------------------------------------

    def _closed(self, event: Closed) -> None:
        if self._phase is _Phase.HANDSHAKE:
            self._secure_failed(HandshakeFailed("closed", event.detail, None, None, ()))
            return
        self._shut()
        self._events.append(event)

    def _say_goodbye(self, connection: socket.socket, tls: TlsLayer) -> None:
        if self._phase is _Phase.OPEN:
            _send_once(connection, tls.goodbye())

    def _shut(self) -> None:
        self._phase = _Phase.CLOSED
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._queue.clear()
        self._queued = self._wire_covers = 0
        self._wire = memoryview(b"")

    def _drop_due(self) -> None:
        for end in self._due or ():
            end.close()
        self._due = None


def _broken(error: OSError) -> Closed:
    if isinstance(error, ssl.SSLError):  # its errno is OpenSSL's own
        return Closed(reset=False, clean=False, errno=None, detail=describe_ssl(error))
    code = error.errno
    return Closed(reset=is_reset(code), clean=False, errno=code, detail=describe_errno(code, error))


def _send_once(connection: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):  # a courtesy: the connection is closed either way
        connection.send(data)
