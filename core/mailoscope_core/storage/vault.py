"""One keyring back end as a place for secrets: found, limited, long secrets kept in pieces."""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

# CRED_MAX_CREDENTIAL_BLOB_SIZE is 5 * 512 bytes (wincred.h), and the back end writes UTF-16.
WINDOWS_LIMIT = 1280
# No password or token comes near this; what does is a mistake of the clipboard.
MAX_UNITS = 64 * 1024

_HEAD = "mailoscope-pieces:"
_HEAD_RE = re.compile(rf"{_HEAD}([0-9a-f]{{8}}):([0-9]{{1,4}})")
_NO_BACKENDS = frozenset({"keyring.backends.fail", "keyring.backends.null"})


class Backend(Protocol):
    """What Mailoscope uses of a `keyring` back end."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or null if there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the password."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget the password; raises `PasswordDeleteError` when there is none."""


class PieceMissing(Exception):
    """A long secret cannot be put together again: a piece of it has gone."""


class Vault:
    """Reads and writes secrets in `backend`; those over `limit` UTF-16 units become pieces.

    The entry itself then names a generation and a number of pieces. Pieces of a new secret are
    written before the entry and those of the old one deleted after it, so that an interruption
    leaves a readable secret. Every method may block without end: see `CredentialStore`.
    """

    def __init__(self, backend: Backend, limit: int | None) -> None:
        self._backend = backend
        self._limit = limit

    def get(self, service: str, user: str) -> str | None:
        """Return the secret or null. Raises `PieceMissing` and what the back end raises."""
        value = self._backend.get_password(service, user)
        names = _piece_names(service, value)
        if value is None or names is None:
            return value
        pieces = []
        for name in names:
            piece = self._backend.get_password(name, user)
            if piece is None:
                raise PieceMissing(f"{name.rpartition('#')[2]} of {len(names)}")
            pieces.append(piece)
        return "".join(pieces)

    def set(self, service: str, user: str, value: str) -> None:
        """Keep the secret in place of what was there."""
        old = _piece_names(service, self._backend.get_password(service, user)) or ()
        limit = self._limit or MAX_UNITS
        if units(value) <= limit and not value.startswith(_HEAD):
            self._backend.set_password(service, user, value)
        else:
            pieces = list(_cut(value, limit))
            head = f"{_HEAD}{secrets.token_hex(4)}:{len(pieces)}"
            for name, piece in zip(_piece_names(service, head) or (), pieces, strict=True):
                self._backend.set_password(name, user, piece)
            self._backend.set_password(service, user, head)
        self._delete(old, user)

    def delete(self, service: str, user: str) -> bool:
        """Forget the secret with all its pieces; tell whether there was one."""
        value = self._backend.get_password(service, user)
        if value is None:
            return False
        self._delete((service, *(_piece_names(service, value) or ())), user)
        return True

    def _delete(self, names: tuple[str, ...], user: str) -> None:
        for name in names:
            if self._backend.get_password(name, user) is not None:
                self._backend.delete_password(name, user)


def units(value: str) -> int:
    """Return the length in UTF-16 units, which is what Windows counts."""
    return len(value) + sum(1 for character in value if ord(character) > 0xFFFF)


def load_backend() -> Backend:
    """Return the back end that `keyring` chooses; looks again where it found none before.

    Takes a while and may block: never call it in the window's thread.
    """
    import keyring
    import keyring.backend
    import keyring.core

    chosen = keyring.get_keyring()
    if is_none(chosen) and not (
        os.environ.get("PYTHON_KEYRING_BACKEND") or keyring.core.load_config()
    ):
        # `keyring` looks once a process; the Secret Service may have been started since then.
        usable = [
            found
            for found in keyring.backend.KeyringBackend.get_viable_backends()
            if found.priority > 0 and found.__module__ != "keyring.backends.chainer"
        ]
        if usable:
            return max(usable, key=lambda found: found.priority)()
    return chosen


def is_none(backend: Backend) -> bool:
    """Tell whether a back end only stands for the absence of one."""
    return type(backend).__module__ in _NO_BACKENDS


def name_of(backend: Backend) -> str:
    """Return the back end's name for people, such as "SecretService Keyring"."""
    return str(getattr(backend, "name", type(backend).__name__))


def limit_of(backend: Backend) -> int | None:
    """Return how many UTF-16 units an entry holds, null where no limit is known."""
    chained = getattr(backend, "backends", None)
    modules = [type(each).__module__ for each in (backend, *(chained or ()))]
    return WINDOWS_LIMIT if "keyring.backends.Windows" in modules else None


def _piece_names(service: str, head: str | None) -> tuple[str, ...] | None:
    """Return the services that hold the pieces, null when `head` is a secret of its own."""
    found = _HEAD_RE.fullmatch(head or "")
    if found is None:
        return None
    return tuple(f"{service}#{found[1]}.{number}" for number in range(1, int(found[2]) + 1))


def _cut(value: str, limit: int) -> Iterator[str]:
    """Cut into pieces of at most `limit` units, never through a character."""
    start = size = 0
    for index, character in enumerate(value):
        width = 2 if ord(character) > 0xFFFF else 1
        if size + width > limit:
            yield value[start:index]
            start, size = index, 0
        size += width
    yield value[start:]
