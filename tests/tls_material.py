"""Certificates good and bad, and server contexts that show them, for tests of the TLS client."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

NAME = "mail.lab.test"
DAY = dt.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Material:
    """An authority of its own and what it issues; `directory` takes the files ssl wants."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ca = trustme.CA()
        self.ca_file = directory / "ca.pem"
        self.ca.cert_pem.write_to_path(str(self.ca_file))

    def server(self, *, chain: bool = True, names: tuple[str, ...] = (NAME,)) -> ssl.SSLContext:
        """A good server; without `chain` it shows only its own certificate."""
        return self._context(self.ca.issue_cert(*names), chain=chain)

    def outdated(self, *, days_from_now: int) -> ssl.SSLContext:
        """A certificate valid for five days, beginning some days from now (or before now)."""
        start = dt.datetime.now(dt.UTC) + days_from_now * DAY
        leaf = self.ca.issue_cert(NAME, not_before=start, not_after=start + 5 * DAY)
        return self._context(leaf)

    def below_an_intermediate(self, *, chain: bool) -> ssl.SSLContext:
        """A certificate of an authority that the root has certified."""
        return self._context(self.ca.create_child_ca().issue_cert(NAME), chain=chain)

    def below_an_unknown_root(self, *, with_root: bool) -> ssl.SSLContext:
        """A complete chain up to a root that nobody trusts, with or without that root itself."""
        stranger = trustme.CA()
        leaf = stranger.create_child_ca().issue_cert(NAME)
        pems = [pem.bytes() for pem in leaf.cert_chain_pems]
        if with_root:
            pems.append(stranger.cert_pem.bytes())
        return self._from_pem(b"".join(pems), leaf.private_key_pem.bytes())

    def public_leaf_alone(self) -> ssl.SSLContext:
        """A leaf that names where its issuer can be had, as those of public authorities do."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer_url = x509.UniformResourceIdentifier("http://ca.lab.test/issuing.der")
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuer_url)
        builder = unsigned(key, issuer="Some Issuing CA")
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return self.show(
            builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()), key
        )

    def self_signed(self) -> ssl.SSLContext:
        """A certificate that vouches for itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self.show(unsigned(key).sign(key, hashes.SHA256()), key)

    def weak_key(self) -> ssl.SSLContext:
        """A certificate of a key that is too short for OpenSSL's security level 2."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        context = self.show(unsigned(key).sign(key, hashes.SHA256()), key, ciphers="@SECLEVEL=0")
        self.ca_file = self.directory / "shown.pem"  # trusted, so that only its size is wrong
        return context

    def revoked(self) -> tuple[ssl.SSLContext, bytes]:
        """A certificate and the revocation list (PEM) that names it."""
        leaf = self.ca.issue_cert(NAME)
        certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
        now = dt.datetime.now(dt.UTC)
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(now - DAY)
            .build()
        )
        authority_key = serialization.load_pem_private_key(self.ca.private_key_pem.bytes(), None)
        assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
        revocations = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(certificate.issuer)
            .last_update(now - DAY)
            .next_update(now + DAY)
            .add_revoked_certificate(entry)
            .sign(authority_key, hashes.SHA256())
        )
        return self._context(leaf), revocations.public_bytes(serialization.Encoding.PEM)

    def show(self, certificate: x509.Certificate, key: Key, *, ciphers: str = "") -> ssl.SSLContext:
        """A server context with this certificate alone."""
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (self.directory / "shown.pem").write_bytes(pem)
        return self._from_pem(pem, key_pem(key), ciphers=ciphers)

    def _context(self, leaf: trustme.LeafCert, *, chain: bool = True) -> ssl.SSLContext:
        pems = leaf.cert_chain_pems if chain else leaf.cert_chain_pems[:1]
        return self._from_pem(b"".join(pem.bytes() for pem in pems), leaf.private_key_pem.bytes())

    def _from_pem(self, chain: bytes, key: bytes, *, ciphers: str = "") -> ssl.SSLContext:
        file = self.directory / "server.pem"
        file.write_bytes(chain + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if ciphers:
            context.set_ciphers(f"ALL:{ciphers}")
        context.load_cert_chain(file)
        return context


def unsigned(key: Key, *, issuer: str = NAME) -> x509.CertificateBuilder:
    """A certificate for `NAME`, valid now, still to be signed."""
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(named(NAME))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    )


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_pem(key: Key, *, passphrase: bytes = b"") -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
