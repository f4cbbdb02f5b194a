"""The Secret Service of the tests is what it claims, as `keyring` in another process sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from jeepney.io.blocking import open_dbus_connection

from tests.servers.secret_service import Mode, SecretService, running_secret_service

pytestmark = pytest.mark.servers

SAVE_AND_READ = """
import keyring
print(type(keyring.get_keyring()).__module__)
keyring.set_password("mailoscope-test", "alice@lab.test", "geheim-पासवर्ड")
print(keyring.get_password("mailoscope-test", "alice@lab.test") == "geheim-पासवर्ड")
keyring.delete_password("mailoscope-test", "alice@lab.test")
print(keyring.get_password("mailoscope-test", "alice@lab.test"))
"""

READ_WITH_BACKEND = """
import keyring.errors
from keyring.backends.SecretService import Keyring
try:
    print(Keyring().get_password("mailoscope-test", "alice@lab.test"))
except keyring.errors.KeyringError as error:
    print(type(error).__name__)
"""


def run(program: str, service: SecretService, timeout_s: float = 30) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=service.process_environment() | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def test_a_password_is_saved_and_read(secret_service: SecretService) -> None:
    assert run(SAVE_AND_READ, secret_service) == ["keyring.backends.SecretService", "True", "None"]


def test_a_locked_keyring_says_so() -> None:
    with running_secret_service(Mode.LOCKED) as service:
        assert service.locked
        assert run(READ_WITH_BACKEND, service) == ["KeyringLocked"]


def test_a_keyring_is_locked_while_in_use(secret_service: SecretService) -> None:
    assert not secret_service.locked
    secret_service.lock()
    assert secret_service.locked
    assert run(READ_WITH_BACKEND, secret_service) == ["KeyringLocked"]


def test_a_daemon_without_a_collection_cannot_be_used() -> None:
    with running_secret_service(Mode.NO_COLLECTION) as service:
        assert run(READ_WITH_BACKEND, service) == ["InitError"]


def test_a_bus_without_a_service() -> None:
    with running_secret_service(Mode.NO_SERVICE) as service:
        [name] = run("import keyring; print(type(keyring.get_keyring()).__module__)", service)
        assert name == "keyring.backends.fail"


def test_a_hung_service_never_answers() -> None:
    with running_secret_service(Mode.HUNG) as service:
        with pytest.raises(subprocess.TimeoutExpired):
            run(READ_WITH_BACKEND, service, timeout_s=3)


def test_nothing_is_left_behind() -> None:
    with running_secret_service() as service:
        address, home = service.address, service.home
    assert not home.exists()
    with pytest.raises(OSError, match=r"No such file"):
        open_dbus_connection(bus=address)
    assert Path.home() != home
