"""The server's side of AUTH: one generator a SASL mechanism; challenges out, responses in."""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass


class Outcome(enum.Enum):
    """How an exchange ended."""

    ACCEPTED = enum.auto()
    REFUSED = enum.auto()
    MALFORMED = enum.auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and the user it is about ("" where none was understood)."""

    outcome: Outcome
    user: str = ""


MALFORMED = Verdict(Outcome.MALFORMED)
# Yields a challenge, is sent the response; both decoded.
Exchange = Generator[bytes, bytes, Verdict]
# What a server says about a token, in the 334 of OAUTHBEARER (RFC 7628 section 3.2.2) and XOAUTH2.
TOKEN_REFUSED = json.dumps(
    {"status": "invalid_token", "schemes": "bearer", "scope": "https://mail.lab.test/"}
).encode()
XOAUTH2_REFUSED = json.dumps(
    {"status": "400", "schemes": "bearer", "scope": "https://mail.lab.test/"}
).encode()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who may log in. `nonce` gives the fresh part of a CRAM-MD5 challenge."""

    users: Mapping[str, str]
    tokens: tuple[str, ...]
    hostname: str
    nonce: Callable[[], str]

    def password(self, user: str, password: str) -> Verdict:
        """Judge a password."""
        known = self.users.get(user)
        return _verdict(known is not None and _same(known, password), user)

    def token(self, user: str, token: str) -> bool:
        """Judge a bearer token; `user` may be empty (RFC 7628 makes it optional)."""
        return token in self.tokens and (not user or user in self.users)


def start(mechanism: str, initial: bytes | None, accounts: Accounts) -> Exchange | None:
    """Return the exchange for `mechanism` (upper case), or None if there is no such.

    `initial` is the decoded initial response, None if the client sent none.
    """
    make = _MECHANISMS.get(mechanism)
    return make(initial, accounts) if make else None


def decode(text: bytes) -> bytes | None:
    """Decode one base64 word of AUTH ("=" is the empty one, RFC 4954 section 4), None if wrong."""
    if text == b"=":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _plain(initial: bytes | None, accounts: Accounts) -> Exchange:
    """RFC 4616: [authzid] NUL authcid NUL passwd."""
    response = initial if initial is not None else (yield b"")
    parts = response.split(b"\0")
    if len(parts) != 3 or not parts[1]:
        return MALFORMED
    return accounts.password(_text(parts[1]), _text(parts[2]))


def _login(initial: bytes | None, accounts: Accounts) -> Exchange:
    """The undocumented LOGIN: asks for the name, then for the password."""
    user = initial if initial is not None else (yield b"Username:")
    password = yield b"Password:"
    return accounts.password(_text(user), _text(password))


def _cram_md5(initial: bytes | None, accounts: Accounts) -> Exchange:
    """RFC 2195: the keyed MD5 of a challenge; an initial response is not allowed."""
    if initial is not None:
        return MALFORMED
    challenge = f"<{accounts.nonce()}@{accounts.hostname}>".encode()
    user, space, digest = (yield challenge).rpartition(b" ")
    if not space:
        return MALFORMED
    password = accounts.users.get(_text(user))
    if password is None:
        return Verdict(Outcome.REFUSED, _text(user))
    expected = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    return _verdict(_same(expected, _text(digest)), _text(user))


def _xoauth2(initial: bytes | None, accounts: Accounts) -> Exchange:
    """Google's XOAUTH2: user=NAME ^A auth=Bearer TOKEN ^A ^A; a refusal begins with a 334."""
    response = initial if initial is not None else (yield b"")
    fields = _fields(response)
    user, token = fields.get("user"), _bearer(fields)
    if user is None or token is None:
        return MALFORMED
    if user and accounts.token(user, token):
        return Verdict(Outcome.ACCEPTED, user)
    yield XOAUTH2_REFUSED
    return Verdict(Outcome.REFUSED, user)


def _oauthbearer(initial: bytes | None, accounts: Accounts) -> Exchange:
    """RFC 7628: a GS2 header, then auth=Bearer TOKEN; the client answers the JSON with ^A."""
    response = initial if initial is not None else (yield b"")
    header, _, rest = response.partition(b"\x01")
    if not header.startswith((b"n,", b"y,")):
        return MALFORMED
    authzid = _text(header).split(",")[1]
    user = authzid.removeprefix("a=").replace("=2C", ",").replace("=3D", "=")
    token = _bearer(_fields(rest))
    if token is None:
        return MALFORMED
    if accounts.token(user, token):
        return Verdict(Outcome.ACCEPTED, user)
    yield TOKEN_REFUSED
    return Verdict(Outcome.REFUSED, user)


_MECHANISMS: Mapping[str, Callable[[bytes | None, Accounts], Exchange]] = {
    "PLAIN": _plain,
    "LOGIN": _login,
    "CRAM-MD5": _cram_md5,
    "XOAUTH2": _xoauth2,
    "OAUTHBEARER": _oauthbearer,
}


def _fields(response: bytes) -> dict[str, str]:
    """Split key=value pairs at ^A."""
    pairs = (part.partition("=") for part in _text(response).split("\x01") if part)
    return {key.lower(): value for key, _, value in pairs}


def _bearer(fields: Mapping[str, str]) -> str | None:
    scheme, _, token = fields.get("auth", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def _verdict(good: bool, user: str) -> Verdict:
    return Verdict(Outcome.ACCEPTED if good else Outcome.REFUSED, user)


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(
        known.encode("utf-8", "surrogateescape"), given.encode("utf-8", "surrogateescape")
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
