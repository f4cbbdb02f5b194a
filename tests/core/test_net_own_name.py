"""The EHLO name: a public name if the machine has one, an address literal if not."""

from __future__ import annotations

import socket

import pytest

from mailoscope_core.net.own_name import address_literal, ehlo_name


@pytest.mark.parametrize(
    "hostname", ["mail.example.org", "a-1.b.example", "xn--bcher-kva.example", "pc.example.org."]
)
def test_a_public_name_is_taken(hostname: str) -> None:
    assert ehlo_name("192.0.2.1", hostname) == (hostname.rstrip("."), "fqdn")


@pytest.mark.parametrize(
    "hostname",
    [
        "",
        "laptop",
        "localhost",
        "localhost.localdomain",
        "localhost.example.org",
        "box.localdomain",
        "Johns-MacBook.local",
        "ip-10-0-0-1.ec2.internal",
        "printer.lan",
        "pc.home.arpa",
        "1.2.0.192.in-addr.arpa",
        "192.0.2.1",
        "my_pc.example.org",
        "-pc.example.org",
        "a..example.org",
        "büro.example.org",
        "pc name.example.org",
        "evil.example.org\r\nRSET",
        "a" * 64 + ".example.org",
        "a." * 130 + "org",
    ],
)
def test_any_other_name_is_not(hostname: str) -> None:
    assert ehlo_name("192.0.2.1", hostname) == ("[192.0.2.1]", "address-literal")


@pytest.mark.parametrize(
    ("address", "literal"),
    [
        ("192.0.2.1", "[192.0.2.1]"),
        ("127.0.0.1", "[127.0.0.1]"),
        ("2001:DB8:0:0::1", "[IPv6:2001:db8::1]"),
        ("fe80::1%eth0", "[IPv6:fe80::1]"),
        ("::ffff:192.0.2.7", "[192.0.2.7]"),
    ],
)
def test_literals_of_rfc_5321_section_4_1_3(address: str, literal: str) -> None:
    assert address_literal(address) == literal


def test_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object) -> None:
        raise AssertionError("a look-up may block")

    for name in ("getfqdn", "gethostbyaddr", "getaddrinfo", "gethostbyname", "gethostname"):
        monkeypatch.setattr(socket, name, forbidden)
    assert ehlo_name("::1", "nowhere") == ("[IPv6:::1]", "address-literal")


def test_what_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError):
        ehlo_name("", "nowhere")
