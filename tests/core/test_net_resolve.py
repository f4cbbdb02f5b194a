"""Look-ups: the operating system's answers made uniform, DNS from a server on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import dns.rcode
import dns.resolver
import pytest

from mailoscope_core.net.resolve import (
    LookupProblem,
    MxAnswer,
    MxRecord,
    check_host,
    resolve_dns,
    resolve_mx,
    resolve_os,
)
from tests.dns_server import DnsServer

RECORDS = {
    ("mail.lab.test", "A"): ["192.0.2.1", "192.0.2.2"],
    ("mail.lab.test", "AAAA"): ["2001:db8::1"],
    ("v6.lab.test", "AAAA"): ["2001:db8::6"],
    ("text.lab.test", "TXT"): ['"nothing to dial"'],
    ("lab.test", "MX"): ["20 b.lab.test.", "10 c.lab.test.", "20 a.lab.test."],
    ("null.test", "MX"): ["0 ."],
    ("odd.test", "MX"): ["0 .", "10 mail.lab.test."],
    ("plain.test", "A"): ["192.0.2.9"],
}


@pytest.fixture
def server() -> Iterator[DnsServer]:
    rcodes = {"refused.test": dns.rcode.REFUSED, "broken.test": dns.rcode.SERVFAIL}
    with DnsServer(RECORDS, rcodes=rcodes, silent=frozenset({"silent.test"})) as running:
        yield running


# --- the operating system -----------------------------------------------------------------------


def test_localhost_as_applications_see_it() -> None:
    assert "127.0.0.1" in resolve_os("localhost", 25, "4")
    assert resolve_os("127.0.0.1", 25, "any") == ["127.0.0.1"]
    assert resolve_os("::1", 25, "6") == ["::1"]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    asked: list[tuple[Any, ...]] = []

    def getaddrinfo(*arguments: Any) -> list[tuple[Any, ...]]:
        asked.append(arguments)
        return [(0, 0, 0, "", answer) for answer in answers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_order_is_kept_doubles_go_and_scopes_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(
        monkeypatch,
        ("2001:db8::1", 25, 0, 0),
        ("192.0.2.1", 25),
        ("2001:db8::1", 25, 0, 0),
        ("fe80::1", 25, 0, 2),
        ("fe80::1%eth1", 25, 0, 3),
    )
    assert resolve_os("mail.lab.test", 25, "any") == [
        "2001:db8::1",
        "192.0.2.1",
        "fe80::1%2",
        "fe80::1%eth1",
    ]


@pytest.mark.parametrize(
    ("family", "asked_for"),
    [("any", socket.AF_UNSPEC), ("4", socket.AF_INET), ("6", socket.AF_INET6)],
)
def test_the_family_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, family: str, asked_for: int
) -> None:
    asked = answering(monkeypatch, ("192.0.2.1", 587))
    resolve_os("mail.lab.test", 587, family)
    assert asked == [("mail.lab.test", 587, asked_for, socket.SOCK_STREAM)]


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "not-found"),
        (socket.gaierror(getattr(socket, "EAI_NODATA", 11004), "No address"), "no-address"),
        (socket.gaierror(11004, "No data"), "no-address"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "temporary"),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), "refused"),
        (socket.gaierror(-999, "unheard of"), "temporary"),
        (UnicodeError("label too long"), "malformed"),
        (ValueError("embedded null character"), "malformed"),
        (OSError(24, "Too many open files"), "temporary"),
    ],
)
def test_why_there_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, kind: str
) -> None:
    def fail(*arguments: object) -> None:
        raise raised

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(LookupProblem) as caught:
        resolve_os("mail.lab.test", 25, "any")
    assert caught.value.kind == kind
    assert caught.value.detail
    assert caught.value.errno == getattr(raised, "errno", None)


# --- DNS ------------------------------------------------------------------------------------------


def test_addresses_by_dns(server: DnsServer) -> None:
    resolver = server.resolver()
    v4, v6 = {"192.0.2.1", "192.0.2.2"}, {"2001:db8::1"}  # the server mixes them, as many do
    assert set(resolve_dns("mail.lab.test", "any", resolver=resolver)) == v4 | v6
    assert set(resolve_dns("mail.lab.test.", "4", resolver=resolver)) == v4
    assert resolve_dns("v6.lab.test", "6", resolver=resolver) == ["2001:db8::6"]


def test_the_search_list_is_not_used(server: DnsServer) -> None:
    resolver = server.resolver()
    resolver.search = [dns.name.from_text("lab.test")]
    with pytest.raises(LookupProblem):
        resolve_dns("mail", "4", resolver=resolver)
    assert server.asked == [("mail", "A")]


@pytest.mark.parametrize(
    ("host", "family", "kind"),
    [
        ("nowhere.test", "any", "not-found"),
        ("v6.lab.test", "4", "no-address"),
        ("text.lab.test", "any", "no-address"),
        ("refused.test", "any", "refused"),
        ("broken.test", "any", "temporary"),
        ("silent.test", "any", "temporary"),
        ("a" * 64 + ".test", "any", "malformed"),
        ("a..test", "any", "malformed"),
    ],
)
def test_why_dns_has_no_answer(server: DnsServer, host: str, family: str, kind: str) -> None:
    resolver = server.resolver(lifetime_s=0.2 if host.startswith("silent") else None)
    with pytest.raises(LookupProblem) as caught:
        resolve_dns(host, family, resolver=resolver)
    assert caught.value.kind == kind
    assert caught.value.detail


def test_a_machine_without_name_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise dns.resolver.NoResolverConfiguration("no nameservers")  # type: ignore[no-untyped-call]

    monkeypatch.setattr(dns.resolver, "Resolver", none)
    for ask in (lambda: resolve_dns("mail.lab.test", "any"), lambda: resolve_mx("lab.test")):
        with pytest.raises(LookupProblem) as caught:
            ask()
        assert caught.value.kind == "no-resolver"


# --- MX -------------------------------------------------------------------------------------------


def test_mail_hosts_by_preference(server: DnsServer) -> None:
    answer = resolve_mx("lab.test", resolver=server.resolver())
    assert answer == MxAnswer(
        (MxRecord(10, "c.lab.test"), MxRecord(20, "a.lab.test"), MxRecord(20, "b.lab.test"))
    )
    assert answer.hosts == ("c.lab.test", "a.lab.test", "b.lab.test")


@pytest.mark.parametrize("domain", ["plain.test", "v6.lab.test"])
def test_without_mx_the_domain_itself_is_the_host(server: DnsServer, domain: str) -> None:
    answer = resolve_mx(domain, resolver=server.resolver())
    assert (answer.hosts, answer.implicit) == ((domain,), True)


def test_a_domain_that_takes_no_mail(server: DnsServer) -> None:
    with pytest.raises(LookupProblem) as caught:
        resolve_mx("null.test", resolver=server.resolver())
    assert caught.value.kind == "null-mx"


def test_a_null_mx_among_others_is_no_null_mx(server: DnsServer) -> None:
    assert resolve_mx("odd.test", resolver=server.resolver()).hosts == ("mail.lab.test",)


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        ("nowhere.test", "not-found"),
        ("text.lab.test", "no-address"),
        ("refused.test", "refused"),
        ("broken.test", "temporary"),
    ],
)
def test_why_there_is_no_mail_host(server: DnsServer, domain: str, kind: str) -> None:
    with pytest.raises(LookupProblem) as caught:
        resolve_mx(domain, resolver=server.resolver())
    assert caught.value.kind == kind


def test_the_check_before_asking_is_at_hand() -> None:
    assert check_host("smtp.mail.ru,").problem == "trailing-comma"
