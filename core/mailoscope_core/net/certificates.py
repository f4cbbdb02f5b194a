"""Facts about certificates, read from DER; odd certificates give fewer facts, never an error."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # cryptography costs 60 ms to import and is only needed once TLS has begun
    from cryptography import x509

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What one certificate says; times are RFC 3339 in UTC, names RFC 4514, hashes in hex.

    An empty string or tuple means that the certificate does not say or cannot be read there.
    """

    subject: str = ""
    issuer: str = ""
    serial: str = ""
    not_before: str = ""
    not_after: str = ""
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    key: str = ""
    signature: str = ""
    sha256: str = ""
    is_ca: bool = False
    self_signed: bool = False


def certificate_facts(der: bytes) -> Facts:
    """Return the facts of one DER certificate; of unreadable bytes only the SHA-256."""
    sha256 = hashlib.sha256(der).hexdigest()
    certificate = _load(der)
    if certificate is None:
        return Facts(sha256=sha256)
    nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    dns_names, ip_addresses = _or(nothing, lambda: _alternative_names(certificate))
    return Facts(
        subject=_or("", lambda: certificate.subject.rfc4514_string()),
        issuer=_or("", lambda: certificate.issuer.rfc4514_string()),
        serial=_or("", lambda: f"{certificate.serial_number:x}"),
        not_before=_or("", lambda: _rfc3339(certificate.not_valid_before_utc)),
        not_after=_or("", lambda: _rfc3339(certificate.not_valid_after_utc)),
        dns_names=dns_names,
        ip_addresses=ip_addresses,
        key=_or("", lambda: _key(certificate)),
        signature=_or("", lambda: _signature(certificate)),
        sha256=sha256,
        is_ca=_or(False, lambda: _is_ca(certificate)),
        self_signed=_or(False, lambda: _is_self_signed(certificate)),
    )


def is_lonely_leaf(chain: Sequence[bytes], *, issuer_may_be_private: bool) -> bool:
    """Whether a server sent its own certificate alone although somebody else has issued it.

    For a public authority that is a missing intermediate, and such a certificate says where its
    issuer can be had (RFC 5280 section 4.2.2.1). Without that it is rather a private authority that
    is not trusted here, unless the user has named one (`issuer_may_be_private`).
    """
    certificate = _load(chain[0]) if len(chain) == 1 else None
    if certificate is None or _or(True, lambda: certificate.subject == certificate.issuer):
        return False
    return issuer_may_be_private or _or(False, lambda: _names_its_issuer(certificate))


def second_opinion(chain: Sequence[bytes], server_name: str) -> str | None:
    """Check a chain (DER, leaf first) as sent against Mozilla's roots, fetching nothing.

    Returns null when it is good, else the verifier's words; it holds certificates to the rules for
    public authorities, more strictly than OpenSSL. Windows and macOS fetch a missing intermediate
    quietly: fine here, and it fails elsewhere.
    """
    import certifi
    from cryptography import x509
    from cryptography.x509 import verification

    try:
        certificates = [x509.load_der_x509_certificate(der) for der in chain]
        roots = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
        verifier = (
            verification.PolicyBuilder()
            .store(verification.Store(roots))
            .build_server_verifier(_subject(server_name))
        )
        verifier.verify(certificates[0], certificates[1:])
    except (ValueError, IndexError, verification.VerificationError) as error:
        return str(error) or type(error).__name__
    return None


def _subject(server_name: str) -> x509.DNSName | x509.IPAddress:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(server_name.partition("%")[0]))
    except ValueError:
        return x509.DNSName(server_name.rstrip("."))


def _load(der: bytes) -> x509.Certificate | None:
    from cryptography import x509

    return _or(None, lambda: x509.load_der_x509_certificate(der))


def _or(fallback: T, read: Callable[[], T]) -> T:
    """Return what `read` reads; servers send certificates that break every rule."""
    try:
        return read()
    except Exception:  # noqa: BLE001  # a field that cannot be read is a field that is not there
        return fallback


def _rfc3339(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _alternative_names(
    certificate: x509.Certificate,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from cryptography import x509

    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = extension.get_values_for_type(x509.IPAddress)
    return (
        tuple(extension.get_values_for_type(x509.DNSName)),
        tuple(str(address) for address in addresses),
    )


def _key(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.removesuffix("PublicKey")


def _signature(certificate: x509.Certificate) -> str:
    from cryptography.x509.oid import SignatureAlgorithmOID

    oid = certificate.signature_algorithm_oid
    for name in dir(SignatureAlgorithmOID):
        if not name.startswith("_") and getattr(SignatureAlgorithmOID, name) == oid:
            return name.replace("_WITH_", " with ").replace("_", "-")
    return oid.dotted_string


def _is_ca(certificate: x509.Certificate) -> bool:
    from cryptography import x509

    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def _is_self_signed(certificate: x509.Certificate) -> bool:
    if certificate.subject != certificate.issuer:
        return False
    certificate.verify_directly_issued_by(certificate)  # raises if the signature is another's
    return True


def _names_its_issuer(certificate: x509.Certificate) -> bool:
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return any(entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS for entry in access)
