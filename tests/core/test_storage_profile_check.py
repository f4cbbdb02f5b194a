"""A profile is looked over: each mistake people make has its rule, and what is right has none."""

from __future__ import annotations

import string
import tomllib
from importlib import resources
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.storage.profile import Profile, Timeouts, TlsMode
from mailoscope_core.storage.profile_check import ProfileProblem, check_profile, is_host_name

GOOD = Profile(name="Lab", host="mail.lab.test", user="alice@lab.test")
SENTENCES = tomllib.loads(
    resources.files("mailoscope_resources").joinpath("text/profile_checks.toml").read_text("utf-8")
)["profile-check"]


def found(**fields: object) -> list[ProfileProblem]:
    problems = check_profile(msgspec.structs.replace(GOOD, **fields))
    for problem in problems:
        # Each rule has its sentence, and the parameters fill it.
        assert SENTENCES[problem.rule]["text"].format_map(problem.params)
    return problems


def rules(**fields: object) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in found(**fields)]


def test_a_good_profile() -> None:
    assert found() == []


@pytest.mark.parametrize(
    "host",
    ["mail", "mail.example.com.", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "मेल.भारत", "xn--e1a"],
)
def test_good_hosts(host: str) -> None:
    assert rules(host=host, server_name=host) == []


@pytest.mark.parametrize(
    ("host", "rule", "better"),
    [
        ("", "host-missing", ""),
        ("  ", "host-missing", ""),
        (" mail.example.com", "host-blanks", "mail.example.com"),
        ("https://mail.example.com:443/x", "host-scheme", "mail.example.com"),
        ("smtp://mail.example.com", "host-scheme", "mail.example.com"),
        ("alice@example.com", "host-is-address", "example.com"),
        ("mail.example.com:587", "host-with-port", "mail.example.com"),
        ("[2001:db8::1]:25", "host-with-port", "[2001:db8::1]"),
        ("[192.0.2.1]", "host-brackets", "192.0.2.1"),
        ("192.0.2.300", "host-bad-ip", ""),
        ("192.0.2", "host-bad-ip", ""),
        ("2001:db8::1::2", "host-bad-ip", ""),
        ("mail example.com", "host-invalid", ""),
        ("mail..example.com", "host-invalid", ""),
        ("-mail.example.com", "host-invalid", ""),
        ("mail_server.example.com", "host-invalid", ""),
        ("a" * 64 + ".example.com", "host-invalid", ""),
        (".".join(["a" * 60] * 5), "host-invalid", ""),
        ("मेल .भारत", "host-invalid", ""),
        ("mail\r\n.example.com", "host-invalid", ""),
    ],
)
def test_hosts_as_people_get_them_wrong(host: str, rule: str, better: str) -> None:
    [problem] = found(host=host)
    assert (problem.field, problem.rule, problem.level) == ("host", rule, "error")
    assert problem.params.get("better", "") == better


def test_a_server_name_is_checked_as_well() -> None:
    assert rules(server_name="a b") == [("server_name", "host-invalid")]


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports(port: int) -> None:
    assert rules(port=port) == [("port", "port-range")]


@pytest.mark.parametrize(
    ("port", "tls", "expected"),
    [
        (465, TlsMode.IMPLICIT, []),
        (465, TlsMode.STARTTLS, ["tls-465"]),
        (587, TlsMode.IMPLICIT, ["tls-implicit"]),
        (25, TlsMode.OPTIONAL, []),
        (2525, TlsMode.IMPLICIT, []),
    ],
)
def test_ports_and_their_tls(port: int, tls: TlsMode, expected: list[str]) -> None:
    problems = found(port=port, tls=tls)
    assert [problem.rule for problem in problems] == expected
    assert all(problem.level == "hint" for problem in problems), "people may want to see it fail"


