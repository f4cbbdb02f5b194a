"""The connection in clear against real peers on loopback: opening, reading, writing, breaking."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator

import pytest

from mailoscope_core.net.connection import Closed, Opened, OpenFailed, Received
from mailoscope_core.net.poller import Poller
from mailoscope_core.net.sockets import SocketConnection
from tests.network_guard import NetworkGuard
from tests.peers import Driver, Peer, read_to_end, reset, unused_port


@pytest.fixture
def connection() -> Iterator[SocketConnection]:
    made = SocketConnection()
    yield made
    made.close()


@pytest.fixture
def driver(connection: SocketConnection) -> Iterator[Driver]:
    with Poller() as poller:
        yield Driver(connection, poller)


def received(driver: Driver) -> bytes:
    return b"".join(event.data for event in driver.seen if isinstance(event, Received))


# --- opening ----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_opens_and_tells_its_own_address(
    connection: SocketConnection, driver: Driver, family: int
) -> None:
    seen: list[tuple[str, int]] = []
    with Peer(lambda peer: seen.append(peer.getpeername()[:2]), family=family) as server:
        connection.open(server.address, server.port)
        opened = driver.wait_for(Opened)
        driver.wait_for(Closed)
    assert seen == [(opened.local_address, opened.local_port)]
    assert opened.local_address == server.address


def test_nagle_is_off(connection: SocketConnection, driver: Driver) -> None:
    with Peer(lambda peer: None) as server:
        connection.open(server.address, server.port)
        driver.wait_for(Opened)
        with socket.socket(fileno=socket.dup(connection.fileno())) as same:
            assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_refused(connection: SocketConnection, driver: Driver) -> None:
    connection.open("127.0.0.1", unused_port())
    failed = driver.wait_for(OpenFailed)
    assert (failed.kind, failed.errno) == ("refused", errno.ECONNREFUSED)
    assert "refused" in failed.detail.lower()
    assert connection.fileno() == -1


def test_meeting_oneself_on_a_local_port_is_no_server(
    connection: SocketConnection, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = unused_port()
    original = socket.socket.connect

    def from_the_same_port(sock: socket.socket, address: tuple[str, int]) -> None:
        sock.bind(address)
        original(sock, address)

    monkeypatch.setattr(socket.socket, "connect", from_the_same_port)
    connection.open("127.0.0.1", port)
    assert driver.wait_for(OpenFailed).kind == "refused"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENETUNREACH, "unreachable"),
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.EADDRNOTAVAIL, "unreachable"),
        (errno.EAFNOSUPPORT, "unreachable"),
        (errno.EACCES, "denied"),
        (errno.EPERM, "denied"),
        (errno.ETIMEDOUT, "timeout"),
        (errno.ECONNRESET, "reset"),
        (errno.EMFILE, "other"),
    ],
)
def test_a_failure_known_at_once_still_ends_a_wait(
    connection: SocketConnection,
    driver: Driver,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    kind: str,
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(code, "words")

    monkeypatch.setattr(socket.socket, "connect", fail)
    connection.open("127.0.0.1", 25)
    failed = driver.wait_for(OpenFailed)
    assert (failed.kind, failed.errno) == (kind, code)
    assert failed.detail
    assert connection.fileno() == -1
    assert connection.advance() == []


@pytest.mark.parametrize("code", [errno.ENETUNREACH, errno.ETIMEDOUT, errno.EHOSTUNREACH])
def test_a_failure_that_comes_later(
    connection: SocketConnection, driver: Driver, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(socket.socket, "getsockopt", lambda *arguments: code)
    connection.open("127.0.0.1", unused_port())
    failed = driver.wait_for(OpenFailed)
    assert failed.errno == code
    assert failed.kind in ("unreachable", "timeout")


@pytest.mark.parametrize(
    ("address", "port"), [("not an address", 25), ("127.0.0.1", 0), ("127.0.0.1", 65536)]
)
def test_nonsense_is_a_failure_and_no_exception(
    connection: SocketConnection, driver: Driver, address: str, port: int
) -> None:
    connection.open(address, port)
    failed = driver.wait_for(OpenFailed)
    assert (failed.kind, failed.errno) == ("other", None)
    assert failed.detail


def test_a_silent_listener_keeps_the_connection_connecting_and_a_wake_ends_the_wait(
    connection: SocketConnection,
) -> None:
    with socket.socket() as listener, Poller() as poller:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        try:
            for _ in range(4):  # Linux drops the handshakes that its backlog has no room for
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(listener.getsockname())
                fillers.append(filler)
            connection.open(*listener.getsockname())
            assert connection.advance() == []
            threading.Thread(target=poller.wake).start()
            assert poller.wait(connection.fileno(), *connection.wants, None) == (False, True)
            assert connection.advance() == []
            connection.close()
            assert connection.fileno() == -1
        finally:
            for filler in fillers:
                filler.close()


def test_a_name_is_refused_and_never_looked_up(
    connection: SocketConnection, driver: Driver, network_guard: NetworkGuard
) -> None:
    connection.open("mail.example.org", 25)
    assert driver.wait_for(OpenFailed).kind == "other"
    assert not network_guard.violations


# --- reading ----------------------------------------------------------------------------------


def test_a_drip_of_single_bytes_arrives_whole(connection: SocketConnection, driver: Driver) -> None:
    text = b"220 mail.lab.test ready\r\n"
    turn = threading.Semaphore(1)

    def serve(peer: socket.socket) -> None:
        for value in text:
            turn.acquire()
            peer.send(bytes([value]))

    with Peer(serve) as server:
        connection.open(server.address, server.port)
        for _ in text:
            assert len(driver.wait_for(Received).data) == 1
            turn.release()
        assert driver.wait_for(Closed) == Closed(reset=False, clean=False, errno=None, detail="")
    assert received(driver) == text


def test_all_that_is_there_is_read_in_one_go(connection: SocketConnection) -> None:
    sent = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"x" * 200_000)
        sent.set()

    with Peer(serve) as server, Poller() as poller:
        driver = Driver(connection, poller)
        connection.open(server.address, server.port)
        driver.wait_for(Opened)
        while not sent.is_set():
            driver.wait_for(Received)
        driver.wait_for(Closed)
    assert len(received(driver)) == 200_000


def test_a_flood_does_not_hold_advance(connection: SocketConnection, driver: Driver) -> None:
    stop = threading.Event()

    def serve(peer: socket.socket) -> None:
        try:
            while not stop.is_set():
                peer.sendall(b"250-more\r\n" * 100_000)
        except ConnectionError:
            pass

    with Peer(serve) as server:
        connection.open(server.address, server.port)
        for _ in range(20):
            assert len(driver.wait_for(Received).data) <= 1024 * 1024 + 65536
        stop.set()
        connection.close()


def test_what_was_said_before_a_reset_is_heard(
    connection: SocketConnection, driver: Driver
) -> None:
    heard = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"554 no\r\n")
        heard.wait(10)
        reset(peer)

    with Peer(serve) as server:
        connection.open(server.address, server.port)
        assert driver.wait_for(Received).data == b"554 no\r\n"
        heard.set()
        closed = driver.wait_for(Closed)
    assert (closed.reset, closed.errno) == (True, errno.ECONNRESET)
    assert closed.detail


def test_the_last_words_are_read_even_when_writing_fails_first(
    connection: SocketConnection, driver: Driver
) -> None:
    opened, gone = threading.Event(), threading.Event()

    def serve(peer: socket.socket) -> None:
        opened.wait(10)
        peer.sendall(b"421 too long\r\n")
        reset(peer)
        gone.set()

    with Peer(serve) as server:
        connection.open(server.address, server.port)
        driver.wait_for(Opened)
        opened.set()
        gone.wait(10)
        connection.write(b"DATA\r\n")
        closed = driver.wait_for(Closed)
    assert closed.reset
    assert received(driver) == b"421 too long\r\n"


def test_a_server_that_speaks_and_hangs_up_before_anybody_looks(
    connection: SocketConnection, driver: Driver
) -> None:
    gone = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"554 no\r\n")
        reset(peer)
        gone.set()

    with Peer(serve) as server:
        connection.open(server.address, server.port)
        assert gone.wait(10)
        closed = driver.wait_for(Closed)
    assert [type(event) for event in driver.seen] == [Opened, Received, Closed]
    assert received(driver) == b"554 no\r\n"
    assert closed.reset


def test_a_server_that_closes_its_half_can_still_be_told_something(
    connection: SocketConnection,
) -> None:
    told: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"220 hi\r\n")
        told.append(peer.recv(100))
        peer.shutdown(socket.SHUT_WR)
        told.append(read_to_end(peer))

    with Peer(serve) as server, Poller() as poller:
        driver = Driver(connection, poller)
        connection.open(server.address, server.port)
        driver.wait_for(Received)
        connection.write(b"QUIT\r\n")
        closed = driver.wait_for(Closed)
        connection.close()
    assert not closed.reset
    assert told == [b"QUIT\r\n", b""]


# --- writing ----------------------------------------------------------------------------------


def test_unsent_counts_what_the_kernel_has_not_taken(
    connection: SocketConnection, driver: Driver
) -> None:
    go = threading.Event()
    got: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"220 hi\r\n")
        go.wait(10)
        got.append(read_to_end(peer))

    body = bytes(range(256)) * 65536  # 16 MiB: more than a loopback socket buffers
    with Peer(serve) as server:
        connection.open(server.address, server.port)
        driver.wait_for(Received)
        connection.write(body)
        assert connection.unsent == len(body)
        connection.advance()
        assert 0 < connection.unsent < len(body)
        assert connection.wants == (True, True)
        go.set()
        with Poller() as poller:
            while connection.unsent:
                poller.wait(connection.fileno(), *connection.wants, 10)
                assert connection.advance() == []
        assert connection.wants == (True, False)
        connection.close()
    assert got == [body]


def test_small_writes_keep_their_order(connection: SocketConnection, driver: Driver) -> None:
    got: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        got.append(read_to_end(peer))

    with Peer(serve) as server:
        connection.open(server.address, server.port)
        connection.write(b"early ")
        driver.wait_for(Opened)
        for word in (b"one ", b"", b"two ", b"three"):
            connection.write(word)
        connection.advance()
        connection.close()
    assert got == [b"early one two three"]


# --- the end ----------------------------------------------------------------------------------


def test_closing_twice_and_using_it_afterwards(connection: SocketConnection) -> None:
    connection.close()
    connection.close()
    connection.write(b"lost")
    assert connection.unsent == 0
    assert connection.wants == (False, False)
    assert connection.fileno() == -1
    assert connection.advance() == []
    with pytest.raises(RuntimeError):
        connection.open("127.0.0.1", 25)


def test_tls_needs_an_open_connection(connection: SocketConnection) -> None:
    import ssl

    with pytest.raises(RuntimeError):
        connection.secure(ssl.create_default_context(), "mail.lab.test")
