"""Looks a profile over before it is used: which field breaks which rule."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from mailoscope_core.protocol.addresses import read_address
from mailoscope_core.storage.profile import Profile, TlsMode

MAX_TIMEOUT_S = 3600.0
TOKEN_MECHANISMS = frozenset({"XOAUTH2", "OAUTHBEARER"})
_PEM_BYTES = 1 << 20

# RFC 1123 section 2.1; underscores occur in practice but never in the name of a mail server.
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST_AND_PORT = re.compile(r"(?P<host>[^:\[\]]+|\[[^\]]+\]):(?P<port>[0-9]+)")
# RFC 4422 section 3.1.
_MECHANISM = re.compile(r"[A-Z0-9_-]{1,20}")


@dataclasses.dataclass(frozen=True, slots=True)
class ProfileProblem:
    """A field that breaks a rule; the sentence is `profile-check.<rule>` of the resources.

    An `error` keeps a session from starting; a `hint` is only worth a look.
    """

    field: str
    rule: str
    params: dict[str, str] = dataclasses.field(default_factory=dict, hash=False)
    level: Literal["error", "hint"] = "error"


def check_profile(profile: Profile) -> list[ProfileProblem]:
    """Return what is wrong with the profile, in the order of its fields.

    Looks whether the certificate files are there; asks the network nothing.
    """
    return [
        *_check_name(profile),
        *check_host("host", profile.host),
        *_check_port(profile),
        *(check_host("server_name", profile.server_name) if profile.server_name else ()),
        *_check_pem("ca_file", profile.ca_file, "CERTIFICATE"),
        *_check_pem("client_certificate", profile.client_certificate, "CERTIFICATE"),
        *_check_pem("client_certificate", profile.client_certificate, "PRIVATE KEY"),
        *_check_ehlo_name(profile.ehlo_name),
        *_check_login(profile),
        *_check_addresses(profile),
        *_check_timeouts(profile),
    ]


def check_host(name: str, host: str) -> Iterator[ProfileProblem]:
    """Check a host: a name (of any script) or an IP address, without port, scheme or blanks."""
    text = host.strip()
    with_port = _HOST_AND_PORT.fullmatch(text)
    if not text:
        yield ProfileProblem(name, "host-missing")
    elif text != host:
        yield ProfileProblem(name, "host-blanks", {"host": host, "better": text})
    elif _SCHEME.match(text):
        better = re.split(r"[/:?#]", _SCHEME.sub("", text))[0]
        yield ProfileProblem(name, "host-scheme", {"host": text, "better": better})
    elif "@" in text:
        better = text.rpartition("@")[2]
        yield ProfileProblem(name, "host-is-address", {"host": text, "better": better})
    elif with_port:
        params = {"host": text, "better": with_port["host"], "port": with_port["port"]}
        yield ProfileProblem(name, "host-with-port", params)
    elif text.startswith("["):
        yield ProfileProblem(name, "host-brackets", {"host": text, "better": text.strip("[]")})
    elif not is_ip_address(text) and not is_host_name(text):
        rule = "host-bad-ip" if re.fullmatch(r"[0-9.]+|[0-9A-Fa-f:.]*:.*", text) else "host-invalid"
        yield ProfileProblem(name, rule, {"host": text})


def is_ip_address(text: str) -> bool:
    """Tell whether `text` is an IPv4 or IPv6 address; a scope such as %eth0 may follow."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_host_name(text: str) -> bool:
    """Tell whether `text` is a host name (RFC 1123 section 2.1) or an IDNA 2008 one."""
    name = text.removesuffix(".")
    if not name.isascii():
        import idna

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return False
    labels = name.split(".")
    return (
        len(name) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def _check_name(profile: Profile) -> Iterator[ProfileProblem]:
    if not profile.name.strip():
        yield ProfileProblem("name", "name-missing")


def _check_port(profile: Profile) -> Iterator[ProfileProblem]:
    port, mode = profile.port, profile.tls
    if not 1 <= port <= 65535:
        yield ProfileProblem("port", "port-range", {"port": str(port)})
    elif port == 465 and mode is not TlsMode.IMPLICIT:
        # RFC 8314 section 7.3: 465 is submission with TLS from the first byte.
        yield ProfileProblem("tls", "tls-465", {"mode": mode.value}, "hint")
    elif port in (25, 587) and mode is TlsMode.IMPLICIT:
        yield ProfileProblem("tls", "tls-implicit", {"port": str(port)}, "hint")


def _check_pem(name: str, file: str, what: str) -> Iterator[ProfileProblem]:
    if not file:
        return
    path = Path(file).expanduser()
    try:
        with path.open("rb") as source:
            content = source.read(_PEM_BYTES)
    except FileNotFoundError:
        yield ProfileProblem(name, "file-missing", {"path": file})
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        yield ProfileProblem(name, "file-unreadable", {"path": file, "detail": detail})
    else:
        if what.encode() + b"-----" not in content:
            yield ProfileProblem(name, "file-not-pem", {"path": file, "what": what})


def _check_ehlo_name(name: str) -> Iterator[ProfileProblem]:
    """RFC 5321 section 4.1.1.1: a domain, or an address literal as in section 4.1.3."""
    if not name:
        return
    if name.startswith("[") and name.endswith("]"):
        inside = name[1:-1]
        v6 = inside[:5].upper() == "IPV6:"
        address = inside[5:] if v6 else inside
        if not is_ip_address(address) or (":" in address) is not v6:
            yield ProfileProblem("ehlo_name", "ehlo-literal", {"name": name})
    elif is_ip_address(name):
        better = f"[IPv6:{name}]" if ":" in name else f"[{name}]"
        yield ProfileProblem("ehlo_name", "ehlo-no-brackets", {"name": name, "better": better})
    elif not name.isascii() or not is_host_name(name):
        yield ProfileProblem("ehlo_name", "ehlo-invalid", {"name": name})
    elif name.casefold().split(".")[0] == "localhost" or "." not in name:
        yield ProfileProblem("ehlo_name", "ehlo-not-qualified", {"name": name}, "hint")


def _check_login(profile: Profile) -> Iterator[ProfileProblem]:
    if not profile.auth:
        return
    mechanism = profile.mechanism.upper()
    if _has_controls(profile.user):
        yield ProfileProblem("user", "user-controls")
    elif not profile.user.strip():
        yield ProfileProblem("user", "user-missing")
    if mechanism and not _MECHANISM.fullmatch(mechanism):
        yield ProfileProblem("mechanism", "mechanism-syntax", {"mechanism": profile.mechanism})
    elif mechanism and (mechanism in TOKEN_MECHANISMS) is not (profile.secret_kind == "token"):
        rule = "mechanism-token" if mechanism in TOKEN_MECHANISMS else "mechanism-password"
        yield ProfileProblem("mechanism", rule, {"mechanism": mechanism}, "hint")


def _check_addresses(profile: Profile) -> Iterator[ProfileProblem]:
    if profile.sender:
        yield from check_address("sender", profile.sender)
    for address in profile.recipients:
        yield from check_address("recipients", address)


def check_address(name: str, text: str) -> Iterator[ProfileProblem]:
    """Check an address of the envelope; what is allowed in the end, the server says."""
    address = read_address(text)
    if _has_controls(text) or set(address.problems) - {"local-part-not-ascii"}:
        yield ProfileProblem(name, "address-invalid", {"address": text})
    elif address.domain.startswith("["):
        literal = re.sub(r"(?i)^ipv6:", "", address.domain.strip("[]"))
        if not is_ip_address(literal):
            yield ProfileProblem(name, "address-invalid", {"address": text})
    elif not address.local or (address.domain and not is_host_name(address.domain)):
        yield ProfileProblem(name, "address-invalid", {"address": text})
    elif address.local.startswith('"'):
        params = {"address": text, "path": address.path}
        yield ProfileProblem(name, "address-quoted", params, "hint")


def _check_timeouts(profile: Profile) -> Iterator[ProfileProblem]:
    for name in ("connect", "command", "final_dot"):
        seconds = getattr(profile.timeouts, name)
        if not 0 < seconds <= MAX_TIMEOUT_S:
            params = {"seconds": f"{seconds:g}", "limit": f"{MAX_TIMEOUT_S:g}"}
            yield ProfileProblem(f"timeouts.{name}", "timeout-range", params)


def _has_controls(text: str) -> bool:
    return any(ord(character) < 0x20 or ord(character) == 0x7F for character in text)
