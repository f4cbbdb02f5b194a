"""Secrets: in the keyring, or in memory with the reason; never waited for, never shown."""

from __future__ import annotations

import pickle
import threading
import tomllib
from collections.abc import Callable, Iterator
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backends import fail, null
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.secret import Secret
from mailoscope_core.storage.credentials import (
    CredentialStore,
    DeleteResult,
    SecretResult,
    StoreResult,
)
from mailoscope_core.storage.spent import SpentSecrets
from mailoscope_core.storage.vault import MAX_UNITS, WINDOWS_LIMIT, Vault, limit_of, units

PROFILE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
OTHER = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
CANARY = "canary-पासवर्ड-7Jq"
SENTENCES = tomllib.loads(
    resources.files("mailoscope_resources").joinpath("text/keyring.toml").read_text("utf-8")
)["keyring"]


class MemoryKeyring:
    """A back end that keeps to the contract of `keyring`, with a limit like that of Windows."""

    name = "memory"

    def __init__(self, limit: int | None = None) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.limit = limit
        self.before: Callable[[str, str], None] = lambda action, service: None

    def get_password(self, service: str, username: str) -> str | None:
        self.before("get", service)
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.before("set", service)
        assert username, "an empty user name is deprecated"
        if self.limit is not None and len(password.encode("utf-16-le")) // 2 > self.limit:
            raise OSError(1783, "The stub received bad data")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.before("delete", service)
        if (service, username) not in self.entries:
            raise PasswordDeleteError(service)
        del self.entries[service, username]


@pytest.fixture
def backend() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def store(backend: MemoryKeyring) -> CredentialStore:
    return CredentialStore(lambda: backend)


def failing(error: Exception) -> CredentialStore:
    """A store whose back end raises at every call."""
    backend = MemoryKeyring()

    def refuse(action: str, service: str) -> None:
        raise error

    backend.before = refuse
    return CredentialStore(lambda: backend)


def test_a_secret_is_kept_in_the_keyring(backend: MemoryKeyring, store: CredentialStore) -> None:
    assert store.get(PROFILE, "alice") == SecretResult(None, None, "not-stored")
    assert store.set(PROFILE, "alice", Secret(CANARY)) == StoreResult("keyring")
    assert backend.entries == {(f"mailoscope:{PROFILE}", "alice"): CANARY}
    assert store.get(PROFILE, "alice") == SecretResult(Secret(CANARY), "keyring")
    assert store.get(PROFILE, "bob").secret is None
    assert store.get(OTHER, "alice").secret is None
    assert store.delete(PROFILE, "alice") == DeleteResult(True)
    assert store.delete(PROFILE, "alice") == DeleteResult(False)
    assert backend.entries == {}


def test_a_profile_without_a_user(backend: MemoryKeyring, store: CredentialStore) -> None:
    store.set(PROFILE, "", Secret(CANARY))
    assert store.get(PROFILE, "").secret == Secret(CANARY)
    assert store.delete(PROFILE, "").found


def test_an_empty_secret_is_refused(store: CredentialStore) -> None:
    with pytest.raises(UserError) as caught:
        store.set(PROFILE, "alice", Secret(""))
    assert caught.value.code == "secret-empty"


class LockedException(Exception):
    """Named as the one of `secretstorage`, which is not installed everywhere."""


