"""Events of names, connections and TLS."""

from __future__ import annotations

from typing import Literal

import msgspec

from mailoscope_core.record.event import Event


class EhloNameChosen(Event, tag="ehlo-name-chosen", frozen=True, kw_only=True):
    """The name that will be said in EHLO and where it comes from."""

    name: str
    why: Literal["profile", "fqdn", "address-literal"]


class LookupStarted(Event, tag="lookup-started", frozen=True, kw_only=True):
    """A name is asked for: `os` as applications do it, `mx` by DNS."""

    host: str
    source: Literal["os", "dns", "mx"]


class NamesFound(Event, tag="names-found", frozen=True, kw_only=True):
    """Addresses of `host`, in the order they will be tried; for `mx` hosts with preference."""

    host: str
    source: Literal["os", "dns", "mx"]
    addresses: tuple[str, ...]
    ms: float


class LookupFailed(Event, tag="lookup-failed", frozen=True, kw_only=True):
    """No answer: `kind` is not-found, no-address, null-mx, temporary, refused, malformed or
    no-resolver.

    Of a malformed name `detail` says what is wrong and `suggestion` what was probably meant.
    """

    host: str
    source: Literal["os", "dns", "mx"]
    kind: str
    detail: str = ""
    suggestion: str = ""
    errno: int | None = None
    ms: float = 0.0


class NamesDiffer(Event, tag="names-differ", frozen=True, kw_only=True):
    """The operating system and DNS do not name the same addresses."""

    host: str
    os_addresses: tuple[str, ...]
    dns_addresses: tuple[str, ...]


class ConnectStarted(Event, tag="connect-started", frozen=True, kw_only=True):
    """One address is dialled."""

    host: str
    address: str
    port: int


class Connected(Event, tag="connected", frozen=True, kw_only=True):
    """The TCP connection stands."""

    host: str
    address: str
    port: int
    local_address: str
    local_port: int
    ms: float


class ConnectFailed(Event, tag="connect-failed", frozen=True, kw_only=True):
    """One address did not answer; `kind`: refused, timeout, unreachable, reset, denied, other."""

    host: str
    address: str
    port: int
    kind: str
    errno: int | None = None
    detail: str = ""
    ms: float = 0.0


class ConnectionClosed(Event, tag="connection-closed", frozen=True, kw_only=True):
    """The connection is gone; `pending` is the verb whose reply never came."""

    by: Literal["server", "us", "reset"]
    pending: str | None = None
    step: str | None = None
    detail: str = ""


class CertificateFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one certificate of the server's chain says; times are RFC 3339 in UTC."""

    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    key: str = ""
    signature: str = ""
    sha256: str = ""
    is_ca: bool = False
    self_signed: bool = False


class TlsStarted(Event, tag="tls-started", frozen=True, kw_only=True):
    """A handshake begins."""

    mode: Literal["implicit", "starttls"]
    server_name: str
    trust: str
    verify: bool = True


class TlsEstablished(Event, tag="tls-established", frozen=True, kw_only=True):
    """TLS stands. `verified` is only true when chain and name were checked and are good."""

    version: str
    cipher: str
    bits: int
    verified: bool
    chain: tuple[CertificateFacts, ...] = ()
    ms: float = 0.0


class TlsFailed(Event, tag="tls-failed", frozen=True, kw_only=True):
    """The handshake failed. `kind`: untrusted, self-signed, no-intermediate, hostname, expired,
    not-yet-valid, revoked, not-tls, protocol, alert, closed, timeout, other. `first_bytes` is what
    a server that does not speak TLS said instead (latin-1, at most 80)."""

    kind: str
    detail: str = ""
    verify_code: int | None = None
    alert: str | None = None
    first_bytes: str = ""
    chain: tuple[CertificateFacts, ...] = ()
    server_name: str = ""
    ms: float = 0.0
