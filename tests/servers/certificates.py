"""A throw-away certificate authority with one good server certificate and every bad one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SERVER_NAMES = ("localhost", "mail.lab.test", "127.0.0.1", "::1")
OTHER_NAME = "other.lab.test"
KINDS = ("server", "wrongname", "expired", "future", "selfsigned", "nochain", "client")


@dataclass(frozen=True, slots=True)
class LabCertificates:
    """Paths of PEM files; `KINDS` names the pairs of chain and key."""

    directory: Path

    @property
    def ca_file(self) -> Path:
        """The authority to trust."""
        return self.directory / "ca.pem"

    def chain(self, kind: str = "server") -> Path:
        """The certificate of that kind, followed by the intermediates it sends."""
        return self.directory / f"{kind}.pem"

    def key(self, kind: str = "server") -> Path:
        """Its private key."""
        return self.directory / f"{kind}.key"


def make_certificates(directory: Path) -> LabCertificates:
    """Fill `directory` with a new authority and all `KINDS`; the files are named after the kind."""
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    ca = trustme.CA(organization_name="Mailoscope test CA")
    ca.cert_pem.write_to_path(str(directory / "ca.pem"))
    leaves = {
        "server": ca.issue_cert(*SERVER_NAMES, common_name="mail.lab.test"),
        "wrongname": ca.issue_cert(OTHER_NAME),
        "expired": ca.issue_cert(*SERVER_NAMES, not_before=now - 30 * day, not_after=now - day),
        "future": ca.issue_cert(*SERVER_NAMES, not_before=now + day, not_after=now + 30 * day),
        "client": ca.issue_cert("client@lab.test"),
    }
    for kind, leaf in leaves.items():
        _write(directory, kind, _concatenated(leaf.cert_chain_pems), leaf.private_key_pem.bytes())
    below = ca.create_child_ca().issue_cert(*SERVER_NAMES)
    _write(directory, "nochain", below.cert_chain_pems[0].bytes(), below.private_key_pem.bytes())
    _write(directory, "selfsigned", *_self_signed(now - day, now + 30 * day))
    return LabCertificates(directory)


def _concatenated(blobs: list[trustme.Blob]) -> bytes:
    return b"".join(blob.bytes() for blob in blobs)


def _write(directory: Path, kind: str, chain: bytes, key: bytes) -> None:
    (directory / f"{kind}.pem").write_bytes(chain)
    key_file = directory / f"{kind}.key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(key)


def _self_signed(start: datetime.datetime, end: datetime.datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ),
    )
