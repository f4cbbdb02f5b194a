"""Logs of what neither a lab server nor loopback can bring about: names, routes, silent ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from mailoscope_core.record.events import (
    AttemptStarted,
    ConnectFailed,
    ConnectionClosed,
    ConnectStarted,
    LookupFailed,
    LookupStarted,
    NamesFound,
)
from tests.core.log_builder import ADDRESS, HOST, SENDER, BuiltSession, LogBuilder
from tests.core.log_builder import connection_refused as refused
from tests.core.log_builder import name_not_found as unknown_name

IPV6_ADDRESS = "2001:db8::7"


def _resolved(address: str, **settings: str) -> LogBuilder:
    log = LogBuilder(**settings).begin().start("dns", "dns")
    log.add(NamesFound(host=HOST, source="os", addresses=(address,), ms=1.0))
    return log.end("dns", "dns", "done").start("connect", "connect")


def _not_connected(
    log: LogBuilder, address: str, port: int, kind: Literal["timeout", "unreachable", "refused"]
) -> BuiltSession:
    log.add(
        ConnectStarted(host=HOST, address=address, port=port),
        ConnectFailed(host=HOST, address=address, port=port, kind=kind, detail=kind, ms=2.0),
    )
    return log.end("connect", "connect", "failed").finish("failed", "connect")


def resolver_silent() -> BuiltSession:
    """The system's resolver gets no answer from any name server."""
    log = LogBuilder().begin().start("dns", "dns")
    log.add(
        LookupStarted(host=HOST, source="os"),
        LookupFailed(host=HOST, source="os", kind="temporary", errno=-3, ms=5000.0),
    )
    return log.end("dns", "dns", "failed").finish("failed", "dns")


def port_25_silent() -> BuiltSession:
    """Packets to port 25 get lost: many networks drop them."""
    return _not_connected(_resolved(ADDRESS, port="25", tls="optional"), ADDRESS, 25, "timeout")


def ipv6_unreachable() -> BuiltSession:
    """The name has an IPv6 address, this machine has no way to it."""
    return _not_connected(_resolved(IPV6_ADDRESS), IPV6_ADDRESS, 587, "unreachable")


def banned_afterwards() -> BuiltSession:
    """The server refuses a log-in, and then every connection from here."""
    log = LogBuilder(user=SENDER).begin().reach_login()
    log.log_in(535, "Error: authentication failed").add(ConnectionClosed(by="us"))
    log.attempt = 2
    log.add(AttemptStarted(number=2, why="restart")).start("connect", "connect")
    return _not_connected(log, ADDRESS, 587, "refused")


LOGS: Mapping[str, Callable[[], BuiltSession]] = MappingProxyType(
    {
        "name-not-found": unknown_name,
        "resolver-silent": resolver_silent,
        "connection-refused": refused,
        "port-25-silent": port_25_silent,
        "ipv6-unreachable": ipv6_unreachable,
        "banned-afterwards": banned_afterwards,
    }
)
