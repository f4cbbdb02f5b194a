"""Host names as people type and paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.net.hostname import HostCheck, check_host


@pytest.mark.parametrize(
    "text",
    ["smtp.example.org", "mailhog", "mail_1.example.org", "smtp.example.org.", "a" * 63 + ".org"],
)
def test_good_names_are_left_alone(text: str) -> None:
    assert check_host(text) == HostCheck(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[IPv6:2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_addresses(text: str, name: str) -> None:
    assert check_host(text) == HostCheck(name, is_literal=True)


@pytest.mark.parametrize("text", ["localhost", "LOCALHOST.", "app.localhost", "127.0.0.9", "::1"])
def test_this_machine_is_noted(text: str) -> None:
    checked = check_host(text)
    assert (checked.problem, checked.note) == ("", "this-machine")


@pytest.mark.parametrize(
    ("text", "problem", "suggestion", "port"),
    [
        ("", "empty", "", None),
        ("  ", "empty", "", None),
        (" smtp.example.org", "surrounding-space", "smtp.example.org", None),
        ("smtp.example.org\n", "surrounding-space", "smtp.example.org", None),
        ("smtp.exam\u200bple.org", "invisible-character", "smtp.example.org", None),
        ("smtp.example.org\x00", "invisible-character", "smtp.example.org", None),
        ("smtp.exam\u00a0ple.org", "invisible-character", "smtp.example.org", None),
        ("smtp.mail.ru,", "trailing-comma", "smtp.mail.ru", None),
        ("smtp example.org", "inner-space", "", None),
        ("smtp://smtp.example.org", "protocol-prefix", "smtp.example.org", None),
        ("https://mail.example.org/owa", "protocol-prefix", "mail.example.org", None),
        ("smtps://mail.example.org:465", "protocol-prefix", "mail.example.org", 465),
        ("smtp://me@example.org:25", "protocol-prefix", "example.org", 25),
        ("ssl://[2001:db8::1]:465", "protocol-prefix", "2001:db8::1", 465),
        ("someone@example.org", "email-address", "example.org", None),
        ("smtp.example.org:587", "port-glued", "smtp.example.org", 587),
        ("192.0.2.1:25", "port-glued", "192.0.2.1", 25),
        ("[2001:db8::1]:25", "port-glued", "2001:db8::1", 25),
        ("mail.example.org/", "path", "mail.example.org", None),
        ("2001:db8::zz", "bad-address", "", None),
        ("[mail.example.org]", "brackets", "", None),
        ("192.168.1", "bad-address", "", None),
        ("300.1.1.1", "bad-address", "", None),
        ("smtp..example.org", "empty-label", "", None),
        (".example.org", "empty-label", "", None),
        ("smtp!example.org", "bad-character", "", None),
        ("a" * 64 + ".org", "label-too-long", "", None),
        ("a." * 130 + "org", "name-too-long", "", None),
        ("bü cher.example", "inner-space", "", None),
        ("bü" + "c" * 70 + ".example", "not-idna", "", None),
        ("☃\u0301.example", "not-idna", "", None),
    ],
)
def test_what_is_wrong_is_named_and_what_was_meant_is_offered(
    text: str, problem: str, suggestion: str, port: int | None
) -> None:
    checked = check_host(text)
    assert (checked.problem, checked.suggestion, checked.port) == (problem, suggestion, port)
    assert checked.name == text


def test_both_forms_of_an_international_name() -> None:
    assert check_host("bücher.example") == HostCheck(
        "xn--bcher-kva.example", unicode="bücher.example"
    )
    assert check_host("xn--bcher-kva.example") == HostCheck(
        "xn--bcher-kva.example", unicode="bücher.example"
    )
    punycode = "डाक".encode("punycode").decode()
    assert check_host("डाक.भारत").name == f"xn--{punycode}.xn--h2brj9c"
    assert check_host("xn--zzzzzz-.example").unicode == ""


@given(st.text(max_size=80))
def test_any_text_is_judged_and_a_suggestion_is_good(text: str) -> None:
    checked = check_host(text)
    if not checked.problem:
        assert checked.name.isascii()
        assert not any(character.isspace() for character in checked.name)
    if checked.suggestion:
        assert check_host(checked.suggestion).problem == ""
