"""TLS contexts from a profile's trust settings; built by the caller once and kept."""

from __future__ import annotations

import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext

from mailoscope_core.base.errors import UserError
from mailoscope_core.net.certificates import Facts, certificate_facts, second_opinion

__all__ = [
    "Facts",
    "OwnRoots",
    "SSLContext",
    "TrustSettings",
    "build_context",
    "certificate_facts",
    "second_opinion",
    "trust_description",
]

# Where distributions keep the bundle if OpenSSL was built to look elsewhere (a Python from
# elsewhere); Debian, Fedora, older Fedora, SUSE, Alpine and the BSDs.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_PEM_MARK = b"-----BEGIN "
_KEY_MARK = b"PRIVATE KEY-----"
_DER_SEQUENCE = b"\x30"


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """Whom to trust and who we are. `ca_file` is used instead of the system's store, not beside it.

    `client_certificate` is a PEM file with the certificate (and its intermediates) and the key; the
    key may also be in the file of the same name that ends in `.key`. Empty means none.
    """

    ca_file: str = ""
    client_certificate: str = ""
    verify: bool = True


class OwnRoots(ssl.SSLContext):
    """A context that trusts a CA file of the user's alone."""


def build_context(trust: TrustSettings) -> SSLContext:
    """Return a client context of TLS 1.2 or newer that checks chain and name if `verify` is set.

    Raises `UserError`: ca-file-missing, ca-file-unreadable, ca-file-no-certificates,
    system-trust-missing, client-certificate-missing, -unreadable, -not-pem, -no-certificate,
    -no-key, -key-encrypted, -key-mismatch, -unusable.
    """
    if trust.ca_file:
        context = _own_roots(Path(trust.ca_file).expanduser())
    elif trust.verify:
        context = _system_roots()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Some Pythons let an end without close_notify pass for a clean one; we tell them apart.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    # TLS 1.2's renegotiation: SMTP has no use for it, and writing would have to wait for reading.
    context.options |= ssl.OP_NO_RENEGOTIATION
    if not trust.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if trust.client_certificate:
        _load_client_certificate(context, Path(trust.client_certificate).expanduser())
    return context


def trust_description(trust: TrustSettings) -> str:
    """Return what certificates are checked against, in the terms an administrator searches for."""
    if trust.ca_file:
        return f"CA file {trust.ca_file}"
    if sys.platform == "win32":
        return "system store (Windows)"
    if sys.platform == "darwin":
        return "system store (macOS)"
    return f"system store ({ssl.OPENSSL_VERSION}, {_system_bundle() or 'empty'})"


def _system_roots() -> SSLContext:
    """Return a context with the operating system's verdict.

    truststore asks Windows and macOS. Elsewhere the system's store is OpenSSL's, which truststore
    would read again for every connection (27 ms measured, against 0.3 ms).
    """
    if sys.platform in ("win32", "darwin"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bundle = _system_bundle()
    if not bundle:
        raise UserError("system-trust-missing")
    if bundle in _default_places():
        context.set_default_verify_paths()
    else:
        context.load_verify_locations(cafile=bundle)
    return context


def _system_bundle() -> str:
    """Return the file or directory of the system's authorities on Linux and the BSDs, or empty."""
    for place in (*_default_places(), *_BUNDLES):
        if place and _has_certificates(Path(place)):
            return place
    return ""


def _default_places() -> tuple[str, ...]:
    """Return where this OpenSSL looks by itself, SSL_CERT_FILE and SSL_CERT_DIR included."""
    paths = ssl.get_default_verify_paths()
    return tuple(place for place in (paths.cafile, paths.capath) if place)


def _has_certificates(place: Path) -> bool:
    try:
        if place.is_dir():  # OpenSSL looks for files named by a hash, such as 3513523f.0
            return any(
                len(each.stem) == 8 and each.suffix[1:].isdigit() for each in place.iterdir()
            )
        return place.stat().st_size > 0
    except OSError:
        return False


def _own_roots(path: Path) -> SSLContext:
    data = _read(path, "ca-file")
    context = OwnRoots(ssl.PROTOCOL_TLS_CLIENT)
    # Every certificate in the file is trusted, be it a root or an intermediate.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        if _PEM_MARK in data:
            context.load_verify_locations(cafile=path)
        else:
            context.load_verify_locations(cadata=data)
    except (ssl.SSLError, ValueError) as error:
        raise UserError("ca-file-no-certificates", path=str(path)) from error
    if not context.cert_store_stats()["x509"]:
        raise UserError("ca-file-no-certificates", path=str(path))
    return context


def _load_client_certificate(context: SSLContext, path: Path) -> None:
    shown = str(path)
    data = _read(path, "client-certificate")
    if _PEM_MARK not in data:
        code = "client-certificate-not-pem"
        raise UserError(code, path=shown) if data[:1] == _DER_SEQUENCE else _no_certificate(path)
    if b"CERTIFICATE-----" not in data:
        raise _no_certificate(path)
    key_path = path
    if _KEY_MARK not in data:
        key_path = path.with_suffix(".key")
        if key_path == path or not key_path.exists():
            raise UserError("client-certificate-no-key", path=shown, key=str(key_path))
        _read(key_path, "client-certificate")
    try:
        context.load_cert_chain(path, key_path, password=_refuse_to_ask)
    except _KeyIsEncrypted:
        raise UserError("client-certificate-key-encrypted", path=str(key_path)) from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise UserError("client-certificate-key-mismatch", path=shown) from error
        detail = (error.reason or "PEM").lower().replace("_", " ")
        raise UserError("client-certificate-unusable", path=shown, detail=detail) from error


def _no_certificate(path: Path) -> UserError:
    return UserError("client-certificate-no-certificate", path=str(path))


class _KeyIsEncrypted(Exception):
    """The key file wants a passphrase."""


def _refuse_to_ask() -> str:
    """Stand in for OpenSSL's own question, which would go to a terminal and block."""
    raise _KeyIsEncrypted


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{what}-missing", path=str(path)) from None
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError(f"{what}-unreadable", path=str(path), detail=detail) from None
