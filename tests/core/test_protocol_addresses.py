"""Addresses in the envelope: quoting, the null sender, both forms of a domain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.protocol.addresses import envelope_path, read_address


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a@example.com", "<a@example.com>"),
        ("<a@example.com>", "<a@example.com>"),
        (" a@example.com ", "<a@example.com>"),
        ("", "<>"),
        ("<>", "<>"),
        ("postmaster", "<postmaster>"),
        ("john doe@example.com", '<"john doe"@example.com>'),
        ('"john doe"@example.com', '<"john doe"@example.com>'),
        ('say "hi"@example.com', '<"say \\"hi\\""@example.com>'),
        ("back\\slash@example.com", '<"back\\\\slash"@example.com>'),
        ("a@b@example.com", '<"a@b"@example.com>'),
        (".dot@example.com", '<".dot"@example.com>'),
        ("user+tag@example.com", "<user+tag@example.com>"),
        ("a@[192.0.2.1]", "<a@[192.0.2.1]>"),
        ("a@[IPv6:2001:db8::1]", "<a@[IPv6:2001:db8::1]>"),
        ("a@bücher.example", "<a@xn--bcher-kva.example>"),
        ("a@उदाहरण.example", "<a@xn--p1b6ci4b4b3a.example>"),
        ("जॉन@उदाहरण.example", "<जॉन@उदाहरण.example>"),
        (
            "@relay.example,@other.example:a@example.com",
            "<@relay.example,@other.example:a@example.com>",
        ),
    ],
)
def test_the_path_is_what_mail_and_rcpt_take(text: str, path: str) -> None:
    assert envelope_path(text) == path


def test_both_forms_of_a_domain_are_there() -> None:
    for given_form in ("a@bücher.example", "a@xn--bcher-kva.example"):
        address = read_address(given_form)
        assert address.domain_ascii == "xn--bcher-kva.example"
        assert address.domain_unicode == "bücher.example"
        assert not address.needs_smtputf8
        assert address.problems == ()


def test_a_local_part_is_never_punycoded() -> None:
    address = read_address("जॉन@bücher.example")
    assert address.local == "जॉन"
    assert address.needs_smtputf8
    assert address.problems == ("local-part-not-ascii",)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a@example.com", ()),
        ("", ()),
        ("Postmaster", ()),
        ("nobody", ("no-domain",)),
        ("a" * 65 + "@example.com", ("local-part-too-long",)),
        ("a@" + "b" * 256, ("domain-too-long", "path-too-long")),
        ("a" * 10 + "@" + "b" * 250, ("path-too-long",)),
        ("a@-ü-.example", ("not-idna",)),
        ("a@xn--zzzzzzz-.example", ("not-idna",)),
    ],
)
def test_problems_are_named(text: str, problems: tuple[str, ...]) -> None:
    assert read_address(text).problems == problems


@given(st.text(max_size=80))
def test_reading_never_fails_and_reads_its_own_path(text: str) -> None:
    address = read_address(text)
    assert address.path.startswith("<")
    again = read_address(address.path)
    assert again.path == address.path
