"""Numeric addresses to socket addresses and back, without looking anything up."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


def socket_address(address: str, port: int) -> tuple[int, tuple[Any, ...]]:
    """Return the family and the socket address of a numeric address.

    Raises `ValueError` for what is no address or port, and `OSError` for an IPv6 scope that this
    machine does not have.
    """
    ipaddress.ip_address(address)
    if not 0 < port < 65536:
        raise ValueError(f"port {port} is not between 1 and 65535")
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=flags)
    return found[0][0], found[0][4]


def host_of(address: tuple[Any, ...]) -> str:
    """Return the host of a socket address, with the scope id that link-local addresses need."""
    host, scope = str(address[0]), address[3] if len(address) == 4 else 0
    return f"{host}%{scope}" if scope and "%" not in host else host
