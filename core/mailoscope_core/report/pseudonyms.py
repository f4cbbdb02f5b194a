"""Replaces what names people and machines in a session, the same name always by the same one.

Applied to the header and the entries, before any view or report is made of them: so no format can
let an original through that another one hides. Secrets are gone from the log before.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mailoscope_core.report.identifiers import (
    PARAMETER,
    ip_of,
    is_host,
    pattern_for,
    registered_domain,
    spellings,
)

Kind = Literal["address", "user", "host", "domain", "ip", "message-id", "organisation", "folder"]

_KEPT_NAMES = frozenset({"localhost", "localhost.localdomain", "localhost6"})
_KEPT_ADDRESSES = frozenset({"0.0.0.0", "::"})
# Names that are words of the protocol or of everyday replies are only replaced where they stand as
# a name, never inside sentences.
_WORDS = """
    abuse admin administrator auth bounce client contact data ehlo email envelope error esmtp failed
    from hello helo help host hostmaster info login mail mailer mailer-daemon message no-reply noop
    noreply office password postmaster quit rcpt recipient relay root rset sales sender server
    service size smtp spam starttls support test tls unknown user webmaster
"""
_COMMON_WORDS = frozenset(_WORDS.split())
_SHORTEST = 3
_V4_NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")
_V6_FIRST = ipaddress.IPv6Address("2001:db8::")


@dataclass(frozen=True, slots=True)
class Replacement:
    """One name that was replaced: what it was, what stands for it now, and how often."""

    kind: Kind
    original: str
    replacement: str
    count: int


class Pseudonyms:
    """The names of one session and what stands for them.

    `keep` are host names that stay recognisable, the well-known ones of providers for example;
    hosts below them do not, for a provider's customers are named there. Loopback addresses and
    `localhost` stay as well: they say nothing about anybody.
    """

    def __init__(self, keep: Iterable[str] = ()) -> None:
        self._keep = _KEPT_NAMES | {host.lower().rstrip(".") for host in keep}
        self._made: dict[tuple[Kind, str], str] = {}
        self._counts: dict[tuple[Kind, str], int] = {}
        self._numbers: dict[str, int] = {}
        self._literals: dict[str, tuple[Kind, str]] = {}
        self._pattern = pattern_for(())
        self._hosts: dict[str, str] = {}
        self._v4 = _v4_addresses()

    @property
    def replacements(self) -> tuple[Replacement, ...]:
        """What has been replaced so far, in the order in which it was met."""
        return tuple(
            Replacement(kind, original, self._made[kind, original], count)
            for (kind, original), count in self._counts.items()
        )

    def learn(self, kind: Kind, name: str) -> None:
        """Have a name replaced wherever it stands as a word, beside what patterns find."""
        name = name.strip()
        if not name or ip_of(name.strip("[]").removeprefix("IPv6:")) or self._is_kept(kind, name):
            return
        if len(name) < _SHORTEST or name.lower() in _COMMON_WORDS:
            return
        for form in spellings(name):
            self._literals.setdefault(form.lower(), (kind, name))
        local, at, _domain = name.rpartition("@")
        if (
            at
            and kind == "address"
            and len(local) >= _SHORTEST
            and local.lower() not in _COMMON_WORDS
        ):
            self._literals.setdefault(local.lower(), ("address", name))
        self._pattern = pattern_for(self._literals)

    def text(self, text: str) -> str:
        """Return a text with all names in it replaced."""
        if len(text) < _SHORTEST:
            return text
        return self._pattern.sub(self._replace, text)

    def name(self, kind: Kind, name: str) -> str:
        """Return what stands for a field that is nothing but a name."""
        if not name:
            return name
        replaced = self.text(name)
        if replaced != name or self._is_kept(kind, name) or ip_of(name):
            return replaced
        return self._stand_in(kind, name)

    def _replace(self, found: re.Match[str]) -> str:
        whole = found[0]
        kind = found.lastgroup
        if found["address"] is not None:
            return self._address(whole, found["at"])
        if found["literal"] is not None:
            return self._literal(whole)
        if kind == "ip6" or kind == "ip4":
            return self._ip(whole)
        if kind == "home":
            return self._stand_in("folder", whole)
        return self._host(whole)

    def _address(self, whole: str, at: str) -> str:
        prefix = PARAMETER.match(whole)
        if prefix is not None:
            return prefix[0] + self.text(whole[prefix.end() :])
        if whole.lower() in self._literals:
            return self._literal(whole)
        local, _, domain = whole.rpartition(at)
        return self._stand_in("address", f"{local}@{domain}").replace("@", at)

    def _literal(self, whole: str) -> str:
        kind, name = self._literals[whole.lower()]
        made = self._stand_in(kind, name)
        if kind == "address" and "@" not in whole:
            local, _, domain = made.partition("@")
            if "%40" in whole:
                return f"{local}%40{domain}"
            return f"{local}={domain}" if "=" in whole else local
        return made

    def _ip(self, whole: str) -> str:
        body = whole.rstrip(":.") if ip_of(whole) is None else whole
        address = ip_of(body)
        if address is None:
            return whole
        if address.is_loopback or str(address) in _KEPT_ADDRESSES:
            return whole
        return self._stand_in("ip", str(address)) + whole[len(body) :]

    def _host(self, whole: str) -> str:
        if not is_host(whole) or self._is_kept("host", whole):
            return whole
        return self._stand_in("host", whole)

    def _is_kept(self, kind: Kind, name: str) -> bool:
        return kind in ("host", "domain") and name.lower().rstrip(".") in self._keep

    def _stand_in(self, kind: Kind, name: str) -> str:
        """Return what stands for a name, making it up at the first time, and count it."""
        original = name if kind in ("organisation", "message-id", "folder") else name.lower()
        key = (kind, original)
        if key not in self._made:
            self._made[key] = self._make(kind, original)
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._made[key]

    def _make(self, kind: Kind, name: str) -> str:
        match kind:
            case "address" if "@" in name:
                _local, _, domain = name.rpartition("@")
                return f"{self._numbered('user')}@{self._domain_of_address(domain)}"
            case "address" | "user":
                return self._numbered("user")
            case "host":
                return self._host_name(name)
            case "domain":
                return f"{self._numbered('domain')}.example"
            case "ip":
                return self._ip_address(name)
            case "message-id":
                return f"message{self._next('message')}@domain.example"
            case "organisation":
                return self._numbered("organisation")
            case _:
                return self._numbered("folder")

    def _domain_of_address(self, domain: str) -> str:
        if domain.startswith("["):
            inner = domain.strip("[]")
            tag = "IPv6:" if inner.lower().startswith("ipv6:") else ""
            return f"[{tag}{self.text(inner[len(tag) :])}]"
        return domain if self._is_kept("host", domain) else self._host_name(domain)

    def _host_name(self, host: str) -> str:
        """Return hostN.domainM.example; hosts of one domain stay hosts of one domain."""
        bare = host.rstrip(".").removeprefix("*.")
        star = "*." if host.startswith("*.") else ""
        if "." not in bare:
            return self._numbered("host")
        domain = registered_domain(bare)
        key: tuple[Kind, str] = ("domain", domain)
        if key not in self._made:
            self._made[key] = self._make("domain", domain)
        if bare == domain:
            return star + self._made[key]
        known = self._hosts.get(bare)
        if known is None:
            known = self._hosts[bare] = f"{self._numbered('host')}.{self._made[key]}"
        return star + known

    def _ip_address(self, address: str) -> str:
        if ":" in address:
            return str(_V6_FIRST + self._next("ip6"))
        return next(self._v4)

    def _numbered(self, word: str) -> str:
        return f"{word}{self._next(word)}"

    def _next(self, word: str) -> int:
        self._numbers[word] = self._numbers.get(word, 0) + 1
        return self._numbers[word]


def _v4_addresses() -> Iterator[str]:
    """Yield addresses kept for documentation (RFC 5737), then those for benchmarks (RFC 2544)."""
    for network in _V4_NETWORKS:
        for address in ipaddress.ip_network(network).hosts():
            yield str(address)
