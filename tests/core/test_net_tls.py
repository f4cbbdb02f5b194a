"""Contexts from trust settings: what they trust, and one clear refusal for each wrong file."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from mailoscope_core.base.errors import UserError
from mailoscope_core.net import tls
from mailoscope_core.net.tls import OwnRoots, TrustSettings, build_context, trust_description
from tests.tls_material import Material, key_pem, unsigned

on_openssl = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the system's store is not OpenSSL's here"
)


@pytest.fixture
def material(tmp_path: Path) -> Material:
    return Material(tmp_path)


def code_of(trust: TrustSettings) -> str:
    with pytest.raises(UserError) as caught:
        build_context(trust)
    shown = str(caught.value.params.get("path", ""))
    assert Path(shown).name in (Path(trust.ca_file or trust.client_certificate).name, "client.key")
    return caught.value.code


def test_the_system_store_by_default(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(material.ca_file))
    context = build_context(TrustSettings())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert not isinstance(context, OwnRoots)


@on_openssl
def test_the_system_store_is_read_once(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(material.ca_file))
    monkeypatch.setenv("SSL_CERT_DIR", str(material.directory / "none"))
    context = build_context(TrustSettings())
    assert context.cert_store_stats()["x509_ca"] == 1
    material.ca_file.unlink()
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="mail.lab.test")
    assert context.cert_store_stats()["x509_ca"] == 1


@on_openssl
def test_a_bundle_of_the_distribution_is_found(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(material.directory / "no-file"))
    monkeypatch.setenv("SSL_CERT_DIR", str(material.directory / "no-directory"))
    monkeypatch.setattr(tls, "_BUNDLES", ("/nowhere", str(material.ca_file)))
    assert build_context(TrustSettings()).cert_store_stats()["x509_ca"] == 1
    assert str(material.ca_file) in trust_description(TrustSettings())


@on_openssl
def test_a_directory_of_hashed_names_is_a_store(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = material.directory / "hashed"
    hashed.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(material.directory / "no-file"))
    monkeypatch.setenv("SSL_CERT_DIR", str(hashed))
    monkeypatch.setattr(tls, "_BUNDLES", ())
    with pytest.raises(UserError, match="system-trust-missing"):
        build_context(TrustSettings())
    (hashed / "0a1b2c3d.0").write_bytes(material.ca_file.read_bytes())
    assert build_context(TrustSettings()).verify_mode is ssl.CERT_REQUIRED


@on_openssl
def test_a_machine_without_authorities_is_told(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(material.directory / "no-file"))
    monkeypatch.setenv("SSL_CERT_DIR", str(material.directory / "no-directory"))
    monkeypatch.setattr(tls, "_BUNDLES", ())
    with pytest.raises(UserError, match="system-trust-missing"):
        build_context(TrustSettings())
    assert "empty" in trust_description(TrustSettings())
    assert build_context(TrustSettings(ca_file=str(material.ca_file)))
    assert build_context(TrustSettings(verify=False))


def test_an_own_ca_file_is_trusted_alone(material: Material) -> None:
    trust = TrustSettings(ca_file=str(material.ca_file))
    context = build_context(trust)
    assert isinstance(context, OwnRoots)
    assert context.cert_store_stats()["x509"] == 1
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert trust_description(trust) == f"CA file {material.ca_file}"


def test_an_own_ca_file_may_be_der_and_lie_at_home(material: Material) -> None:
    der = Path(os.environ["HOME"], "ca.der")
    der.write_bytes(ssl.PEM_cert_to_DER_cert(material.ca_file.read_text()))
    assert build_context(TrustSettings(ca_file="~/ca.der")).cert_store_stats()["x509"] == 1


def test_without_verifying(material: Material) -> None:
    context = build_context(TrustSettings(ca_file=str(material.ca_file), verify=False))
    assert context.verify_mode is ssl.CERT_NONE
    assert not context.check_hostname


def test_equal_settings_are_one_key_of_a_cache() -> None:
    assert {TrustSettings("a"): 1}[TrustSettings(ca_file="a")] == 1


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (lambda path: None, "ca-file-missing"),
        (lambda path: path.mkdir(), "ca-file-unreadable"),
        (lambda path: path.write_bytes(b""), "ca-file-no-certificates"),
        (lambda path: path.write_text("hello"), "ca-file-no-certificates"),
        (lambda path: path.write_bytes(b"\x30\x82\x01\x00rest"), "ca-file-no-certificates"),
        (
            lambda path: path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n"),
            "ca-file-no-certificates",
        ),
        (
            lambda path: path.write_bytes(key_pem(ec.generate_private_key(ec.SECP256R1()))),
            "ca-file-no-certificates",
        ),
    ],
)
def test_wrong_ca_files(tmp_path: Path, write: Callable[[Path], object], code: str) -> None:
    path = tmp_path / "some.pem"
    write(path)
    assert code_of(TrustSettings(ca_file=str(path))) == code


class Client:
    """A client's key and certificate."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        certificate = unsigned(self.key).sign(self.key, hashes.SHA256())
        self.der = certificate.public_bytes(Encoding.DER)
        self.pem = certificate.public_bytes(Encoding.PEM)
        self.key_pem = key_pem(self.key)


@pytest.fixture
def client() -> Client:
    return Client()


def test_certificate_and_key_in_one_file_or_in_two(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    file.write_bytes(client.key_pem + client.pem)
    build_context(TrustSettings(client_certificate=str(file), verify=False))
    file.write_bytes(client.pem)
    (tmp_path / "client.key").write_bytes(client.key_pem)
    build_context(TrustSettings(client_certificate=str(file), verify=False))


def test_wrong_client_certificates(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    trust = TrustSettings(client_certificate=str(file), verify=False)
    assert code_of(trust) == "client-certificate-missing"
    file.mkdir()
    assert code_of(trust) == "client-certificate-unreadable"
    file.rmdir()
    file.write_bytes(client.der)
    assert code_of(trust) == "client-certificate-not-pem"
    file.write_text("nothing")
    assert code_of(trust) == "client-certificate-no-certificate"
    file.write_bytes(client.key_pem)
    assert code_of(trust) == "client-certificate-no-certificate"
    file.write_bytes(client.pem)
    assert code_of(trust) == "client-certificate-no-key"
    file.write_bytes(client.pem + key_pem(ec.generate_private_key(ec.SECP256R1())))
    assert code_of(trust) == "client-certificate-key-mismatch"
    file.write_bytes(client.pem.replace(b"M", b"N", 1) + client.key_pem)
    assert code_of(trust) == "client-certificate-unusable"


def test_a_passphrase_is_never_asked_for(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    trust = TrustSettings(client_certificate=str(file), verify=False)
    file.write_bytes(client.pem + key_pem(client.key, passphrase=b"canary"))
    assert code_of(trust) == "client-certificate-key-encrypted"
    file.write_bytes(client.pem)
    (tmp_path / "client.key").write_bytes(key_pem(client.key, passphrase=b"canary"))
    assert code_of(trust) == "client-certificate-key-encrypted"
