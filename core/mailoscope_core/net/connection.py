"""The contract between the runner and the network: one connection, driven without blocking.

The runner waits on `fileno` with the wishes of `wants` (one select together with its wake socket),
then calls `advance`, which does what is possible right now and returns what happened. Deadlines
and cancelling are the runner's: it simply stops waiting, and may come back later.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the peer's chain, DER encoded; facts are made by `net.tls`."""

    der: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """The TCP connection stands."""

    local_address: str
    local_port: int


@dataclass(frozen=True, slots=True)
class OpenFailed:
    """The TCP connection failed. `kind`: refused, timeout, unreachable, reset, denied, other."""

    kind: str
    errno: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Secured:
    """TLS stands; `chain` is leaf first as the server sent it; `bits` of the cipher's key."""

    version: str
    cipher: str
    bits: int
    verified: bool
    chain: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class SecureFailed:
    """The handshake failed; `kind` is one of the kinds of the event `TlsFailed`.

    `first_bytes` are the first bytes received since the handshake began (at most 80), which show a
    server that does not speak TLS. The connection is closed.
    """

    kind: str
    detail: str
    verify_code: int | None
    alert: str | None
    first_bytes: bytes
    chain: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes from the server, decrypted if TLS stands."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Injected:
    """Plaintext that arrived after the reply to STARTTLS and before TLS; it is thrown away."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The server closed, or the connection broke (`reset` true). `clean` tells of close_notify."""

    reset: bool
    clean: bool
    errno: int | None
    detail: str


NetEvent = Opened | OpenFailed | Secured | SecureFailed | Received | Injected | Closed


class Connection(Protocol):
    """One connection to one address, from `open` to `close`."""

    def open(self, address: str, port: int) -> None:
        """Begin to connect to a numeric address; `Opened` or `OpenFailed` follows."""

    def secure(self, context: ssl.SSLContext, server_name: str) -> None:
        """Begin a TLS handshake on the open connection; `Secured` or `SecureFailed` follows."""

    def write(self, data: bytes) -> None:
        """Queue bytes; `unsent` tells how many have not left for the kernel yet."""

    @property
    def unsent(self) -> int:
        """Bytes queued and not yet taken by the kernel (before encryption)."""

    @property
    def wants(self) -> tuple[bool, bool]:
        """Whether to wait for (readable, writable)."""

    def fileno(self) -> int:
        """The socket's file descriptor, -1 when there is none."""

    def advance(self) -> list[NetEvent]:
        """Do all that can be done without blocking and return what happened, in order."""

    def close(self) -> None:
        """Close at once, without waiting for anything; calling it twice is fine."""
