"""Name look-ups, all blocking: as applications do them, by DNS alone, and for mail (MX)."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailoscope_core.net.addresses import host_of
from mailoscope_core.net.hostname import HostCheck, check_host

if TYPE_CHECKING:  # dnspython costs 350 ms to import: only when DNS itself is asked
    import dns.resolver

__all__ = [
    "HostCheck",
    "LookupProblem",
    "MxAnswer",
    "MxRecord",
    "check_host",
    "resolve_dns",
    "resolve_mx",
    "resolve_os",
]

# How long DNS is asked, all servers and repeats together.
_LIFETIME_S = 15.0
_FAMILIES = {"any": socket.AF_UNSPEC, "4": socket.AF_INET, "6": socket.AF_INET6}
Kind = Literal[
    "not-found", "no-address", "temporary", "refused", "malformed", "no-resolver", "null-mx"
]


_GAI_KINDS: dict[int, Kind] = {
    11004: "no-address",  # WSANO_DATA
    getattr(socket, "EAI_NODATA", 0): "no-address",
    getattr(socket, "EAI_ADDRFAMILY", 0): "no-address",
    # After EAI_NODATA: on Windows both are one number.
    socket.EAI_NONAME: "not-found",
    socket.EAI_FAIL: "refused",
    socket.EAI_AGAIN: "temporary",
    socket.EAI_SERVICE: "malformed",
}


class LookupProblem(Exception):
    """No answer. `detail` is the resolver's own text, `errno` the EAI code if there is one.

    not-found: no such name. no-address: the name exists, without what was asked for. temporary:
    nobody answered in time or the server failed. refused: the server will not answer. malformed:
    no host name. no-resolver: this machine knows no name server. null-mx: the domain says that it
    takes no mail (RFC 7505).
    """

    def __init__(self, kind: Kind, errno: int | None = None, detail: str = "") -> None:
        super().__init__(kind, errno, detail)
        self.kind = kind
        self.errno = errno
        self.detail = detail


@dataclass(frozen=True, slots=True)
class MxRecord:
    """One host that takes mail for a domain; the lower `preference` is tried first."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True)
class MxAnswer:
    """The hosts that take mail for a domain, in the order of trying (RFC 5321 section 5.1).

    `implicit` means that there is no MX record and the domain itself is the host.
    """

    records: tuple[MxRecord, ...]
    implicit: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names in the order of trying."""
        return tuple(record.host for record in self.records)


def resolve_os(host: str, port: int, family: str) -> list[str]:
    """Return the addresses the operating system gives to applications, in its order.

    Hosts file, VPN and search domains included, addresses of unreachable families too. `family` is
    any, 4 or 6; link-local addresses carry their scope id. Raises `LookupProblem`.
    """
    try:
        found = socket.getaddrinfo(host, port, _FAMILIES[family], socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise LookupProblem(
            _GAI_KINDS.get(error.errno or 0, "temporary"), error.errno, error.strerror or ""
        ) from error
    except (UnicodeError, ValueError) as error:
        raise LookupProblem("malformed", None, str(error)) from error
    except OSError as error:
        raise LookupProblem("temporary", error.errno, str(error)) from error
    addresses = [host_of(address) for *_, address in found]
    return list(dict.fromkeys(addresses))


def resolve_dns(
    host: str, family: str, *, resolver: dns.resolver.Resolver | None = None
) -> list[str]:
    """Return the A and AAAA records of a host in no order; `family` is any, 4 or 6.

    The search domains of this machine are not tried. Raises `LookupProblem`.
    """
    asked = resolver or _system_resolver()
    types = {"any": ("AAAA", "A"), "4": ("A",), "6": ("AAAA",)}[family]
    addresses = [record for kind in types for record in _ask(asked, host, kind)]
    if not addresses:
        raise LookupProblem("no-address", None, f"no {' or '.join(types)} record")
    return addresses


def resolve_mx(domain: str, *, resolver: dns.resolver.Resolver | None = None) -> MxAnswer:
    """Return the hosts that take mail for a domain; equal preferences are sorted by name.

    Without an MX record the domain itself is the host, if it has an address (RFC 5321 section 5.1).
    Raises `LookupProblem`, with the kind `null-mx` for a domain that takes no mail.
    """
    asked = resolver or _system_resolver()
    records = []
    for text in _ask(asked, domain, "MX"):
        preference, _, target = text.partition(" ")
        records.append(MxRecord(int(preference), target.removesuffix(".")))
    if any(not record.host for record in records):
        if len(records) == 1:
            raise LookupProblem("null-mx", None, f'{domain} MX 0 "."')
        records = [record for record in records if record.host]
    if records:
        return MxAnswer(tuple(sorted(records, key=lambda each: (each.preference, each.host))))
    resolve_dns(domain, "any", resolver=asked)
    return MxAnswer((MxRecord(0, domain.removesuffix(".")),), implicit=True)


def _system_resolver() -> dns.resolver.Resolver:
    import dns.exception
    import dns.resolver

    try:
        return dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError) as error:
        raise LookupProblem("no-resolver", None, str(error)) from error
    except dns.exception.DNSException as error:
        raise LookupProblem("no-resolver", None, str(error)) from error


def _ask(resolver: dns.resolver.Resolver, name: str, kind: str) -> list[str]:
    """Return the records of one type as text, none if the name exists without them."""
    import dns.exception
    import dns.name
    import dns.resolver

    try:
        absolute = dns.name.from_text(name)
        answer = resolver.resolve(
            absolute, kind, raise_on_no_answer=False, lifetime=_LIFETIME_S, search=False
        )
    except dns.resolver.NXDOMAIN as error:
        raise LookupProblem("not-found", None, str(error)) from error
    except dns.resolver.NoNameservers as error:
        raise LookupProblem(_unanswered(error), None, str(error)) from error
    except (dns.resolver.LifetimeTimeout, OSError) as error:
        raise LookupProblem("temporary", None, str(error)) from error
    except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel) as error:
        raise LookupProblem("malformed", None, str(error)) from error
    except (UnicodeError, dns.exception.DNSException) as error:
        raise LookupProblem("temporary", None, str(error)) from error
    return [record.to_text() for record in answer.rrset or ()]


def _unanswered(error: dns.resolver.NoNameservers) -> Kind:
    """Tell a server that will not from one that cannot: `errors` names what each one said."""
    import dns.rcode

    tried: list[tuple[object, ...]] = error.kwargs.get("errors", [])
    if not tried:
        return "no-resolver"
    said = [str(entry[3]) for entry in tried if len(entry) > 3]
    refused = dns.rcode.to_text(dns.rcode.REFUSED)
    return "refused" if any(refused in text for text in said) else "temporary"
