"""What an errno or an OpenSSL error means for a connection, as the kinds the events know."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Sequence

from mailoscope_core.net.certificates import is_lonely_leaf

_OPEN_KINDS = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
    # No address of ours reaches there: IPv6 is configured in the name but not on this machine.
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "unreachable",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
}
if hasattr(errno, "EHOSTDOWN"):
    _OPEN_KINDS[errno.EHOSTDOWN] = "unreachable"

# X509_V_ERR_* of OpenSSL's x509_vfy.h, then CERT_E_* of Windows and errSec* of macOS, which
# truststore hands through as the verify code.
_VERIFY_KINDS = {
    9: "not-yet-valid",
    10: "expired",
    18: "self-signed",
    23: "revoked",
    62: "hostname",
    64: "hostname",
    0x800B0101: "expired",
    0x800B010C: "revoked",
    0x80092010: "revoked",
    0x800B010F: "hostname",
    -67818: "expired",
    -67819: "not-yet-valid",
    -67820: "revoked",
    -67602: "hostname",
}
# "unable to get (local) issuer certificate", "unable to verify the first certificate", and the
# chain that Windows could not build.
_ISSUER_UNKNOWN = frozenset({2, 20, 21, 0x800B010A})

_PROTOCOL_REASONS = (
    "UNSUPPORTED_PROTOCOL",
    "NO_PROTOCOLS_AVAILABLE",
    "NO_SHARED_CIPHER",
    "NO_CIPHERS_AVAILABLE",
    "NO_SUITABLE_",
    "WRONG_VERSION_NUMBER",
    "WRONG_SSL_VERSION",
    "WRONG_SIGNATURE_TYPE",
    "WRONG_CIPHER_RETURNED",
    "WRONG_CURVE",
    "UNKNOWN_PROTOCOL",
    "UNSUPPORTED_",
    "UNSAFE_LEGACY_RENEGOTIATION",
    "LEGACY_SIGALG_DISALLOWED",
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
    "CA_KEY_TOO_SMALL",
    "CA_MD_TOO_WEAK",
    "MODULUS_TOO_SMALL",
    "BAD_PROTOCOL_VERSION_NUMBER",
    "INAPPROPRIATE_FALLBACK",
)
# Alerts that say "we have no version or cipher in common" (RFC 8446 section 6.2).
_PROTOCOL_ALERTS = frozenset({"handshake-failure", "protocol-version", "insufficient-security"})
_ALERT_MARKS = ("_ALERT_", "_UNRECOGNIZED_NAME", "_UNSUPPORTED_EXTENSION", "_BAD_CERTIFICATE_")
_TLS_RECORD_TYPES = frozenset({20, 21, 22, 23})


def open_kind(code: int | None) -> str:
    """Return the kind of `OpenFailed` for an errno."""
    return _OPEN_KINDS.get(code, "other") if code is not None else "other"


def describe_errno(code: int | None, error: OSError | None = None) -> str:
    """Return the operating system's words for an errno, in its language."""
    if code is None:
        return str(error) if error is not None else ""
    table: dict[int, str] = getattr(socket, "errorTab", {})  # Windows alone has this table
    return table.get(code) or os.strerror(code)


def is_reset(code: int | None) -> bool:
    """Whether the errno means that the connection was broken and not closed in order."""
    return open_kind(code) in ("reset", "timeout", "unreachable")


def looks_like_tls(first_bytes: bytes) -> bool:
    """Whether bytes begin like a TLS record: a type and major version 3 (RFC 8446 section 5.1)."""
    return bool(first_bytes) and (
        first_bytes[0] in _TLS_RECORD_TYPES and first_bytes[1:2] in (b"", b"\x03")
    )


def secure_kind(
    error: ssl.SSLError, first_bytes: bytes, chain: Sequence[bytes], own_roots: bool
) -> str:
    """Return the kind of `SecureFailed`.

    `first_bytes` are what the server said first, `chain` its certificates (DER, leaf first),
    `own_roots` whether they were checked against a CA file of the user's.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return verify_kind(error.verify_code, chain, own_roots)
    if first_bytes and not looks_like_tls(first_bytes):
        return "not-tls"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "closed"
    alert = alert_name(error)
    if alert is not None:
        return "protocol" if alert in _PROTOCOL_ALERTS else "alert"
    reason = _reason(error)
    if reason.startswith("UNEXPECTED_EOF"):
        return "closed"
    return "protocol" if reason.startswith(_PROTOCOL_REASONS) else "other"


def verify_kind(code: int, chain: Sequence[bytes], own_roots: bool) -> str:
    """Return what is wrong with a certificate; what has no kind of its own is "untrusted"."""
    kind = _VERIFY_KINDS.get(code) or _VERIFY_KINDS.get(code & 0xFFFFFFFF)
    if kind is not None:
        return kind
    if code in _ISSUER_UNKNOWN and is_lonely_leaf(chain, issuer_may_be_private=own_roots):
        return "no-intermediate"
    return "untrusted"


def alert_name(error: ssl.SSLError) -> str | None:
    """Return the alert the server sent, such as `unrecognized-name`, or null if it sent none."""
    reason = _reason(error)
    if not reason.startswith(("SSLV3_", "TLSV1_", "TLSV13_")):
        return None
    for mark in _ALERT_MARKS:
        _, found, rest = reason.partition(mark)
        if found:
            name = rest if mark == "_ALERT_" else mark.strip("_") + ("_" + rest if rest else "")
            return name.lower().replace("_", "-")
    return reason.partition("_")[2].lower().replace("_", "-")


def describe_ssl(error: ssl.SSLError) -> str:
    """Return OpenSSL's own words, without the position in its source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    reason = _reason(error)
    if reason:
        return reason.lower().replace("_", " ")
    return str(error.args[-1]) if error.args else ""


def _reason(error: ssl.SSLError) -> str:
    """Return OpenSSL's reason; errors that Python code has made do not even have the attribute."""
    return getattr(error, "reason", None) or ""
