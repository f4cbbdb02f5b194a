"""Secrets in the operating system's keyring, or for this session only, and why."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from mailoscope_core.base.background import Pending, start_abandonable
from mailoscope_core.base.errors import UserError
from mailoscope_core.base.secret import Secret
from mailoscope_core.storage.spent import SpentSecrets
from mailoscope_core.storage.vault import (
    MAX_UNITS,
    Backend,
    PieceMissing,
    Vault,
    is_none,
    limit_of,
    load_backend,
    name_of,
    units,
)

__all__ = [
    "BackendState",
    "CredentialStore",
    "DeleteResult",
    "SecretResult",
    "SpentSecrets",
    "StoreResult",
    "service_name",
]

DEADLINE_S = 8.0
Kind = Literal["available", "none", "locked", "hanging", "failed"]
T = TypeVar("T")

_KINDS: dict[str, Kind] = {
    "": "available",
    "no-backend": "none",
    "keyring-locked": "locked",
    "keyring-hangs": "hanging",
}
# By name, because the libraries behind the back ends are not all installed everywhere.
_LOCKED = frozenset({"KeyringLocked", "LockedException", "PromptDismissedException"})


@dataclass(frozen=True, slots=True)
class BackendState:
    """How the keyring answers. `problem` names the sentence `keyring.<problem>` of the resources:
    no-backend, keyring-locked, keyring-hangs, keyring-failed or keyring-forgets; empty if none."""

    kind: Kind
    name: str = ""
    detail: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SecretResult:
    """A secret and where it came from, or why there is none: not-stored, keyring-incomplete or
    one of the problems of `BackendState`."""

    secret: Secret | None
    source: Literal["keyring", "session"] | None
    problem: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """Where a secret lives now; for the session only when there is a `problem` (or too-long)."""

    where: Literal["keyring", "session"]
    problem: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """Whether there was a secret; with a `problem` the keyring may still hold one."""

    found: bool
    problem: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T | None
    problem: str = ""
    detail: str = ""


def service_name(profile_id: str) -> str:
    """Return the name of a profile's entry in the keyring."""
    return f"mailoscope:{profile_id}"