@pytest.mark.parametrize(
    ("error", "problem", "kind"),
    [
        (KeyringLocked("Failed to unlock the collection!"), "keyring-locked", "locked"),
        (LockedException("locked meanwhile"), "keyring-locked", "locked"),
        (InitError("Failed to create the collection"), "keyring-failed", "failed"),
        (KeyringError("whatever"), "keyring-failed", "failed"),
        (ConnectionResetError(104, "Connection reset by peer"), "keyring-failed", "failed"),
        (ZeroDivisionError("a bug of a back end"), "keyring-failed", "failed"),
    ],
)
def test_a_secret_lives_for_the_session_and_the_reason_is_said(
    error: Exception, problem: str, kind: str
) -> None:
    store = failing(error)
    state = store.state()
    assert (state.kind, state.problem) == (kind, problem)
    assert str(error) in state.detail
    assert store.try_round_trip().kind == kind
    stored = store.set(PROFILE, "alice", Secret(CANARY))
    assert (stored.where, stored.problem) == ("session", problem)
    assert store.get(PROFILE, "alice") == SecretResult(Secret(CANARY), "session")
    assert store.get(PROFILE, "bob").problem == problem
    deleted = store.delete(PROFILE, "alice")
    assert deleted.found
    assert deleted.problem == problem, "the keyring may still hold one"
    assert store.get(PROFILE, "alice").secret is None
    assert {"title", "text"} <= set(SENTENCES[problem])


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_no_back_end(backend: Callable[[], fail.Keyring]) -> None:
    store = CredentialStore(backend)
    assert (store.state().kind, store.state().problem) == ("none", "no-backend")
    assert store.set(PROFILE, "alice", Secret(CANARY)) == StoreResult("session", "no-backend")
    assert store.get(PROFILE, "alice").source == "session"
    assert store.delete(PROFILE, "alice") == DeleteResult(True)


def test_a_back_end_that_cannot_be_loaded() -> None:
    def load() -> MemoryKeyring:
        raise ImportError("no module named keyring")

    assert CredentialStore(load).state().problem == "keyring-failed"


def test_the_keyring_is_taken_as_soon_as_it_answers(backend: MemoryKeyring) -> None:
    found: Iterator[object] = iter([fail.Keyring(), backend])  # type: ignore[no-untyped-call]
    store = CredentialStore(lambda: next(found))  # type: ignore[arg-type, return-value]
    assert store.set(PROFILE, "alice", Secret("first")).where == "session"
    assert store.set(PROFILE, "alice", Secret("second")).where == "keyring"
    assert store.get(PROFILE, "alice") == SecretResult(Secret("second"), "keyring")


