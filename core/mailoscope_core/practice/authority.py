"""A throw-away certificate authority and the good and bad certificates it gives the lab server."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailoscope_core.practice.spec import Certificate

NAMES = ("localhost", "mail.lab.test")
ADDRESSES = ("127.0.0.1", "::1")
WRONG_NAME = "other.lab.test"
CA_FILE = "lab-ca.pem"


class Authority:
    """One CA: made in memory, its certificate written to `directory`; its key is never written.

    Server contexts are built on first use and kept. Not thread-safe: belongs to the server's thread
    once that runs.
    """

    def __init__(self, directory: Path, *, now: dt.datetime | None = None) -> None:
        self._directory = directory
        self._now = now or dt.datetime.now(dt.UTC)
        self._contexts: dict[Certificate, ssl.SSLContext] = {}
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._root = self._authority(_name("Mailoscope throw-away lab CA"), self._key, None)
        self.ca_file = directory / CA_FILE
        self.ca_file.write_bytes(self._root.public_bytes(serialization.Encoding.PEM))

    def context(self, kind: Certificate) -> ssl.SSLContext:
        """Return the server's TLS context that shows the certificate `kind`."""
        if kind not in self._contexts:
            self._contexts[kind] = self._build(kind)
        return self._contexts[kind]

    def _build(self, kind: Certificate) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        chain = self._chain(kind, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # ssl reads certificates from files only; the key's is gone again at once.
        certificates = self._directory / f"lab-{kind.value}.pem"
        certificates.write_bytes(
            b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)
        )
        key_file = self._directory / f"lab-{kind.value}.key"
        try:
            key_file.touch(mode=0o600)
            key_file.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            context.load_cert_chain(certificates, key_file)
        finally:
            key_file.unlink(missing_ok=True)
            certificates.unlink(missing_ok=True)
        return context

    def _chain(self, kind: Certificate, key: ec.EllipticCurvePrivateKey) -> list[x509.Certificate]:
        """Return the certificates the server sends, its own first; a root is never sent."""
        day = dt.timedelta(days=1)
        start, end = self._now - day, self._now + 30 * day
        if kind is Certificate.EXPIRED:
            start, end = self._now - 30 * day, self._now - day
        elif kind is Certificate.NOT_YET_VALID:
            start, end = self._now + day, self._now + 30 * day
        names = (WRONG_NAME,) if kind is Certificate.WRONG_HOST else NAMES
        subject = _name(names[-1])
        builder = _builder(subject, key.public_key(), start, end)
        builder = builder.add_extension(_alternative_names(names), critical=False)
        builder = _for_a_server(builder)
        if kind is Certificate.SELF_SIGNED:
            return [builder.issuer_name(subject).sign(key, hashes.SHA256())]
        issuer, issuer_key = self._root, self._key
        if kind is Certificate.NO_INTERMEDIATE:
            issuer_key = ec.generate_private_key(ec.SECP256R1())
            issuer = self._authority(
                _name("Mailoscope lab intermediate CA"), issuer_key, self._root
            )
        builder = builder.issuer_name(issuer.subject)
        builder = builder.add_extension(_key_of(issuer_key), critical=False)
        return [builder.sign(issuer_key, hashes.SHA256())]

    def _authority(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None
    ) -> x509.Certificate:
        day = dt.timedelta(days=1)
        builder = _builder(name, key.public_key(), self._now - 60 * day, self._now + 60 * day)
        builder = builder.issuer_name(issuer.subject if issuer else name)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
        builder = builder.add_extension(_key_of(self._key), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, start: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _for_a_server(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(usage, critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_of(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _alternative_names(names: tuple[str, ...]) -> x509.SubjectAlternativeName:
    entries: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    if names == NAMES:
        entries += [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
    return x509.SubjectAlternativeName(entries)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