class CredentialStore:
    """Passwords and tokens of the profiles; any thread may call, nothing here ever raises for the
    keyring's sake.

    Every question to the keyring runs in a daemon thread of its own and is given up after
    `deadline_s`: an unlock prompt or a hung service may block without end. While a call that was
    given up is still under way the next ones are answered with keyring-hangs at once. Call the
    `*_async` forms from the window: they return at once and `wake()` when done.
    """

    def __init__(
        self,
        backend_loader: Callable[[], Backend] = load_backend,
        deadline_s: float = DEADLINE_S,
        *,
        limit: Callable[[Backend], int | None] = limit_of,
    ) -> None:
        self._load = backend_loader
        self._deadline_s = deadline_s
        self._limit = limit
        self._session: dict[tuple[str, str], Secret] = {}
        self._backend: Backend | None = None
        self._given_up: Pending[Any] | None = None
        self._lock = threading.Lock()

    # --- the state of the keyring -------------------------------------------------------------

    def state(self) -> BackendState:
        """Ask the keyring for something harmless and say how it answers."""
        return self._as_state(self._ask(lambda vault: vault.get(service_name("state"), "probe")))

    def try_round_trip(self) -> BackendState:
        """Write, read and delete a random entry: the proof that passwords can be kept here."""
        service, value = service_name(f"probe-{secrets.token_hex(8)}"), secrets.token_urlsafe(24)

        def probe(vault: Vault) -> bool:
            vault.set(service, "probe", value)
            try:
                return vault.get(service, "probe") == value
            finally:
                vault.delete(service, "probe")

        answer = self._ask(probe, hide=value)
        if answer.value is False:
            answer = _Answer(None, "keyring-forgets")
        return self._as_state(answer)

    # --- secrets of profiles ------------------------------------------------------------------

    def get(self, profile_id: str, user: str) -> SecretResult:
        """Return the secret of this session or else of the keyring."""
        with self._lock:
            kept = self._session.get((profile_id, user))
        if kept is not None:
            return SecretResult(kept, "session")
        answer = self._ask(lambda vault: vault.get(service_name(profile_id), user or "-"))
        if answer.value:
            return SecretResult(Secret(answer.value), "keyring")
        return SecretResult(None, None, answer.problem or "not-stored", answer.detail)

    def set(self, profile_id: str, user: str, secret: Secret) -> StoreResult:
        """Keep the secret in the keyring, or for the session and say why.

        Raises `UserError` secret-empty: an empty entry could not be told from a missing one.
        """
        value = secret.reveal()
        if not value:
            raise UserError("secret-empty", user=user)
        if units(value) > MAX_UNITS:
            answer: _Answer[None] = _Answer(None, "too-long", str(units(value)))
        else:
            answer = self._ask(
                lambda vault: vault.set(service_name(profile_id), user or "-", value), hide=value
            )
        if answer.problem:
            self.keep_for_session(profile_id, user, secret)
            return StoreResult("session", answer.problem, answer.detail)
        with self._lock:
            self._session.pop((profile_id, user), None)
        return StoreResult("keyring")

    def keep_for_session(self, profile_id: str, user: str, secret: Secret) -> None:
        """Keep the secret in memory until the process ends, and out of the keyring."""
        with self._lock:
            self._session[profile_id, user] = secret

    def delete(self, profile_id: str, user: str) -> DeleteResult:
        """Forget the secret everywhere; deleting what is not there is no problem."""
        with self._lock:
            kept = self._session.pop((profile_id, user), None)
        answer = self._ask(lambda vault: vault.delete(service_name(profile_id), user or "-"))
        problem = "" if answer.problem == "no-backend" else answer.problem
        return DeleteResult(kept is not None or answer.value is True, problem, answer.detail)

    def copy(self, source: tuple[str, str], target: tuple[str, str]) -> SecretResult:
        """Copy the secret of one (profile id, user) to another, for a duplicated profile.

        Returns what was found at the source; the target's secret lives where it can.
        """
        found = self.get(*source)
        if found.secret is None:
            return found
        if found.source == "session":
            self.keep_for_session(*target, found.secret)
            return found
        stored = self.set(*target, found.secret)
        return SecretResult(found.secret, stored.where, stored.problem, stored.detail)

    def rename_user(self, profile_id: str, old: str, new: str) -> SecretResult:
        """Move the secret along when the user name of a profile changes."""
        moved = self.copy((profile_id, old), (profile_id, new))
        if moved.secret is not None and old != new:
            self.delete(profile_id, old)
        return moved

    # --- the same without waiting -------------------------------------------------------------

    def state_async(self, wake: Callable[[], None]) -> Pending[BackendState]:
        """Start `state`."""
        return start_abandonable(self.state, wake, "keyring-state")

    def try_round_trip_async(self, wake: Callable[[], None]) -> Pending[BackendState]:
        """Start `try_round_trip`."""
        return start_abandonable(self.try_round_trip, wake, "keyring-test")

    def get_async(
        self, profile_id: str, user: str, wake: Callable[[], None]
    ) -> Pending[SecretResult]:
        """Start `get`."""
        return start_abandonable(lambda: self.get(profile_id, user), wake, "keyring-get")

    def set_async(
        self, profile_id: str, user: str, secret: Secret, wake: Callable[[], None]
    ) -> Pending[StoreResult]:
        """Start `set`."""
        return start_abandonable(lambda: self.set(profile_id, user, secret), wake, "keyring-set")

    def delete_async(
        self, profile_id: str, user: str, wake: Callable[[], None]
    ) -> Pending[DeleteResult]:
        """Start `delete`."""
        return start_abandonable(lambda: self.delete(profile_id, user), wake, "keyring-delete")

    # --- the question and its deadline --------------------------------------------------------

    def _ask(self, question: Callable[[Vault], T], *, hide: str = "") -> _Answer[T]:
        """Put `question` to the keyring within the deadline; `hide` never shows up in a detail."""
        with self._lock:
            if self._given_up is not None and not self._given_up.done:
                return _Answer(None, "keyring-hangs")
        finished = threading.Event()
        pending = start_abandonable(
            lambda: self._answer(question, hide), finished.set, "mailoscope-keyring"
        )
        if finished.wait(self._deadline_s):
            return pending.result()
        with self._lock:
            self._given_up = pending
        return _Answer(None, "keyring-hangs", f"{self._deadline_s:g} s")

    def _answer(self, question: Callable[[Vault], T], hide: str) -> _Answer[T]:
        try:
            backend = self._backend or self._load()
            if is_none(backend):
                return _Answer(None, "no-backend")
            self._backend = backend
            return _Answer(question(Vault(backend, self._limit(backend))))
        except Exception as error:  # noqa: BLE001  # back ends raise what they like
            detail = f"{type(error).__name__}: {error}"
            return _Answer(
                None, _problem_of(error), detail.replace(hide, Secret.MASK) if hide else detail
            )

    def _as_state(self, answer: _Answer[T]) -> BackendState:
        kind = _KINDS.get(answer.problem, "failed")
        name = name_of(self._backend) if self._backend is not None else ""
        return BackendState(kind, name, answer.detail, answer.problem)


def _problem_of(error: Exception) -> str:
    """Return the rule id for what a back end raised."""
    if isinstance(error, PieceMissing):
        return "keyring-incomplete"
    names = {each.__name__ for each in type(error).__mro__}
    if "NoKeyringError" in names:
        return "no-backend"
    return "keyring-locked" if names & _LOCKED else "keyring-failed"
