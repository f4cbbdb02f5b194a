"""The guards of conftest.py guard."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.network_guard import LeftTheMachine, NetworkGuard, is_loopback


def take_violations(guard: NetworkGuard) -> list[str]:
    """What the guard saw; forgotten afterwards, or this very test would fail."""
    seen, guard.violations[:] = list(guard.violations), []
    return seen


def test_a_connection_that_leaves_the_machine_is_refused(network_guard: NetworkGuard) -> None:
    with socket.socket() as sock, pytest.raises(LeftTheMachine):
        sock.connect(("192.0.2.1", 25))
    assert len(take_violations(network_guard)) == 1


def test_a_datagram_that_leaves_the_machine_is_refused(network_guard: NetworkGuard) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(LeftTheMachine):
        sock.sendto(b"query", ("192.0.2.53", 53))
    assert len(take_violations(network_guard)) == 1


@pytest.mark.parametrize("look_up", ["getaddrinfo", "gethostbyname"])
def test_a_name_is_not_looked_up(look_up: str, network_guard: NetworkGuard) -> None:
    arguments = ("mail.example.com", 25) if look_up == "getaddrinfo" else ("mail.example.com",)
    with pytest.raises(LeftTheMachine):
        getattr(socket, look_up)(*arguments)
    assert len(take_violations(network_guard)) == 1


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            pass
    assert socket.getaddrinfo("localhost", 25)
    assert socket.getaddrinfo("192.0.2.1", 25), "a numeric address needs no look-up"


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("mail.example.com", False),
    ],
)
def test_what_counts_as_loopback(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


def test_each_test_has_its_own_home(isolated_home: Path) -> None:
    assert Path.home() == isolated_home
    assert not list(isolated_home.iterdir())
    assert os.environ["XDG_CONFIG_HOME"].startswith(str(isolated_home))


def test_qt_needs_no_display() -> None:
    assert os.environ["QT_QPA_PLATFORM"]
