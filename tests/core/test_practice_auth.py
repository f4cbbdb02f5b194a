"""The lab's SASL mechanisms agree with the examples of their RFCs and refuse what is wrong."""

from __future__ import annotations

import base64
import json

import pytest

from mailoscope_core.practice.auth import Accounts, Exchange, Outcome, Verdict, decode, start

ACCOUNTS = Accounts(
    users={"tim": "tanstaaftanstaaf", "test": "1234", "someuser@example.com": "x"},
    tokens=("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",),
    hostname="postoffice.reston.mci.net",
    nonce=lambda: "1896.697170952",
)


def begin(mechanism: str, initial: bytes | None) -> Exchange:
    exchange = start(mechanism, initial, ACCOUNTS)
    assert exchange is not None
    return exchange


def verdict(exchange: Exchange, *responses: bytes) -> tuple[list[bytes], Verdict]:
    """Run an exchange to its end: the challenges and the verdict."""
    challenges: list[bytes] = []
    try:
        challenges.append(next(exchange))
        for response in responses:
            challenges.append(exchange.send(response))
    except StopIteration as stop:
        return challenges, stop.value
    raise AssertionError(f"wants more after {challenges}")


def test_cram_md5_is_the_example_of_rfc_2195() -> None:
    challenges, result = verdict(begin("CRAM-MD5", None), b"tim b913a602c7eda7a495b4e6e7334d3890")
    assert challenges == [b"<1896.697170952@postoffice.reston.mci.net>"]
    assert result == Verdict(Outcome.ACCEPTED, "tim")


def test_plain_is_the_example_of_rfc_4954() -> None:
    _, result = verdict(begin("PLAIN", decode(b"dGVzdAB0ZXN0ADEyMzQ=")))
    assert result == Verdict(Outcome.ACCEPTED, "test")


def test_plain_without_initial_response_asks_with_an_empty_challenge() -> None:
    challenges, result = verdict(begin("PLAIN", None), b"\0test\x001234")
    assert (challenges, result.outcome) == ([b""], Outcome.ACCEPTED)


def test_login_asks_twice() -> None:
    challenges, result = verdict(begin("LOGIN", None), b"test", b"1234")
    assert (challenges, result.outcome) == ([b"Username:", b"Password:"], Outcome.ACCEPTED)


def test_oauthbearer_is_the_example_of_rfc_7628() -> None:
    initial = decode(
        b"bixhPXNvbWV1c2VyQGV4YW1wbGUuY29tLAFob3N0PXNlcnZlci5leGFtcGxlLmNvbQFwb3J0PTU4NwFhdXRoPUJl"
        b"YXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoYkhSaGRtbHpkR0V1WTI5dENnPT0BAQ=="
    )
    _, result = verdict(begin("OAUTHBEARER", initial))
    assert result == Verdict(Outcome.ACCEPTED, "someuser@example.com")


@pytest.mark.parametrize(
    ("mechanism", "initial", "last"),
    [
        ("XOAUTH2", b"user=test\x01auth=Bearer old\x01\x01", b""),
        ("OAUTHBEARER", b"n,a=test,\x01auth=Bearer old\x01\x01", b"\x01"),
    ],
)
def test_a_refused_token_is_explained_in_a_challenge_first(
    mechanism: str, initial: bytes, last: bytes
) -> None:
    challenges, result = verdict(begin(mechanism, initial), last)
    assert "status" in json.loads(challenges[0])
    assert result == Verdict(Outcome.REFUSED, "test")


@pytest.mark.parametrize(
    ("mechanism", "responses", "outcome"),
    [
        ("PLAIN", [b"\0test\x00wrong"], Outcome.REFUSED),
        ("PLAIN", [b"\0nobody\x001234"], Outcome.REFUSED),
        ("PLAIN", [b"test 1234"], Outcome.MALFORMED),
        ("PLAIN", [b""], Outcome.MALFORMED),
        ("LOGIN", [b"test", b"wrong"], Outcome.REFUSED),
        ("CRAM-MD5", [b"tim 00000000000000000000000000000000"], Outcome.REFUSED),
        ("CRAM-MD5", [b"nobody b913a602c7eda7a495b4e6e7334d3890"], Outcome.REFUSED),
        ("CRAM-MD5", [b"nospace"], Outcome.MALFORMED),
        ("XOAUTH2", [b"user=test auth=Bearer x"], Outcome.MALFORMED),
        ("OAUTHBEARER", [b"auth=Bearer x\x01\x01"], Outcome.MALFORMED),
    ],
)
def test_what_is_wrong_is_refused(mechanism: str, responses: list[bytes], outcome: Outcome) -> None:
    _, result = verdict(begin(mechanism, None), *responses)
    assert result.outcome is outcome


def test_an_initial_response_is_not_for_cram_md5() -> None:
    _, result = verdict(begin("CRAM-MD5", b"tim x"))
    assert result.outcome is Outcome.MALFORMED


def test_an_unknown_mechanism_is_none() -> None:
    assert start("GSSAPI", None, ACCOUNTS) is None


def test_base64_is_strict_and_knows_the_empty_word() -> None:
    assert decode(b"=") == b""
    assert decode(b"") == b""
    assert decode(base64.b64encode(b"\xff\x00")) == b"\xff\x00"
    assert decode(b"not base64!") is None
    assert decode(b"YWJ") is None