class HangingKeyring(MemoryKeyring):
    """Blocks until it is released, as an unlock prompt that nobody answers does."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()
        self.calls = 0
        self.before = self._hang

    def _hang(self, action: str, service: str) -> None:
        self.calls += 1
        assert self.released.wait(60)


def test_a_keyring_that_hangs_is_given_up() -> None:
    backend = HangingKeyring()
    store = CredentialStore(lambda: backend, deadline_s=0.05)
    state = store.state()
    assert (state.kind, state.problem) == ("hanging", "keyring-hangs")
    stored = store.set(PROFILE, "alice", Secret(CANARY))
    assert (stored.where, stored.problem) == ("session", "keyring-hangs")
    assert store.get(PROFILE, "alice").source == "session"
    assert backend.calls == 1, "nobody else is sent to wait at the same prompt"
    backend.released.set()
    until_answered(store)
    assert store.set(PROFILE, "alice", Secret(CANARY)).where == "keyring"
    assert store.get(PROFILE, "alice").source == "keyring"


def until_answered(store: CredentialStore) -> None:
    """Wait for the call that was given up to come back."""
    given_up = [thread for thread in threading.enumerate() if thread.name == "mailoscope-keyring"]
    for thread in given_up:
        thread.join(20)
    assert store.state().kind == "available"


def test_the_window_does_not_wait() -> None:
    backend = HangingKeyring()
    store = CredentialStore(lambda: backend, deadline_s=30)
    woken = threading.Semaphore(0)
    pending = store.get_async(PROFILE, "alice", woken.release)
    assert not pending.done
    backend.released.set()
    assert woken.acquire(timeout=20)
    assert pending.result() == SecretResult(None, None, "not-stored")
    calls = (
        store.set_async(PROFILE, "alice", Secret(CANARY), woken.release),
        store.state_async(woken.release),
        store.try_round_trip_async(woken.release),
        store.delete_async(OTHER, "alice", woken.release),
    )
    for _ in calls:
        assert woken.acquire(timeout=20)
    assert all(call.done for call in calls)
    assert calls[0].result() == StoreResult("keyring")
    assert calls[2].result().kind == "available"


def test_the_round_trip_leaves_nothing(backend: MemoryKeyring, store: CredentialStore) -> None:
    state = store.try_round_trip()
    assert (state.kind, state.name, state.problem) == ("available", "memory", "")
    assert backend.entries == {}


def test_a_keyring_that_forgets(backend: MemoryKeyring, store: CredentialStore) -> None:
    def forget(action: str, service: str) -> None:
        if action == "get":
            backend.entries.clear()

    backend.before = forget
    state = store.try_round_trip()
    assert (state.kind, state.problem) == ("failed", "keyring-forgets")


def test_a_user_is_renamed(backend: MemoryKeyring, store: CredentialStore) -> None:
    store.set(PROFILE, "alice", Secret(CANARY))
    assert store.rename_user(PROFILE, "alice", "bob").source == "keyring"
    assert backend.entries == {(f"mailoscope:{PROFILE}", "bob"): CANARY}
    assert store.rename_user(PROFILE, "bob", "bob").source == "keyring"
    assert store.get(PROFILE, "bob").secret == Secret(CANARY)
    assert store.rename_user(PROFILE, "nobody", "x").problem == "not-stored"


def test_a_duplicate_takes_its_secret_along(store: CredentialStore) -> None:
    store.set(PROFILE, "alice", Secret(CANARY))
    store.copy((PROFILE, "alice"), (OTHER, "alice"))
    store.delete(PROFILE, "alice")
    assert store.get(OTHER, "alice") == SecretResult(Secret(CANARY), "keyring")
    store.keep_for_session(PROFILE, "alice", Secret("other"))
    assert store.copy((PROFILE, "alice"), (OTHER, "bob")).source == "session"
    assert store.get(OTHER, "bob").source == "session", "what was not to be kept is not"


# --- long secrets -----------------------------------------------------------------------------


@given(
    st.lists(st.text("aé\U0001f600", max_size=40), max_size=3),
    st.integers(60, 70),
)
def test_long_secrets_come_back_whole(values: list[str], limit: int) -> None:
    backend = MemoryKeyring(limit)
    vault = Vault(backend, limit)
    for value in ["x" * limit * 3, *values, "\U0001f600" * limit]:
        vault.set("s", "alice", value)
        assert vault.get("s", "alice") == value
        pieces = -(-units(value) // (limit - 1))
        assert len(backend.entries) <= 2 + pieces, "the pieces of the last one have gone"
    assert vault.delete("s", "alice")
    assert backend.entries == {}
    assert not vault.delete("s", "alice")


def test_a_token_on_windows() -> None:
    backend = MemoryKeyring(WINDOWS_LIMIT)
    store = CredentialStore(lambda: backend, limit=lambda _: WINDOWS_LIMIT)
    token = "".join(chr(33 + index % 90) for index in range(5000))
    assert store.set(PROFILE, "alice", Secret(token)) == StoreResult("keyring")
    assert len(backend.entries) == 5
    assert store.get(PROFILE, "alice").secret == Secret(token)
    assert store.set(PROFILE, "alice", Secret("short")) == StoreResult("keyring")
    assert backend.entries == {(f"mailoscope:{PROFILE}", "alice"): "short"}


def test_a_back_end_that_refuses_a_long_one() -> None:
    backend = MemoryKeyring(100)
    stored = CredentialStore(lambda: backend).set(PROFILE, "alice", Secret("x" * 101))
    assert (stored.where, stored.problem) == ("session", "keyring-failed")


def test_the_limit_goes_by_the_back_end() -> None:
    windows = type("WinVaultKeyring", (MemoryKeyring,), {"__module__": "keyring.backends.Windows"})
    chain = MemoryKeyring()
    chain.backends = [windows()]  # type: ignore[attr-defined]
    assert limit_of(windows()) == limit_of(chain) == WINDOWS_LIMIT
    assert limit_of(MemoryKeyring()) is None


def test_an_interruption_leaves_a_readable_secret(backend: MemoryKeyring) -> None:
    vault = Vault(backend, 10)
    vault.set("s", "alice", "the old long secret")
    counter = iter(range(100))

    def break_down(action: str, service: str) -> None:
        if action == "set" and next(counter) == 2:
            raise OSError("out of power")

    backend.before = break_down
    with pytest.raises(OSError, match="power"):
        vault.set("s", "alice", "the new and even longer secret")
    assert vault.get("s", "alice") == "the old long secret"


def test_a_piece_is_missing(backend: MemoryKeyring) -> None:
    store = CredentialStore(lambda: backend, limit=lambda _: 60)
    store.set(PROFILE, "alice", Secret("x" * 100))
    del backend.entries[next(key for key in backend.entries if key[0].endswith(".2"))]
    found = store.get(PROFILE, "alice")
    assert (found.secret, found.problem) == (None, "keyring-incomplete")
    store.set(PROFILE, "alice", Secret("y" * 100))
    assert store.get(PROFILE, "alice").secret == Secret("y" * 100)


def test_a_secret_that_looks_like_our_own_entry(backend: MemoryKeyring) -> None:
    vault = Vault(backend, None)
    vault.set("s", "alice", "mailoscope-pieces:00000000:7")
    assert vault.get("s", "alice") == "mailoscope-pieces:00000000:7"


def test_a_whole_clipboard_is_no_password(store: CredentialStore) -> None:
    stored = store.set(PROFILE, "alice", Secret("x" * (MAX_UNITS + 1)))
    assert (stored.where, stored.problem) == ("session", "too-long")


# --- nothing shows ----------------------------------------------------------------------------


def test_a_secret_never_shows(backend: MemoryKeyring) -> None:
    store = failing(RuntimeError(f"cannot store {CANARY!r}"))
    stored = store.set(PROFILE, "alice", Secret(CANARY))
    shown = [repr(stored), repr(store.get(PROFILE, "alice")), repr(store), repr(vars(store))]
    assert Secret.MASK in stored.detail
    assert not [text for text in shown if CANARY in text]
    with pytest.raises(TypeError):
        pickle.dumps(store.get(PROFILE, "alice"))


def test_each_problem_has_its_words() -> None:
    problems = {"not-stored", "keyring-incomplete", "keyring-forgets", "too-long", "no-backend"}
    assert problems <= set(SENTENCES)


# --- the lock-out guard -----------------------------------------------------------------------


def test_a_refused_secret_is_spent() -> None:
    spent = SpentSecrets()
    assert not spent.is_spent("mail.lab.test", "alice", Secret(CANARY))
    spent.refused("mail.lab.test", "alice", Secret(CANARY))
    spent.refused("mail.lab.test", "alice", Secret("another"))
    assert spent.is_spent("MAIL.lab.test.", "Alice", Secret(CANARY))
    assert spent.attempts("mail.lab.test", "alice") == 2
    for host, user, secret in (
        ("other.lab.test", "alice", CANARY),
        ("mail.lab.test", "bob", CANARY),
        ("mail.lab.test", "alice", "good"),
    ):
        assert not spent.is_spent(host, user, Secret(secret))
    assert spent.attempts("other.lab.test", "alice") == 0


def test_a_log_in_starts_the_count_anew() -> None:
    spent = SpentSecrets()
    spent.refused("h", "alice", Secret("wrong"))
    spent.refused("h", "alice", Secret("right"))  # e.g. while the server was being repaired
    spent.accepted("h", "alice", Secret("right"))
    assert spent.attempts("h", "alice") == 0
    assert not spent.is_spent("h", "alice", Secret("right"))
    assert spent.is_spent("h", "alice", Secret("wrong")), "it is still wrong"


@given(st.lists(st.text(max_size=4), min_size=6, max_size=6))
def test_no_two_are_mistaken_for_each_other(parts: list[str]) -> None:
    host, user, secret, *other = parts
    spent = SpentSecrets()
    spent.refused(host, user, Secret(secret))
    same = [part.casefold() for part in other[:2]] == [host.casefold(), user.casefold()]
    same_host = other[0].casefold().rstrip(".") == host.casefold().rstrip(".")
    expected = (same or (same_host and other[1].casefold() == user.casefold())) and (
        other[2] == secret
    )
    assert spent.is_spent(other[0], other[1], Secret(other[2])) is expected


def test_only_salted_hashes_are_kept() -> None:
    memories = []
    for _ in range(2):
        spent = SpentSecrets()
        spent.refused("h", "alice", Secret(CANARY))
        memories.append(repr(vars(spent)["_refused"]))
        assert CANARY not in repr(vars(spent))
    assert memories[0] != memories[1], "the salt is new in each process"
