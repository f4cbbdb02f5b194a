"""SASL: the examples of the RFCs, broken challenges, and the choice of a mechanism."""

from __future__ import annotations

import base64
import json

import pytest

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol import sasl
from mailoscope_core.protocol.sasl import Challenge, SaslProblem, SecretKind

# RFC 7628 section 4.1 and the example of Google's XOAUTH2 page.
TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
OAUTHBEARER = (
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZG"
    "OWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
)
OAUTHBEARER_ERROR = (
    "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRp"
    "b24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0="
)
XOAUTH2 = (
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJo"
    "ZG1semRHRXVZMjl0Q2cBAQ=="
)


def begin(mechanism: str, user: str, secret: str, authzid: str = "") -> sasl.Exchange:
    return sasl.start(
        mechanism, user, Secret(secret), host="server.example.com", port=143, authzid=authzid
    )


def test_plain_as_in_rfc_4616() -> None:
    assert begin("PLAIN", "tim", "tanstaaftanstaaf").initial == b"\0tim\0tanstaaftanstaaf"
    assert begin("plain", "Kurt", "xipj3plmq", "Ursel").initial == b"Ursel\0Kurt\0xipj3plmq"


def test_plain_as_in_rfc_4954() -> None:
    initial = begin("PLAIN", "test", "1234", "test").initial
    assert initial is not None
    assert sasl.encode_initial(initial) == "dGVzdAB0ZXN0ADEyMzQ="


def test_plain_has_nothing_to_say_to_a_challenge() -> None:
    exchange = begin("PLAIN", "a", "b")
    with pytest.raises(SaslProblem) as problem:
        exchange.respond(b"more?")
    assert problem.value.rule == "sasl-unexpected-challenge"
    assert problem.value.params == {"mechanism": "PLAIN"}


def test_passwords_are_utf_8() -> None:
    assert begin("PLAIN", "ü", "पासवर्ड").initial == "\0ü\0पासवर्ड".encode()


@pytest.mark.parametrize("question", [b"Username:", b"", b"User Name\0"])
def test_login_answers_whatever_is_asked(question: bytes) -> None:
    exchange = begin("LOGIN", "alice", "wonderland")
    assert exchange.initial is None
    assert exchange.respond(question) == b"alice"
    assert exchange.respond(Challenge(b"Password:", "bad-base64")) == b"wonderland"
    with pytest.raises(SaslProblem, match="sasl-unexpected-challenge"):
        exchange.respond(b"and your PIN?")


def test_cram_md5_as_in_rfc_2195() -> None:
    exchange = begin("CRAM-MD5", "tim", "tanstaaftanstaaf")
    assert exchange.initial is None
    challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"
    response = exchange.respond(sasl.decode_challenge(challenge))
    assert response == b"tim b913a602c7eda7a495b4e6e7334d3890"
    assert sasl.encode_response(response) == ("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw")


def test_cram_md5_does_not_answer_what_is_no_base64() -> None:
    exchange = begin("CRAM-MD5", "tim", "tanstaaftanstaaf")
    with pytest.raises(SaslProblem, match="sasl-bad-base64"):
        exchange.respond(sasl.decode_challenge("<not base64>"))


def test_xoauth2_as_google_has_it() -> None:
    token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    exchange = begin("XOAUTH2", "someuser@example.com", token)
    assert exchange.initial is not None
    assert sasl.encode_initial(exchange.initial) == XOAUTH2
    assert exchange.error_detail == ""
    error = base64.b64encode(b'{"status":"401",\n "schemes":"bearer"}').decode()
    assert sasl.encode_response(exchange.respond(sasl.decode_challenge(error))) == ""
    assert json.loads(exchange.error_detail) == {"status": "401", "schemes": "bearer"}
    assert "\n" not in exchange.error_detail


def test_oauthbearer_as_in_rfc_7628() -> None:
    exchange = begin("OAUTHBEARER", "user@example.com", TOKEN)
    assert exchange.initial is not None
    assert sasl.encode_initial(exchange.initial) == OAUTHBEARER
    response = exchange.respond(sasl.decode_challenge(OAUTHBEARER_ERROR))
    assert sasl.encode_response(response) == "AQ=="
    assert json.loads(exchange.error_detail)["status"] == "invalid_token"


