"""Keeps tests on loopback: a connection or name look-up that would leave it fails its test."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback", ""})


class LeftTheMachine(OSError):
    """Raised instead of touching the network; an OSError, so that the code under test copes."""


class NetworkGuard:
    """Refuses what would leave loopback and remembers it.

    The code under test may well swallow the OSError, on a thread of its own: `violations` is what
    fails the test in the end.
    """

    def __init__(self) -> None:
        self.violations: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for method in ("connect", "connect_ex", "sendto"):
            original = getattr(socket.socket, method)
            monkeypatch.setattr(socket.socket, method, self._guarded_address(method, original))
        for function in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            original = getattr(socket, function)
            monkeypatch.setattr(socket, function, self._guarded_name(function, original))

    def _guarded_address(self, method: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(sock: socket.socket, *args: Any) -> Any:
            # connect(address), connect_ex(address), sendto(data[, flags], address)
            address = args[-1]
            if sock.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
                self._refuse(f"socket.{method} to {address}")
            return original(sock, *args)

        return guarded

    def _guarded_name(self, function: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
            name = host.decode("ascii", "replace") if isinstance(host, bytes) else host or ""
            if name.lower() not in LOOPBACK_NAMES and not is_address(name):
                self._refuse(f"socket.{function} of {name!r}")
            return original(host, *args, **kwargs)

        return guarded

    def _refuse(self, what: str) -> None:
        self.violations.append(what)
        raise LeftTheMachine(f"a test must not leave loopback: {what}")


def is_address(host: str) -> bool:
    """Whether `host` is a numeric address, which needs no look-up."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a connection to `host` stays on this machine (unspecified addresses do)."""
    if not is_address(host):
        return host.lower() in LOOPBACK_NAMES
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)
