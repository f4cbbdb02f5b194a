"""SASL mechanisms of the client: what to answer to each challenge (RFC 4954, RFC 4422).

An exchange knows raw bytes only; the base64 of AUTH is done by the helpers at the end.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from mailoscope_core.base.secret import Secret

SecretKind = Literal["password", "token"]


class SaslProblem(Exception):
    """An exchange cannot begin or go on; `rule` says why, `params` what about.

    Rules: mechanism-unknown, sasl-unexpected-challenge, sasl-bad-base64, sasl-not-encodable.
    """

    def __init__(self, rule: str, **params: str) -> None:
        super().__init__(rule, params)
        self.rule = rule
        self.params = params


@dataclass(frozen=True, slots=True)
class Challenge:
    """A decoded challenge; `defect` is `bad-base64` when it is not base64, `data` then the text."""

    data: bytes
    defect: str = ""


@dataclass(slots=True)
class _Notes:
    """What a mechanism has to tell beside its responses."""

    error_detail: str = ""


_Steps = Generator[bytes, Challenge, None]


@dataclass(frozen=True, slots=True)
class _Start:
    """Everything a mechanism may need."""

    user: str
    secret: Secret
    host: str
    port: int
    authzid: str
    notes: _Notes


class Exchange:
    """One run of a mechanism; made by `start`."""

    def __init__(self, mechanism: str, steps: _Steps, notes: _Notes, *, client_first: bool) -> None:
        self.mechanism = mechanism
        self._steps = steps
        self._notes = notes
        self._initial = next(steps) if client_first else None
        if not client_first:
            next(steps)  # to where the first challenge is awaited

    @property
    def initial(self) -> bytes | None:
        """The initial response, raw; null when the server has to speak first.

        It goes with AUTH, or alone after an empty challenge (RFC 4954 section 4).
        """
        return self._initial

    @property
    def error_detail(self) -> str:
        """What the server said about a refused token, the JSON of its challenge, for people."""
        return self._notes.error_detail

    def respond(self, challenge: bytes | Challenge) -> bytes:
        """Return the raw response to a challenge; raises `SaslProblem` when there is none."""
        if isinstance(challenge, bytes):
            challenge = Challenge(challenge)
        try:
            return self._steps.send(challenge)
        except StopIteration:
            raise SaslProblem("sasl-unexpected-challenge", mechanism=self.mechanism) from None

    def __repr__(self) -> str:
        return f"Exchange({self.mechanism})"


def start(
    mechanism: str, user: str, secret: Secret, *, host: str, port: int, authzid: str = ""
) -> Exchange:
    """Begin an exchange; raises `SaslProblem` for an unknown mechanism or unusable characters.

    `secret` is a password, for XOAUTH2 and OAUTHBEARER an access token. `authzid` is the identity
    to act as where the mechanism has one; "" means the user's own.
    """
    found = _MECHANISMS.get(mechanism.upper())
    if found is None:
        raise SaslProblem("mechanism-unknown", mechanism=mechanism)
    notes = _Notes()
    steps = found.steps(_Start(user, secret, host, port, authzid, notes))
    return Exchange(mechanism.upper(), steps, notes, client_first=found.client_first)


# --- the mechanisms ---------------------------------------------------------------------------


def _plain(given: _Start) -> _Steps:
    """RFC 4616: authzid NUL authcid NUL password."""
    parts = (given.authzid, given.user, given.secret.reveal())
    _refuse("\0", "PLAIN", *parts)
    yield "\0".join(parts).encode()


def _login(given: _Start) -> _Steps:
    """The LOGIN draft: two questions, whose words mean nothing; base64 or not does not matter."""
    yield b""
    yield given.user.encode()
    yield given.secret.reveal().encode()


def _cram_md5(given: _Start) -> _Steps:
    """RFC 2195: user, blank, HMAC-MD5 of the challenge keyed with the password."""
    challenge = yield b""
    if challenge.defect:
        raise SaslProblem("sasl-bad-base64", mechanism="CRAM-MD5")
    digest = hmac.new(given.secret.reveal().encode(), challenge.data, hashlib.md5).hexdigest()
    yield f"{given.user} {digest}".encode()


def _xoauth2(given: _Start) -> _Steps:
    """Google's XOAUTH2; an error comes as a challenge and is answered with an empty line."""
    token = given.secret.reveal()
    _refuse("\1", "XOAUTH2", given.user, token)
    error = yield f"user={given.user}\1auth=Bearer {token}\1\1".encode()
    given.notes.error_detail = _detail(error)
    yield b""