def test_certificate_files(tmp_path: Path) -> None:
    good, other = tmp_path / "good.pem", tmp_path / "other.txt"
    good.write_text("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
    other.write_bytes(b"\x30\x82")
    assert rules(ca_file=str(good)) == []
    assert rules(ca_file=str(other)) == [("ca_file", "file-not-pem")]
    assert rules(ca_file=str(tmp_path / "none")) == [("ca_file", "file-missing")]
    assert rules(ca_file=str(tmp_path)) == [("ca_file", "file-unreadable")]
    assert rules(ca_file="a\0b") == [("ca_file", "file-unreadable")]
    [problem] = found(client_certificate=str(good))
    assert (problem.rule, problem.params["what"]) == ("file-not-pem", "PRIVATE KEY")
    good.write_text(good.read_text() + "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
    assert rules(client_certificate=str(good)) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pc.example.com", []),
        ("[192.0.2.1]", []),
        ("[IPv6:2001:db8::1]", []),
        ("[2001:db8::1]", ["ehlo-literal"]),
        ("[IPv6:192.0.2.1]", ["ehlo-literal"]),
        ("[nonsense]", ["ehlo-literal"]),
        ("192.0.2.1", ["ehlo-no-brackets"]),
        ("2001:db8::1", ["ehlo-no-brackets"]),
        ("my pc", ["ehlo-invalid"]),
        ("my_pc.example.com", ["ehlo-invalid"]),
        ("मेल.भारत", ["ehlo-invalid"]),
        ("pc\r\nMAIL FROM:<>", ["ehlo-invalid"]),
        ("localhost", ["ehlo-not-qualified"]),
        ("localhost.localdomain", ["ehlo-not-qualified"]),
        ("pc", ["ehlo-not-qualified"]),
    ],
)
def test_ehlo_names(name: str, expected: list[str]) -> None:
    assert [rule for _, rule in rules(ehlo_name=name)] == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"user": ""}, ["user-missing"]),
        ({"user": "", "auth": False}, []),
        ({"user": "alice\r\n"}, ["user-controls"]),
        ({"mechanism": "PLAIN"}, []),
        ({"mechanism": "plain"}, []),
        ({"mechanism": "PLAIN =x"}, ["mechanism-syntax"]),
        ({"mechanism": "X" * 21}, ["mechanism-syntax"]),
        ({"mechanism": "XOAUTH2"}, ["mechanism-token"]),
        ({"mechanism": "XOAUTH2", "secret_kind": "token"}, []),
        ({"mechanism": "LOGIN", "secret_kind": "token"}, ["mechanism-password"]),
    ],
)
def test_log_in(fields: dict[str, object], expected: list[str]) -> None:
    assert [rule for _, rule in rules(**fields)] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("alice@example.com", []),
        ("आशा@उदाहरण.भारत", []),
        ("alice@[192.0.2.1]", []),
        ("alice@[IPv6:2001:db8::1]", []),
        ("postmaster", []),
        ("alice", ["address-invalid"]),
        ("@example.com", ["address-invalid"]),
        ("alice@", ["address-invalid"]),
        ("alice@exa mple.com", ["address-invalid"]),
        ("alice@[nonsense]", ["address-invalid"]),
        ("alice@example.com\r\nDATA", ["address-invalid"]),
        ("a" * 65 + "@example.com", ["address-invalid"]),
        ("alice smith@example.com", ["address-quoted"]),
    ],
)
def test_addresses(address: str, expected: list[str]) -> None:
    assert rules(sender=address) == [("sender", rule) for rule in expected]
    assert rules(recipients=(address,)) == [("recipients", rule) for rule in expected]


def test_timeouts() -> None:
    assert rules(timeouts=Timeouts(connect=0.0, command=-1.0, final_dot=1e9)) == [
        ("timeouts.connect", "timeout-range"),
        ("timeouts.command", "timeout-range"),
        ("timeouts.final_dot", "timeout-range"),
    ]


def test_a_name_is_missing() -> None:
    assert rules(name=" ") == [("name", "name-missing")]


@given(st.text(max_size=30), st.text(string.printable, max_size=30))
def test_nothing_that_is_typed_upsets_the_check(text: str, printable: str) -> None:
    for value in (text, printable):
        found(host=value, ehlo_name=value, user=value, mechanism=value, sender=value)
        if is_host_name(value) and value.isascii():
            assert not set(value) - set(string.ascii_letters + string.digits + "-.")
