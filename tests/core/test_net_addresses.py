"""Numeric addresses become socket addresses; names and nonsense do not."""

from __future__ import annotations

import socket
import sys

import pytest

from mailoscope_core.net.addresses import host_of, socket_address
from tests.network_guard import NetworkGuard


def test_both_families() -> None:
    assert socket_address("192.0.2.1", 25) == (socket.AF_INET, ("192.0.2.1", 25))
    assert socket_address("2001:db8::1", 25) == (socket.AF_INET6, ("2001:db8::1", 25, 0, 0))


@pytest.mark.skipif(sys.platform != "linux", reason="the loopback interface has another name here")
def test_a_scope_is_this_machines_number_for_the_interface() -> None:
    number = socket.if_nametoindex("lo")
    assert socket_address("fe80::1%lo", 25)[1] == ("fe80::1", 25, 0, number)
    assert socket_address(f"fe80::1%{number}", 25)[1] == ("fe80::1", 25, 0, number)
    with pytest.raises(OSError):
        socket_address("fe80::1%nosuch0", 25)


@pytest.mark.parametrize(
    ("address", "port"),
    [("mail.lab.test", 25), ("", 25), ("127.1", 25), ("127.0.0.1", 0), ("127.0.0.1", 65536)],
)
def test_nonsense_is_refused_without_a_look_up(
    address: str, port: int, network_guard: NetworkGuard
) -> None:
    with pytest.raises(ValueError):
        socket_address(address, port)
    assert not network_guard.violations


def test_the_host_carries_its_scope() -> None:
    assert host_of(("192.0.2.1", 25)) == "192.0.2.1"
    assert host_of(("2001:db8::1", 25, 0, 0)) == "2001:db8::1"
    assert host_of(("fe80::1", 25, 0, 2)) == "fe80::1%2"
    assert host_of(("fe80::1%eth0", 25, 0, 2)) == "fe80::1%eth0"
