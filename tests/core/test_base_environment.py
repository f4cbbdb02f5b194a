"""Facts about the machine: useful, quick, and without its name, its user or a secret."""

from __future__ import annotations

import datetime as dt
import getpass
import platform
import socket
import ssl
from pathlib import Path

import pytest

from mailoscope_core.base.environment import _container, _utc_offset, environment_facts

ALWAYS = {"os", "machine", "python", "openssl", "libraries", "trust-store", "program", "utc-offset"}


def test_what_is_always_there() -> None:
    facts = environment_facts()
    assert facts.keys() >= ALWAYS
    assert all(facts[name] for name in ALWAYS)
    assert facts["openssl"] == ssl.OPENSSL_VERSION
    assert platform.python_version() in facts["python"]
    assert "cryptography " in facts["libraries"]
    assert facts["program"] == "python"
    assert "proxy" not in facts


def test_neither_machine_nor_user_is_named(
    monkeypatch: pytest.MonkeyPatch, isolated_home: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(isolated_home / "inspect.pem"))
    monkeypatch.setattr(socket, "gethostname", lambda: "canary-host")
    text = str(environment_facts())
    assert str(isolated_home) not in text
    assert "~" in environment_facts()["trust-variables"]
    assert "canary-host" not in text
    assert platform.node() not in text.replace("-", " ").split()
    if len(getpass.getuser()) > 4:
        assert getpass.getuser() not in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://user:canary@proxy.lab.test:3128/canary?canary", "http://proxy.lab.test:3128"),
        ("proxy.lab.test:3128", "proxy.lab.test:3128"),
        ("user:canary@proxy.lab.test", "proxy.lab.test"),
        ("socks5://[2001:db8::1]:1080", "socks5://[2001:db8::1]:1080"),
        ("http://user:canary@proxy.lab.test:port", "?"),
        ("http://[canary", "?"),
    ],
)
def test_proxies_are_named_without_their_secrets(
    monkeypatch: pytest.MonkeyPatch, value: str, shown: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    monkeypatch.setenv("no_proxy", "localhost,.lab.test")
    facts = environment_facts()
    assert facts["proxy"] == f"HTTPS_PROXY={shown}, no_proxy=localhost,.lab.test"
    assert "canary" not in str(facts)


def test_containers_are_known_by_their_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("KUBERNETES_SERVICE_HOST", "FLATPAK_ID", "SNAP", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(variable, raising=False)
    assert _container(tmp_path) == ""
    (tmp_path / ".dockerenv").touch()
    assert _container(tmp_path) == "docker"
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")
    assert _container(tmp_path) == "docker, wsl"


@pytest.mark.parametrize(
    ("minutes", "shown"), [(330, "+05:30"), (0, "+00:00"), (-210, "-03:30"), (60, "+01:00")]
)
def test_the_offset_of_local_time(minutes: int, shown: str) -> None:
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    assert _utc_offset(dt.datetime(2026, 11, 23, tzinfo=zone)) == shown
