"""The credential store against a real Secret Service, in every state that it can be in."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from tests.servers.secret_service import Mode, SecretService, running_secret_service

pytestmark = pytest.mark.servers

# In a process of its own, because `keyring` chooses its back end once a process.
APPLICATION = """
import json, sys
from mailoscope_core.base.secret import Secret
from mailoscope_core.storage.credentials import CredentialStore

store = CredentialStore(deadline_s=float(sys.argv[1]))
said = {}
said["state"] = [store.state().kind, store.state().problem]
said["round trip"] = store.try_round_trip().kind
stored = store.set("id-1", "alice@lab.test", Secret("geheim-पासवर्ड"))
said["set"] = [stored.where, stored.problem]
found = store.get("id-1", "alice@lab.test")
said["get"] = [found.source, found.secret == Secret("geheim-पासवर्ड")]
again = CredentialStore(deadline_s=float(sys.argv[1])).get("id-1", "alice@lab.test")
said["next start"] = [again.source, again.problem]
long = store.set("id-2", "alice@lab.test", Secret("x" * 20000))
said["long"] = [long.where, len(store.get("id-2", "alice@lab.test").secret.reveal())]
said["delete"] = [store.delete("id-1", "alice@lab.test").found for _ in range(2)]
said["gone"] = store.get("id-1", "alice@lab.test").problem
said["name"] = store.state().name
print(json.dumps(said))
"""


def run(service: SecretService, deadline_s: float = 20) -> dict[str, object]:
    result = subprocess.run(
        [sys.executable, "-c", APPLICATION, str(deadline_s)],
        env=service.process_environment() | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    said: dict[str, object] = json.loads(result.stdout)
    return said


def test_an_unlocked_keyring(secret_service: SecretService) -> None:
    assert run(secret_service) == {
        "state": ["available", ""],
        "round trip": "available",
        "set": ["keyring", ""],
        "get": ["keyring", True],
        "next start": ["keyring", ""],
        "long": ["keyring", 20000],
        "delete": [True, False],
        "gone": "not-stored",
        "name": "SecretService Keyring",
    }


@pytest.mark.parametrize(
    ("mode", "kind", "problem"),
    [
        (Mode.LOCKED, "locked", "keyring-locked"),
        (Mode.NO_COLLECTION, "failed", "keyring-failed"),
        (Mode.NO_SERVICE, "none", "no-backend"),
    ],
)
def test_a_keyring_that_cannot_be_used(mode: Mode, kind: str, problem: str) -> None:
    with running_secret_service(mode) as service:
        said = run(service)
    assert said["state"] == [kind, problem]
    assert said["round trip"] == kind
    assert said["set"] == ["session", problem]
    assert said["get"] == ["session", True]
    assert said["next start"] == [None, problem]
    assert said["long"] == ["session", 20000]
    assert said["delete"] == [True, False]


def test_a_keyring_that_hangs_is_not_waited_for() -> None:
    with running_secret_service(Mode.HUNG) as service:
        began = time.monotonic()
        said = run(service, deadline_s=0.5)
        took = time.monotonic() - began
    assert said["state"] == ["hanging", "keyring-hangs"]
    assert said["set"] == ["session", "keyring-hangs"]
    assert said["get"] == ["session", True]
    assert took < 30, "a hung daemon costs one deadline a store, not one a call"


def test_a_keyring_that_is_locked_meanwhile(secret_service: SecretService) -> None:
    assert run(secret_service)["set"] == ["keyring", ""]
    secret_service.lock()
    assert run(secret_service)["set"] == ["session", "keyring-locked"]
