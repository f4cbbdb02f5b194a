"""Facts of good and odd certificates; reading never raises."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from pathlib import Path

import certifi
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.net.certificates import Facts, certificate_facts, second_opinion
from mailoscope_core.record.events import CertificateFacts
from tests.tls_material import NAME, named, unsigned

KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def test_all_facts_of_a_certificate() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named("mail.lab.test"))
        .issuer_name(named("mail.lab.test"))
        .public_key(key.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2027, 1, 2, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("mail.lab.test"),
                    x509.DNSName("*.lab.test"),
                    x509.IPAddress(ipaddress.ip_address("::1")),
                    x509.RFC822Name("post@lab.test"),
                ]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA384())
    )
    assert certificate_facts(der(certificate)) == Facts(
        subject="CN=mail.lab.test",
        issuer="CN=mail.lab.test",
        serial="abcdef",
        not_before="2026-01-02T03:04:05Z",
        not_after="2027-01-02T00:00:00Z",
        dns_names=("mail.lab.test", "*.lab.test"),
        ip_addresses=("::1",),
        key="EC secp256r1",
        signature="ECDSA with SHA384",
        sha256=hashlib.sha256(der(certificate)).hexdigest(),
        is_ca=True,
        self_signed=True,
    )


def test_the_fields_are_those_of_the_event() -> None:
    facts = certificate_facts(der(self_made(ec.generate_private_key(ec.SECP256R1()))))
    event = msgspec.convert(facts, CertificateFacts, from_attributes=True)
    assert event.sha256 == facts.sha256
    assert event.dns_names == (NAME,)
    assert {field.name for field in msgspec.structs.fields(CertificateFacts)} == set(
        Facts.__dataclass_fields__
    )


def self_made(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> x509.Certificate:
    return unsigned(key).sign(key, hashes.SHA256())


def test_other_keys() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    facts = certificate_facts(der(self_made(key)))
    assert (facts.key, facts.signature) == ("RSA 2048", "RSA with SHA256")
    modern = ed25519.Ed25519PrivateKey.generate()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named("a"))
        .issuer_name(named("b"))
        .public_key(modern.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        .sign(modern, None)
    )
    facts = certificate_facts(der(certificate))
    assert (facts.key, facts.signature, facts.self_signed) == ("Ed25519", "ED25519", False)


def test_signed_by_another_of_the_same_name_is_not_self_signed() -> None:
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    assert not certificate_facts(der(unsigned(key).sign(other, hashes.SHA256()))).self_signed


@pytest.mark.filterwarnings("ignore")
def test_odd_certificates_give_fewer_facts() -> None:
    good = der(self_made(ec.generate_private_key(ec.SECP256R1())))
    empty = certificate_facts(b"")
    assert empty == Facts(sha256=hashlib.sha256(b"").hexdigest())
    cut = certificate_facts(good[:-20])
    assert cut.subject == ""
    assert cut.sha256
    # A name the alternative names cannot be: the rest is still told.
    broken = good.replace(b"\x82\x0dmail.lab.test", b"\x82\x0d\xff\xfe\xff\xfe.lab.test", 1)
    assert broken != good
    facts = certificate_facts(broken)
    assert facts.subject == f"CN={NAME}"
    assert facts.dns_names == ()


@pytest.mark.filterwarnings("ignore")
@given(place=st.integers(min_value=0), value=st.integers(0, 255))
def test_a_changed_byte_never_raises(place: int, value: int) -> None:
    damaged = bytearray(_GOOD)
    damaged[place % len(damaged)] = value
    assert certificate_facts(bytes(damaged)).sha256 == hashlib.sha256(damaged).hexdigest()


_GOOD = der(self_made(ec.generate_private_key(ec.SECP256R1())))


class PublicAuthority:
    """A root, an intermediate and a leaf that keep the rules of public authorities."""

    def __init__(self) -> None:
        root, middle, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self.root = self._certify("Root", root, "Root", root)
        self.chain = [
            der(
                self._certify(
                    "Leaf",
                    leaf,
                    "Middle",
                    middle,
                    x509.DNSName(NAME),
                    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                )
            ),
            der(self._certify("Middle", middle, "Root", root)),
        ]

    def _certify(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        issuer: str,
        issuer_key: ec.EllipticCurvePrivateKey,
        *names: x509.GeneralName,
    ) -> x509.Certificate:
        now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
        issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
            .add_extension(issuer_id, critical=False)
            .add_extension(key_id, critical=False)
        )
        if names:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
            builder = builder.add_extension(usage, critical=False)
        else:
            signs = dict.fromkeys(KEY_USAGES, False) | {"key_cert_sign": True}
            builder = builder.add_extension(x509.KeyUsage(**signs), critical=True)
        return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PublicAuthority:
    """An authority that stands in for those of Mozilla's list."""
    authority = PublicAuthority()
    bundle = tmp_path / "roots.pem"
    bundle.write_bytes(authority.root.public_bytes(Encoding.PEM))
    monkeypatch.setattr(certifi, "where", lambda: str(bundle))
    return authority


def test_a_complete_chain_has_nothing_said_against_it(public: PublicAuthority) -> None:
    assert second_opinion(public.chain, NAME) is None
    assert second_opinion(public.chain, f"{NAME}.") is None
    assert second_opinion(public.chain, "127.0.0.1") is None


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (slice(0, 1), NAME),  # the intermediate is missing
        (slice(0, None), "other.lab.test"),
        (slice(0, 0), NAME),
        (slice(0, None), "not a name"),
    ],
)
def test_a_second_opinion_says_what_is_wrong(
    public: PublicAuthority, chosen: slice, name: str
) -> None:
    assert second_opinion(public.chain[chosen], name)


def test_unreadable_bytes_have_a_second_opinion_too(public: PublicAuthority) -> None:
    assert second_opinion([b"no certificate"], NAME)
