"""Remembers which secrets a server has refused, so that none is sent again unasked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import Counter

from mailoscope_core.base.secret import Secret


class SpentSecrets:
    """The lock-out guard's memory, for this process only; any thread may ask.

    Kept are keyed hashes under a salt that is new in each process: neither the secret nor anything
    that could be compared between two runs. Hosts and users are compared without regard to case,
    because servers count failed log-ins that way.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._refused: set[bytes] = set()
        self._attempts: Counter[bytes] = Counter()
        self._lock = threading.Lock()

    def refused(self, host: str, user: str, secret: Secret) -> None:
        """Note that `host` has said no to this secret for `user`."""
        with self._lock:
            self._refused.add(self._digest(host, user, secret.reveal()))
            self._attempts[self._digest(host, user)] += 1

    def accepted(self, host: str, user: str, secret: Secret) -> None:
        """Note a log-in: the secret is good and the count of refusals starts anew.

        Other secrets that were refused stay refused.
        """
        with self._lock:
            self._refused.discard(self._digest(host, user, secret.reveal()))
            self._attempts.pop(self._digest(host, user), None)

    def is_spent(self, host: str, user: str, secret: Secret) -> bool:
        """Tell whether `host` has refused exactly this secret for `user`."""
        with self._lock:
            return self._digest(host, user, secret.reveal()) in self._refused

    def attempts(self, host: str, user: str) -> int:
        """Return how often `host` has refused a secret of `user` since the last log-in."""
        with self._lock:
            return self._attempts[self._digest(host, user)]

    def _digest(self, host: str, user: str, *secret: str) -> bytes:
        parts = [host.casefold().rstrip("."), user.casefold(), *secret]
        # Lengths in front, so that no two different lists of parts look the same.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self._salt, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
