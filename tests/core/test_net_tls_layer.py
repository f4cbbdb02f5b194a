"""TLS against real peers: good and bad certificates, servers that speak no TLS, injection, ends."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailoscope_core.net.certificates import certificate_facts
from mailoscope_core.net.connection import (
    Closed,
    Injected,
    Opened,
    Received,
    Secured,
    SecureFailed,
)
from mailoscope_core.net.poller import Poller
from mailoscope_core.net.sockets import SocketConnection
from mailoscope_core.net.tls import TrustSettings, build_context
from tests.peers import PATIENCE_S, Driver, Peer, read_to_end, reset, secured
from tests.tls_material import NAME, Material

SERVER_HELLO_OF_TLS_1_1 = bytes.fromhex("160302002a020000260302") + bytes(32) + b"\0\0\x2f\0"


@pytest.fixture
def material(tmp_path: Path) -> Material:
    return Material(tmp_path)


@pytest.fixture
def connection() -> Iterator[SocketConnection]:
    made = SocketConnection()
    yield made
    made.close()


@pytest.fixture
def driver(connection: SocketConnection) -> Iterator[Driver]:
    with Poller() as poller:
        yield Driver(connection, poller)


def open_and_secure(
    driver: Driver, server: Peer, context: ssl.SSLContext, name: str = NAME
) -> None:
    driver.connection.open(server.address, server.port)
    driver.wait_for(Opened)
    driver.connection.secure(context, name)


def failure(
    driver: Driver,
    serve: Callable[[socket.socket], None],
    context: ssl.SSLContext,
    name: str = NAME,
) -> SecureFailed:
    with Peer(serve) as server:
        open_and_secure(driver, server, context, name)
        failed = driver.wait_for(SecureFailed)
        assert driver.connection.fileno() == -1
        return failed


def greet(wrapped: ssl.SSLSocket) -> None:
    wrapped.sendall(b"220 hi\r\n")
    read_to_end(wrapped)


def trusting(material: Material) -> ssl.SSLContext:
    return build_context(TrustSettings(ca_file=str(material.ca_file)))


# --- good -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_good_server_is_verified(
    material: Material, driver: Driver, version: ssl.TLSVersion
) -> None:
    asked: list[str | None] = []
    context = material.below_an_intermediate(chain=True)
    context.maximum_version = version
    context.sni_callback = lambda wrapped, name, same: asked.append(name)
    with Peer(secured(context, greet)) as server:
        open_and_secure(driver, server, trusting(material))
        stands = driver.wait_for(Secured)
        assert driver.wait_for(Received).data == b"220 hi\r\n"
        driver.connection.close()
    assert stands.version == f"TLSv1.{version.name[-1]}"
    assert stands.verified
    assert stands.bits in (128, 256)
    assert stands.cipher
    facts = [certificate_facts(each.der) for each in stands.chain]
    assert NAME in facts[0].dns_names
    assert facts[1].is_ca
    assert facts[0].issuer == facts[1].subject
    assert asked == [NAME]


def test_an_address_is_verified_and_not_asked_for(material: Material, driver: Driver) -> None:
    asked: list[str | None] = []
    context = material.server(names=("127.0.0.1",))
    context.sni_callback = lambda wrapped, name, same: asked.append(name)
    with Peer(secured(context, greet)) as server:
        open_and_secure(driver, server, trusting(material), "127.0.0.1")
        assert driver.wait_for(Secured).verified
        driver.connection.close()
    assert asked == [None]


def test_a_trailing_dot_is_no_part_of_the_name(material: Material, driver: Driver) -> None:
    with Peer(secured(material.server(), greet)) as server:
        open_and_secure(driver, server, trusting(material), f"{NAME}.")
        assert driver.wait_for(Secured).verified
        driver.connection.close()


def test_unverified_stands_and_says_so(material: Material, driver: Driver) -> None:
    with Peer(secured(material.self_signed(), greet)) as server:
        open_and_secure(driver, server, build_context(TrustSettings(verify=False)), "other.test")
        stands = driver.wait_for(Secured)
        driver.connection.close()
    assert not stands.verified
    assert certificate_facts(stands.chain[0].der).self_signed


def test_a_client_certificate_is_shown(material: Material, driver: Driver, tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    material.ca.issue_cert("device@lab.test").private_key_and_cert_chain_pem.write_to_path(
        str(file)
    )
    seen: list[object] = []

    def serve(wrapped: ssl.SSLSocket) -> None:
        seen.append(wrapped.getpeercert())
        greet(wrapped)

    context = material.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(material.ca_file)
    trust = TrustSettings(ca_file=str(material.ca_file), client_certificate=str(file))
    with Peer(secured(context, serve)) as server:
        open_and_secure(driver, server, build_context(trust))
        driver.wait_for(Received)
        driver.connection.close()
    assert "device@lab.test" in str(seen)


# --- bad certificates -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (lambda m: m.outdated(days_from_now=-10), "expired", 10),
        (lambda m: m.outdated(days_from_now=3), "not-yet-valid", 9),
        (lambda m: m.server(names=("other.lab.test",)), "hostname", 62),
        (lambda m: m.self_signed(), "self-signed", 18),
        (lambda m: m.below_an_unknown_root(with_root=False), "untrusted", 20),
        (lambda m: m.below_an_unknown_root(with_root=True), "untrusted", 19),
        (lambda m: m.below_an_intermediate(chain=False), "no-intermediate", 20),
        (lambda m: m.public_leaf_alone(), "no-intermediate", 20),
        (lambda m: m.weak_key(), "untrusted", 66),
    ],
)
def test_bad_certificates(
    material: Material,
    driver: Driver,
    make: Callable[[Material], ssl.SSLContext],
    kind: str,
    code: int,
) -> None:
    serve = secured(make(material), greet)
    failed = failure(driver, serve, trusting(material))
    assert (failed.kind, failed.verify_code) == (kind, code)
    assert failed.detail
    assert failed.alert is None
    assert failed.first_bytes[:1] == b"\x16"
    assert failed.chain, "the chain can be read after the failure"
    assert certificate_facts(failed.chain[0].der).sha256


def test_an_address_that_is_not_in_the_certificate(material: Material, driver: Driver) -> None:
    failed = failure(driver, secured(material.server(), greet), trusting(material), "127.0.0.1")
    assert (failed.kind, failed.verify_code) == ("hostname", 64)


def test_revoked(material: Material, driver: Driver, tmp_path: Path) -> None:
    server_context, revocations = material.revoked()
    context = trusting(material)
    (tmp_path / "crl.pem").write_bytes(revocations)
    context.load_verify_locations(tmp_path / "crl.pem")
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    failed = failure(driver, secured(server_context, greet), context)
    assert (failed.kind, failed.verify_code) == ("revoked", 23)


def test_a_private_authority_against_the_system_is_untrusted(
    material: Material, driver: Driver
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # no root at all
    failed = failure(driver, secured(material.server(), greet), context)
    assert (failed.kind, len(failed.chain)) == ("untrusted", 1)


def test_a_public_leaf_alone_against_the_system_lacks_its_intermediate(
    material: Material, driver: Driver
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    failed = failure(driver, secured(material.public_leaf_alone(), greet), context)
    assert failed.kind == "no-intermediate"


def test_a_name_that_cannot_be_one(material: Material, driver: Driver) -> None:
    failed = failure(driver, lambda peer: None, trusting(material), ".lab.test")
    assert failed.kind == "other"
    assert failed.detail


# --- no TLS, or another -----------------------------------------------------------------------


def after_the_client_hello(answer: bytes) -> Callable[[socket.socket], None]:
    def serve(peer: socket.socket) -> None:
        assert peer.recv(1)[:1] == b"\x16"
        peer.sendall(answer)
        read_to_end(peer)

    return serve


def test_a_greeting_in_clear_where_tls_was_expected(material: Material, driver: Driver) -> None:
    greeted = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"220 mail.lab.test ESMTP ready\r\n")
        greeted.set()
        read_to_end(peer)

    with Peer(serve) as server:
        driver.connection.open(server.address, server.port)
        assert greeted.wait(10)
        assert [type(event) for event in driver.connection.advance()] == [Opened]
        driver.connection.secure(trusting(material), NAME)
        failed = driver.wait_for(SecureFailed)
    assert failed.kind == "not-tls"
    assert failed.first_bytes == b"220 mail.lab.test ESMTP ready\r\n"
    assert not [event for event in driver.seen if isinstance(event, Injected)]


@pytest.mark.parametrize(
    "answer", [b"220 mail.lab.test ready\r\n", b"500 what?\r\n", b"HTTP/1.1 400\r\n", b"\0\1\2" * 9]
)
def test_a_server_that_answers_the_hello_in_clear(
    material: Material, driver: Driver, answer: bytes
) -> None:
    failed = failure(driver, after_the_client_hello(answer), trusting(material))
    assert failed.kind == "not-tls"
    assert failed.first_bytes == answer
    assert failed.chain == ()


def test_first_bytes_are_at_most_80(material: Material, driver: Driver) -> None:
    failed = failure(driver, after_the_client_hello(b"2" * 500), trusting(material))
    assert failed.first_bytes == b"2" * 80


@pytest.mark.parametrize(
    ("number", "kind", "alert"),
    [
        (40, "protocol", "handshake-failure"),
        (70, "protocol", "protocol-version"),
        (71, "protocol", "insufficient-security"),
        (112, "alert", "unrecognized-name"),
        (80, "alert", "internal-error"),
        (49, "alert", "access-denied"),
        (48, "alert", "unknown-ca"),
    ],
)
def test_alerts(material: Material, driver: Driver, number: int, kind: str, alert: str) -> None:
    record = b"\x15\x03\x03\x00\x02\x02" + bytes([number])
    failed = failure(driver, after_the_client_hello(record), trusting(material))
    assert (failed.kind, failed.alert) == (kind, alert)


def test_an_old_version_only(material: Material, driver: Driver) -> None:
    failed = failure(driver, after_the_client_hello(SERVER_HELLO_OF_TLS_1_1), trusting(material))
    assert failed.kind == "protocol"
    assert "protocol" in failed.detail


def test_no_cipher_in_common(material: Material, driver: Driver) -> None:
    context = material.server()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    client = trusting(material)
    client.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    failed = failure(driver, secured(context, greet), client)
    assert (failed.kind, failed.alert) == ("protocol", "handshake-failure")


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_server_that_hangs_up_during_the_handshake(
    material: Material, driver: Driver, how: str
) -> None:
    def serve(peer: socket.socket) -> None:
        peer.recv(65536)
        if how == "reset":
            reset(peer)

    failed = failure(driver, serve, trusting(material))
    assert failed.kind == "closed"
    assert failed.first_bytes == b""


def test_a_silent_server_keeps_the_handshake_open_and_closing_is_immediate(
    material: Material, driver: Driver
) -> None:
    heard = threading.Event()

    def serve(peer: socket.socket) -> None:
        peer.recv(1)
        heard.set()
        read_to_end(peer)

    with Peer(serve) as server:
        open_and_secure(driver, server, trusting(material))
        assert driver.connection.advance() == []
        assert heard.wait(10)
        assert driver.connection.advance() == []
        assert driver.connection.wants == (True, False)
        driver.connection.close()


def test_tls_a_byte_at_a_time(material: Material, driver: Driver) -> None:
    """A relay hands on every byte of the server singly."""
    backend, relay_side = socket.socketpair()
    context = material.server()
    serving = threading.Thread(target=secured(context, greet), args=(backend,))

    def serve(peer: socket.socket) -> None:
        def backwards() -> None:
            while chunk := relay_side.recv(65536):
                try:
                    for value in chunk:
                        peer.sendall(bytes([value]))
                except OSError:
                    return

        back = threading.Thread(target=backwards)
        back.start()
        relay_side.sendall(peer.recv(65536))
        while chunk := peer.recv(65536):
            relay_side.sendall(chunk)
        relay_side.shutdown(socket.SHUT_WR)
        serving.join()
        backend.close()
        back.join()

    serving.start()
    with relay_side, Peer(serve) as server:
        open_and_secure(driver, server, trusting(material))
        driver.wait_for(Secured)
        while b"220 hi\r\n" not in b"".join(
            event.data for event in driver.seen if isinstance(event, Received)
        ):
            driver.wait_for(Received)
        driver.connection.close()


# --- STARTTLS ---------------------------------------------------------------------------------


def starttls_server(
    context: ssl.SSLContext, injected: bytes, ready: threading.Event, *, apart: bool
) -> Callable[[socket.socket], None]:
    def serve(peer: socket.socket) -> None:
        peer.sendall(b"220 hi\r\n")
        assert peer.recv(100) == b"STARTTLS\r\n"
        peer.sendall(b"220 go ahead\r\n" + (b"" if apart else injected))
        assert ready.wait(10)
        if apart:
            peer.sendall(injected)
        ready.clear()
        secured(context, greet)(peer)

    return serve


def start_tls(driver: Driver, server: Peer) -> None:
    driver.connection.open(server.address, server.port)
    driver.wait_for(Received)
    driver.connection.write(b"STARTTLS\r\n")
    assert driver.connection.advance() == []
    driver.wait_for(Received)


def test_starttls(material: Material, driver: Driver) -> None:
    ready = threading.Event()
    serve = starttls_server(material.server(), b"", ready, apart=False)
    with Peer(serve) as server:
        start_tls(driver, server)
        ready.set()
        driver.connection.secure(trusting(material), NAME)
        assert driver.wait_for(Secured).verified
        assert driver.wait_for(Received).data == b"220 hi\r\n"
        driver.connection.close()


def test_plaintext_injected_after_starttls_is_told_and_thrown_away(
    material: Material, driver: Driver
) -> None:
    ready = threading.Event()
    serve = starttls_server(material.server(), b"250-AUTH PLAIN\r\n", ready, apart=True)
    with Peer(serve) as server, Poller() as poller:
        start_tls(driver, server)
        ready.set()
        # Until it is in the kernel's buffer, where `secure` finds it.
        poller.wait(driver.connection.fileno(), True, False, 10)
        driver.connection.secure(trusting(material), NAME)
        assert driver.wait_for(Injected).data == b"250-AUTH PLAIN\r\n"
        assert driver.wait_for(Secured).verified
        assert driver.wait_for(Received).data == b"220 hi\r\n"
        driver.connection.close()


def test_what_was_written_before_tls_leaves_in_clear(material: Material, driver: Driver) -> None:
    got: list[bytes] = []

    def serve(peer: socket.socket) -> None:
        peer.sendall(b"220 hi\r\n")
        got.append(peer.recv(6))
        secured(material.server(), greet)(peer)

    with Peer(serve) as server:
        driver.connection.open(server.address, server.port)
        driver.wait_for(Received)
        driver.connection.write(b"NOOP\r\n")
        driver.connection.secure(trusting(material), NAME)
        driver.wait_for(Secured)
        driver.connection.close()
    assert got == [b"NOOP\r\n"]


# --- talking and ending -----------------------------------------------------------------------


def test_large_bodies_and_replies_go_both_ways(material: Material, driver: Driver) -> None:
    body = bytes(range(256)) * 20_000

    def serve(wrapped: ssl.SSLSocket) -> None:
        got = b""
        while len(got) < len(body):
            got += wrapped.recv(65536)
        assert got == body
        wrapped.sendall(got)
        read_to_end(wrapped)

    with Peer(secured(material.server(), serve)) as server:
        open_and_secure(driver, server, trusting(material))
        driver.connection.write(b"")
        driver.wait_for(Secured)
        driver.connection.write(body)
        assert driver.connection.unsent == len(body)
        echoed = b""
        while len(echoed) < len(body):
            echoed += driver.wait_for(Received).data
        assert echoed == body
        assert driver.connection.unsent == 0
        driver.connection.close()


def test_a_goodbye_of_the_server_is_clean(material: Material, driver: Driver) -> None:
    def serve(wrapped: ssl.SSLSocket) -> None:
        wrapped.sendall(b"221 bye\r\n")
        wrapped.unwrap()

    with Peer(secured(material.server(), serve)) as server:
        open_and_secure(driver, server, trusting(material))
        assert driver.wait_for(Received).data == b"221 bye\r\n"
        closed = driver.wait_for(Closed)
        driver.connection.close()
    assert (closed.clean, closed.reset) == (True, False)


def test_an_end_without_goodbye_is_not_clean(material: Material, driver: Driver) -> None:
    def serve(wrapped: ssl.SSLSocket) -> None:
        wrapped.sendall(b"220 hi\r\n")
        wrapped.recv(1)
        socket.socket(fileno=wrapped.detach()).close()

    with Peer(secured(material.server(), serve)) as server:
        open_and_secure(driver, server, trusting(material))
        driver.wait_for(Received)
        driver.connection.write(b"x")
        closed = driver.wait_for(Closed)
    assert (closed.clean, closed.reset) == (False, False)


def test_a_client_certificate_that_was_wanted_is_told_after_the_handshake(
    material: Material, driver: Driver
) -> None:
    context = material.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(material.ca_file)
    with Peer(secured(context, greet)) as server:
        open_and_secure(driver, server, trusting(material))
        closed = driver.wait_for(Closed)
    assert "certificate required" in closed.detail


def test_a_broken_record_ends_the_connection(material: Material, driver: Driver) -> None:
    def serve(wrapped: ssl.SSLSocket) -> None:
        wrapped.sendall(b"220 hi\r\n")
        wrapped.recv(1)
        with socket.socket(fileno=wrapped.detach()) as bare:
            bare.settimeout(PATIENCE_S)
            bare.sendall(b"421 in clear\r\n")
            read_to_end(bare)

    with Peer(secured(material.server(), serve)) as server:
        open_and_secure(driver, server, trusting(material))
        driver.wait_for(Received)
        driver.connection.write(b"x")
        closed = driver.wait_for(Closed)
    assert not closed.clean
    assert closed.detail
    assert closed.errno is None


def test_closing_says_goodbye(material: Material, driver: Driver) -> None:
    ends: list[bytes] = []

    def serve(wrapped: ssl.SSLSocket) -> None:
        wrapped.sendall(b"220 hi\r\n")
        ends.append(wrapped.recv(100))  # raises if the end is not announced
        ends.append(b"clean")

    with Peer(secured(material.server(), serve)) as server:
        open_and_secure(driver, server, trusting(material))
        driver.wait_for(Received)
        driver.connection.close()
    assert ends == [b"", b"clean"]
