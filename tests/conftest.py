"""What holds for every test: its own home, no network, no unexpected log line."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.network_guard import NetworkGuard

# Before anything imports Qt: a bare machine has no display, and a developer's should stay quiet.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.servers.fixtures"]

settings.register_profile("local", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "local")

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home directory of the test's own: no profile, keyring, proxy of the machine."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        for variable, folder in (
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
            ("APPDATA", "AppData/Roaming"),
            ("LOCALAPPDATA", "AppData/Local"),
        ):
            patch.setenv(variable, str(home / folder))
        for variable in PROXY_VARIABLES:
            patch.delenv(variable, raising=False)
            patch.delenv(variable.upper(), raising=False)
        for variable in ("LANGUAGE", "LANG", "LC_MESSAGES"):
            patch.delenv(variable, raising=False)
        patch.setenv("LC_ALL", "C.UTF-8")
        # The keyring of whoever runs the tests is out of reach.
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={home / 'no-bus'}")
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield home


@pytest.fixture(autouse=True)
def network_guard(monkeypatch: pytest.MonkeyPatch) -> Iterator[NetworkGuard]:
    """Fails the test if anything in it tried to leave loopback, caught or not."""
    guard = NetworkGuard()
    guard.install(monkeypatch)
    yield guard
    assert not guard.violations, f"this test left loopback: {guard.violations}"


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test on a log line of WARNING or above; who expects one asks for `caplog`."""
    collector = _Collector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    if "caplog" not in request.fixturenames:
        assert not collector.lines, f"unexpected log lines: {collector.lines}"


class _Collector(logging.Handler):
    """Keeps the lines that nobody should have had to write."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # aiosmtpd, the well-behaved oracle, logs as "mail.log" what its clients do wrong.
        if not record.name.startswith("mail."):
            self.lines.append(f"{record.name}: {record.getMessage()}")