def test_names_are_escaped_in_oauthbearer() -> None:
    initial = begin("OAUTHBEARER", "a,b=c", "t").initial
    assert initial is not None
    assert initial.startswith(b"n,a=a=2Cb=3Dc,\1")
    acting = begin("OAUTHBEARER", "a", "t", "other").initial
    assert acting is not None
    assert acting.startswith(b"n,a=other,\1")


def test_an_error_that_is_no_json_is_shown_as_it_is() -> None:
    exchange = begin("XOAUTH2", "a", "t")
    exchange.respond(sasl.decode_challenge("not base64 and not JSON"))
    assert exchange.error_detail == "not base64 and not JSON"


@pytest.mark.parametrize(
    ("mechanism", "user", "secret"),
    [
        ("PLAIN", "a\0b", "secret"),
        ("PLAIN", "a", "sec\0ret"),
        ("XOAUTH2", "a\1b", "token"),
        ("XOAUTH2", "a", "to\1ken"),
        ("OAUTHBEARER", "a", "to\1ken"),
    ],
)
def test_separators_in_values_are_refused_and_not_shown(
    mechanism: str, user: str, secret: str
) -> None:
    with pytest.raises(SaslProblem, match="sasl-not-encodable") as problem:
        begin(mechanism, user, secret)
    assert secret not in repr(problem.value)


def test_an_unknown_mechanism_is_named() -> None:
    with pytest.raises(SaslProblem, match="mechanism-unknown") as problem:
        begin("GSSAPI", "a", "b")
    assert problem.value.params == {"mechanism": "GSSAPI"}


@pytest.mark.parametrize("mechanism", sasl.SUPPORTED)
def test_no_secret_in_repr(mechanism: str) -> None:
    exchange = begin(mechanism, "alice", "hunter2hunter2")
    assert "hunter2" not in repr(exchange)
    assert sasl.is_client_first(mechanism) is (exchange.initial is not None)


def test_unknown_mechanisms_are_not_client_first() -> None:
    assert not sasl.is_client_first("GSSAPI")


# --- choosing ---------------------------------------------------------------------------------

ALL = ("GSSAPI", "CRAM-MD5", "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER")


@pytest.mark.parametrize(
    ("offered", "wanted", "kind", "encrypted", "chosen"),
    [
        (ALL, "", "password", True, "PLAIN"),
        (ALL, "", "password", False, "CRAM-MD5"),
        (("LOGIN", "CRAM-MD5"), "", "password", True, "LOGIN"),
        (("LOGIN", "PLAIN"), "", "password", False, "PLAIN"),
        (("cram-md5",), "", "password", True, "CRAM-MD5"),
        (ALL, "", "token", True, "OAUTHBEARER"),
        (("PLAIN", "XOAUTH2"), "", "token", True, "XOAUTH2"),
        (("PLAIN",), "", "token", True, None),
        (("GSSAPI", "NTLM"), "", "password", True, None),
        ((), "", "password", True, None),
        (ALL, "login", "password", True, "LOGIN"),
        (ALL, "GSSAPI", "password", True, None),
        (("PLAIN",), "LOGIN", "password", True, None),
    ],
)
def test_the_mechanism_chosen(
    offered: tuple[str, ...], wanted: str, kind: SecretKind, encrypted: bool, chosen: str | None
) -> None:
    found = sasl.choose(offered, wanted=wanted, secret_kind=kind, encrypted=encrypted)
    assert found == chosen


# --- base64 -----------------------------------------------------------------------------------


def test_an_empty_initial_response_is_an_equals_sign() -> None:
    assert sasl.encode_initial(b"") == "="
    assert sasl.encode_response(b"") == ""


@pytest.mark.parametrize(
    ("text", "challenge"),
    [
        ("", Challenge(b"")),
        ("=", Challenge(b"")),
        (" VXNlcm5hbWU6 ", Challenge(b"Username:")),
        ("Username:", Challenge(b"Username:", "bad-base64")),
        ("VXNlcm5hbWU", Challenge(b"VXNlcm5hbWU", "bad-base64")),
        ("é", Challenge("é".encode(), "bad-base64")),
    ],
)
def test_bad_base64_is_reported_not_raised(text: str, challenge: Challenge) -> None:
    assert sasl.decode_challenge(text) == challenge
