"""Kinds of failures that no peer on loopback can be made to show."""

from __future__ import annotations

import errno
import ssl

import pytest

from mailoscope_core.net.failures import (
    alert_name,
    describe_errno,
    describe_ssl,
    looks_like_tls,
    open_kind,
    secure_kind,
    verify_kind,
)


def ssl_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] words (_ssl.c:1000)")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("DH_KEY_TOO_SMALL", "protocol"),
        ("UNSUPPORTED_PROTOCOL", "protocol"),
        ("NO_SHARED_CIPHER", "protocol"),
        ("UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "protocol"),
        ("LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED", "protocol"),
        ("NO_PROTOCOLS_AVAILABLE", "protocol"),
        ("WRONG_VERSION_NUMBER", "protocol"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "protocol"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "protocol"),
        ("TLSV1_ALERT_INTERNAL_ERROR", "alert"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "alert"),
        ("TLSV1_UNRECOGNIZED_NAME", "alert"),
        ("UNEXPECTED_EOF_WHILE_READING", "closed"),
        ("BAD_SIGNATURE", "other"),
        ("", "other"),
    ],
)
def test_reasons_of_openssl(reason: str, kind: str) -> None:
    assert secure_kind(ssl_error(reason), b"\x16\x03\x03", [], False) == kind


def test_what_is_no_record_is_no_tls_whatever_openssl_makes_of_it() -> None:
    for reason in ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"):
        assert secure_kind(ssl_error(reason), b"220 hi", [], False) == "not-tls"


@pytest.mark.parametrize(
    ("data", "tls"),
    [
        (b"", False),
        (b"\x16", True),
        (b"\x16\x03", True),
        (b"\x15\x03\x01", True),
        (b"\x16\x02", False),
        (b"2", False),
        (b"\x80\x2e", False),
    ],
)
def test_records_are_known_by_their_first_bytes(data: bytes, tls: bool) -> None:
    assert looks_like_tls(data) is tls


@pytest.mark.parametrize(
    ("reason", "alert"),
    [
        ("SSLV3_ALERT_BAD_RECORD_MAC", "bad-record-mac"),
        ("TLSV1_ALERT_UNKNOWN_CA", "unknown-ca"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate-required"),
        ("TLSV1_UNRECOGNIZED_NAME", "unrecognized-name"),
        ("TLSV1_UNSUPPORTED_EXTENSION", "unsupported-extension"),
        ("TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE", "bad-certificate-status-response"),
        ("TLSV1_CERTIFICATE_UNOBTAINABLE", "certificate-unobtainable"),
        ("DH_KEY_TOO_SMALL", None),
        ("", None),
    ],
)
def test_alerts_have_the_names_of_rfc_8446(reason: str, alert: str | None) -> None:
    assert alert_name(ssl_error(reason)) == alert


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (0x800B0101, "expired"),
        (0x800B0101 - 2**32, "expired"),
        (0x800B010F, "hostname"),
        (0x80092010, "revoked"),
        (-67818, "expired"),
        (-67602, "hostname"),
        (12345, "untrusted"),
    ],
)
def test_codes_of_windows_and_macos(code: int, kind: str) -> None:
    assert verify_kind(code, [], False) == kind


def test_words_come_from_where_the_failure_does() -> None:
    assert describe_ssl(ssl_error("DH_KEY_TOO_SMALL")) == "dh key too small"
    assert describe_ssl(ssl.SSLError("plain words")) == "plain words"
    assert describe_errno(errno.ENETUNREACH)
    assert describe_errno(None, OSError("odd")) == "odd"
    assert open_kind(None) == "other"
