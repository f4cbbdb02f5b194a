"""HOST[:PORT] of the command line, and the defaults that follow from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage.profile import TlsMode

SUBMISSION, SUBMISSIONS, RELAY = 587, 465, 25
_BRACKETED = re.compile(r"^\[(?P<host>[^\]]+)\](?::(?P<port>.*))?$")


@dataclass(frozen=True, slots=True)
class Target:
    """A host and, if it was given, a port."""

    host: str
    port: int | None


def read_target(text: str) -> Target:
    """Take HOST, HOST:PORT, [IPv6]:PORT or a bare IPv6 address apart.

    Raises `UserError` target-empty or port-invalid.
    """
    stripped = text.strip()
    found = _BRACKETED.match(stripped)
    if found:
        host, port = found["host"], found["port"]
    elif stripped.count(":") > 1:
        host, port = stripped, None  # a bare IPv6 address
    else:
        host, colon, rest = stripped.partition(":")
        port = rest if colon else None
    if not host:
        raise UserError("target-empty", target=text)
    return Target(host, None if port is None else read_port(port))


def read_port(text: str) -> int:
    """Return a port number. Raises `UserError` port-invalid."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise UserError("port-invalid", port=text)
    return int(text)


def default_port(tls: TlsMode | None) -> int:
    """Return the port for a host without one: RFC 8314 section 7.3, RFC 6409 section 3.1."""
    return SUBMISSIONS if tls is TlsMode.IMPLICIT else SUBMISSION


def default_tls(port: int) -> TlsMode:
    """Return the mode for a port: relays on port 25 need not know STARTTLS."""
    return {SUBMISSIONS: TlsMode.IMPLICIT, RELAY: TlsMode.OPTIONAL}.get(port, TlsMode.STARTTLS)