def _oauthbearer(given: _Start) -> _Steps:
    """RFC 7628 section 3.1; an error comes as a challenge and is answered with one 0x01 (3.2.3)."""
    token = given.secret.reveal()
    _refuse("\1", "OAUTHBEARER", given.user, token, given.host, given.authzid)
    identity = _gs2_name(given.authzid or given.user)
    error = yield (
        f"n,a={identity},\1host={given.host}\1port={given.port}\1auth=Bearer {token}\1\1".encode()
    )
    given.notes.error_detail = _detail(error)
    yield b"\1"


@dataclass(frozen=True, slots=True)
class _Mechanism:
    steps: Callable[[_Start], _Steps]
    client_first: bool
    secret_kind: SecretKind


_MECHANISMS = {
    "PLAIN": _Mechanism(_plain, True, "password"),
    "LOGIN": _Mechanism(_login, False, "password"),
    "CRAM-MD5": _Mechanism(_cram_md5, False, "password"),
    "XOAUTH2": _Mechanism(_xoauth2, True, "token"),
    "OAUTHBEARER": _Mechanism(_oauthbearer, True, "token"),
}

SUPPORTED = tuple(_MECHANISMS)
"""The mechanisms that `start` knows."""


def _refuse(character: str, mechanism: str, *parts: str) -> None:
    """Refuse a value that holds the mechanism's own separator."""
    if any(character in part for part in parts):
        raise SaslProblem("sasl-not-encodable", mechanism=mechanism)


def _gs2_name(name: str) -> str:
    """Write a name as GS2 does (RFC 5801 section 4: saslname)."""
    return name.replace("=", "=3D").replace(",", "=2C")


def _detail(error: Challenge) -> str:
    """Return a token error as one line of JSON, or as it came when it is none."""
    text = error.data.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


# --- choosing ---------------------------------------------------------------------------------


def is_client_first(mechanism: str) -> bool:
    """Tell whether a mechanism has an initial response; false for unknown ones."""
    found = _MECHANISMS.get(mechanism.upper())
    return found is not None and found.client_first


def choose(
    offered: Sequence[str],
    *,
    wanted: str = "",
    secret_kind: SecretKind = "password",
    encrypted: bool = True,
) -> str | None:
    """Return the mechanism to use, null when none of those offered fits.

    `wanted` is taken if it is offered and known. Inside TLS PLAIN comes first, as most servers
    store hashes; in the clear CRAM-MD5 does, which does not show the password.
    """
    names = [name.upper() for name in offered]
    if wanted:
        return wanted.upper() if wanted.upper() in names and wanted.upper() in SUPPORTED else None
    if secret_kind == "token":
        order = ["OAUTHBEARER", "XOAUTH2"]
    elif encrypted:
        order = ["PLAIN", "LOGIN", "CRAM-MD5"]
    else:
        order = ["CRAM-MD5", "PLAIN", "LOGIN"]
    return next((name for name in order if name in names), None)


# --- base64 of AUTH (RFC 4954 section 4) ------------------------------------------------------


def encode_initial(response: bytes) -> str:
    """Return an initial response for the AUTH line; the empty one is written "="."""
    return encode_response(response) or "="


def encode_response(response: bytes) -> str:
    """Return a response as its own line; the empty one is an empty line."""
    return base64.b64encode(response).decode("ascii")


def decode_challenge(text: str) -> Challenge:
    """Return the challenge in the text of a 334; what is no base64 is reported, not raised."""
    stripped = text.strip()
    if stripped == "=":
        return Challenge(b"")
    try:
        return Challenge(base64.b64decode(stripped, validate=True))
    except (binascii.Error, ValueError):
        return Challenge(stripped.encode("utf-8", "replace"), "bad-base64")
