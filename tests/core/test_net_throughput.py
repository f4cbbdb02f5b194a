"""A hundred megabytes through the connection: a flat memory bound, and the rate beside a bare loop.

The rates are printed (`pytest -s`) and not asserted: they belong to the machine.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mailoscope_core.net.connection import Closed, Opened, Secured
from mailoscope_core.net.poller import Poller
from mailoscope_core.net.sockets import SocketConnection
from mailoscope_core.net.tls import TrustSettings, build_context
from tests.peers import Driver, Peer, secured
from tests.tls_material import NAME, Material

pytestmark = pytest.mark.slow

CHUNK = bytes(range(256)) * 1024
CHUNKS = 400
SIZE = len(CHUNK) * CHUNKS
QUEUED = 2 * len(CHUNK)
MEMORY = 8 * 1024 * 1024


def sink(digests: list[str]) -> Callable[[socket.socket], None]:
    def serve(peer: socket.socket) -> None:
        buffer = bytearray(1024 * 1024)
        digest = hashlib.blake2b()
        left = SIZE
        while left:
            size = peer.recv_into(buffer)
            assert size
            digest.update(memoryview(buffer)[:size])
            left -= size
        digests.append(digest.hexdigest())

    return serve


def expected() -> str:
    digest = hashlib.blake2b()
    for _ in range(CHUNKS):
        digest.update(CHUNK)
    return digest.hexdigest()


def send_all(connection: SocketConnection, poller: Poller) -> float:
    """Send all chunks as a session does and return the seconds."""
    began = time.perf_counter()
    for _ in range(CHUNKS):
        connection.write(CHUNK)
        assert connection.advance() == []
        while connection.unsent > QUEUED:
            poller.wait(connection.fileno(), *connection.wants, 10)
            assert connection.advance() == []
    while connection.unsent:
        poller.wait(connection.fileno(), *connection.wants, 10)
        connection.advance()
    return time.perf_counter() - began


def bare(server: Peer, context: ssl.SSLContext | None) -> float:
    with socket.create_connection((server.address, server.port)) as connection:
        sender = context.wrap_socket(connection, server_hostname=NAME) if context else connection
        began = time.perf_counter()
        for _ in range(CHUNKS):
            sender.sendall(CHUNK)
        seconds = time.perf_counter() - began
        assert sender.recv(1) == b""  # all has been read; tickets left unread would reset
        sender.close()
        return seconds


def ours(server: Peer, context: ssl.SSLContext | None) -> float:
    connection = SocketConnection()
    with Poller() as poller:
        driver = Driver(connection, poller)
        connection.open(server.address, server.port)
        driver.wait_for(Opened)
        if context is not None:
            connection.secure(context, NAME)
            driver.wait_for(Secured)
        seconds = send_all(connection, poller)
        driver.wait_for(Closed)
        connection.close()
        return seconds


@pytest.mark.parametrize("encrypted", [False, True], ids=["clear", "tls"])
def test_a_hundred_megabytes(tmp_path: Path, *, encrypted: bool) -> None:
    material = Material(tmp_path)
    context = build_context(TrustSettings(ca_file=str(material.ca_file))) if encrypted else None
    digests: list[str] = []
    serve = secured(material.server(), sink(digests)) if encrypted else sink(digests)
    with Peer(serve) as server:
        floor = bare(server, context)
    with Peer(serve) as server:
        seconds = ours(server, context)
    tracemalloc.start()
    with Peer(serve) as server:
        ours(server, context)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    how = "tls" if encrypted else "clear"
    print(f"\n{SIZE >> 20} MiB {how}: bare {floor:.2f} s, connection {seconds:.2f} s", end="")
    print(f", at most {peak >> 10} KiB of memory")
    assert digests == [expected()] * 3
    assert peak < MEMORY
