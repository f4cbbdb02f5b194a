"""The states of an SMTP session and the table of its transitions: data, and the look-ups in it.

State is orthogonal flags. A row of `TRANSITIONS` is a verb; its cells say, for each class of reply,
which flags change. `NEEDS` says what must hold before a verb is legal, and which rule is broken
otherwise. The diagram in the documentation is drawn from here by `packaging/make_state_diagram.py`.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.protocol.commands import Verb

Hello = Literal["", "ehlo", "helo", "lhlo"]
Envelope = Literal["", "mail", "rcpt", "data", "bdat"]
CHALLENGE = 334
START_MAIL_INPUT = 354

Flag = str | bool | tuple[Verb, ...]


class ReplyClass(enum.IntEnum):
    """The first digit of a reply as far as it decides; NONE is everything that decides nothing."""

    NONE = 0
    POSITIVE = 2
    INTERMEDIATE = 3
    TRANSIENT = 4
    PERMANENT = 5


@dataclass(frozen=True, slots=True)
class MachineState:
    """A snapshot. `auth_open`: AUTH is out and its final reply is not in; `challenged`: a 334 waits
    for its response. `starting_tls`: the server agreed to STARTTLS and TLS does not stand yet.
    `pending` are the verbs whose replies are awaited, in order.
    """

    greeted: bool = False
    hello: Hello = ""
    starting_tls: bool = False
    tls: bool = False
    authenticated: bool = False
    auth_open: bool = False
    challenged: bool = False
    envelope: Envelope = ""
    pending: tuple[Verb, ...] = (Verb.GREETING,)
    closed: bool = False


# --- transitions ------------------------------------------------------------------------------

Change = Mapping[str, Flag]
STAY: Change = {}


def _row(
    positive: Change = STAY,
    intermediate: Change = STAY,
    transient: Change = STAY,
    permanent: Change = STAY,
    none: Change = STAY,
) -> Mapping[ReplyClass, Change]:
    return {
        ReplyClass.POSITIVE: positive,
        ReplyClass.INTERMEDIATE: intermediate,
        ReplyClass.TRANSIENT: transient,
        ReplyClass.PERMANENT: permanent,
        ReplyClass.NONE: none,
    }


_LOGGED_IN: Change = {"authenticated": True, "auth_open": False, "challenged": False}
_NOT_LOGGED_IN: Change = {"auth_open": False, "challenged": False}
_AUTH_ROW = _row(
    positive=_LOGGED_IN,
    intermediate={"challenged": True},
    transient=_NOT_LOGGED_IN,
    permanent=_NOT_LOGGED_IN,
    none=_NOT_LOGGED_IN,
)
_NO_ENVELOPE: Change = {"envelope": ""}
_MAIL_ROW = _row(positive={"envelope": "mail"})

TRANSITIONS: Mapping[Verb, Mapping[ReplyClass, Change]] = {
    # RFC 5321 section 3.1: after 554 the server waits for QUIT, so that is no greeting.
    Verb.GREETING: _row(positive={"greeted": True}),
    # Section 4.1.4: a successful EHLO resets like RSET, a refused one changes nothing.
    Verb.EHLO: _row(positive={"hello": "ehlo", "envelope": ""}),
    Verb.HELO: _row(positive={"hello": "helo", "envelope": ""}),
    Verb.LHLO: _row(positive={"hello": "lhlo", "envelope": ""}),
    # RFC 3207 section 4: what follows a 220 is the handshake.
    Verb.STARTTLS: _row(positive={"starting_tls": True}),
    # RFC 4954 section 4: 334 asks for more, everything else ends the exchange.
    Verb.AUTH: _AUTH_ROW,
    Verb.AUTH_RESPONSE: _AUTH_ROW,
    Verb.MAIL: _MAIL_ROW,
    Verb.SEND: _MAIL_ROW,
    Verb.SOML: _MAIL_ROW,
    Verb.SAML: _MAIL_ROW,
    Verb.RCPT: _row(positive={"envelope": "rcpt"}),
    # Section 3.3: only an intermediate reply lets the message follow.
    Verb.DATA: _row(intermediate={"envelope": "data"}),
    # Section 3.3: whatever the server says to the end of the message, the transaction is over.
    Verb.BODY: _row(
        positive=_NO_ENVELOPE,
        transient=_NO_ENVELOPE,
        permanent=_NO_ENVELOPE,
        none=_NO_ENVELOPE,
    ),
    Verb.CONTENT: _row(),
    # RFC 3030 section 2 and RFC 4468: a part of the message; the last part counts as BODY.
    Verb.BDAT: _row(positive={"envelope": "bdat"}),
    Verb.BURL: _row(positive={"envelope": "bdat"}),
    Verb.RSET: _row(positive=_NO_ENVELOPE),
    Verb.NOOP: _row(),
    Verb.VRFY: _row(),
    Verb.EXPN: _row(),
    Verb.HELP: _row(),
    Verb.QUIT: _row(positive={"closed": True}),
    Verb.ETRN: _row(),
    Verb.ATRN: _row(),
    Verb.TURN: _row(),
    # Postfix: the session begins again as that of another client.
    Verb.XCLIENT: _row(positive={"hello": "", "authenticated": False, "envelope": ""}),
    Verb.XFORWARD: _row(),
    Verb.UNKNOWN: _row(),
}

TLS_ESTABLISHED: Change = {
    # RFC 3207 section 4.2: everything learned before is forgotten, but for the greeting.
    "tls": True,
    "starting_tls": False,
    "hello": "",
    "authenticated": False,
    "auth_open": False,
    "challenged": False,
    "envelope": "",
}


def reply_class(verb: Verb, code: int | None) -> ReplyClass:
    """Return the class of a reply to `verb`: the first digit decides (RFC 5321 section 4.2.1).

    "Go on" only means something to DATA and, as 334 alone, to AUTH.
    """
    digit = (code or 0) // 100
    if digit == 3:
        goes_on = verb is Verb.DATA or (
            verb in (Verb.AUTH, Verb.AUTH_RESPONSE) and code == CHALLENGE
        )
        return ReplyClass.INTERMEDIATE if goes_on else ReplyClass.NONE
    return ReplyClass(digit) if digit in (2, 4, 5) else ReplyClass.NONE


def next_state(state: MachineState, verb: Verb, klass: ReplyClass) -> MachineState:
    """Return the state after a reply of `klass` to `verb`."""
    return changed(state, TRANSITIONS[verb][klass])


def changed(state: MachineState, change: Change) -> MachineState:
    """Return the state with some flags changed."""
    return replace(state, **change) if change else state  # type: ignore[arg-type]  # checked by test


# --- what is legal when -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """`rule` is broken when the flag has none of `values`, or a known offer lacks `offered`."""

    rule: str
    flag: str = ""
    values: tuple[Flag, ...] = ()
    offered: str = ""


_GREETING = Need("needs-greeting", "greeted", (True,))
_HELLO = Need("needs-hello", "hello", ("ehlo", "helo", "lhlo"))
_NO_TRANSACTION = Need("nested-mail", "envelope", ("",))
_MAIL = Need("needs-mail", "envelope", ("mail", "rcpt", "data", "bdat"))
_NO_BDAT = Need("bdat-unfinished", "envelope", ("", "mail", "rcpt", "data"))
_RCPT = Need("needs-rcpt", "envelope", ("rcpt", "data", "bdat"))
_BEGINS_TRANSACTION = (_GREETING, _HELLO, _NO_TRANSACTION)

NEEDS: Mapping[Verb, tuple[Need, ...]] = {
    Verb.GREETING: (),
    Verb.EHLO: (_GREETING,),
    Verb.HELO: (_GREETING,),
    Verb.LHLO: (_GREETING,),
    Verb.STARTTLS: (
        _GREETING,
        _HELLO,
        Need("already-tls", "tls", (False,)),
        # Allowed by RFC 3207, but section 4.2 would make both sides forget the transaction.
        Need("starttls-in-transaction", "envelope", ("",)),
        Need("not-offered-starttls", offered="STARTTLS"),
    ),
    Verb.AUTH: (
        _GREETING,
        _HELLO,
        Need("already-authenticated", "authenticated", (False,)),
        Need("auth-in-transaction", "envelope", ("",)),
        Need("not-offered-auth", offered="AUTH"),
    ),
    Verb.AUTH_RESPONSE: (),
    Verb.MAIL: _BEGINS_TRANSACTION,
    Verb.SEND: _BEGINS_TRANSACTION,
    Verb.SOML: _BEGINS_TRANSACTION,
    Verb.SAML: _BEGINS_TRANSACTION,
    Verb.RCPT: (_GREETING, _HELLO, _MAIL, _NO_BDAT),
    Verb.DATA: (_GREETING, _HELLO, _MAIL, _NO_BDAT, _RCPT),
    Verb.BDAT: (_GREETING, _HELLO, _MAIL, _RCPT, Need("not-offered-bdat", offered="CHUNKING")),
    Verb.BURL: (_GREETING, _HELLO, _MAIL, _RCPT, Need("not-offered-burl", offered="BURL")),
    Verb.BODY: (),
    Verb.CONTENT: (),
    # RFC 5321 section 4.1.4: these need no EHLO, and QUIT not even a good greeting.
    Verb.RSET: (_GREETING,),
    Verb.NOOP: (_GREETING,),
    Verb.VRFY: (_GREETING,),
    Verb.EXPN: (_GREETING,),
    Verb.HELP: (_GREETING,),
    Verb.QUIT: (),
    Verb.ETRN: (_GREETING, _HELLO, _NO_TRANSACTION),
    # RFC 2645 section 5.2.
    Verb.ATRN: (_GREETING, _HELLO, Need("needs-auth", "authenticated", (True,)), _NO_TRANSACTION),
    Verb.TURN: (_GREETING, _HELLO, _NO_TRANSACTION),
    Verb.XCLIENT: (_GREETING, _HELLO, _NO_TRANSACTION),
    Verb.XFORWARD: (_GREETING, _HELLO, _NO_TRANSACTION),
    Verb.UNKNOWN: (_GREETING,),
}

# What holds for every verb, after its greeting and before its other needs.
PHASES: tuple[Need, ...] = (
    Need("reply-pending", "pending", ((),)),
    Need("tls-pending", "starting_tls", (False,)),
)


def broken_rule(state: MachineState, verb: Verb, offered: Collection[str]) -> str:
    """Return the first rule that `verb` would break in `state`, "" when it is legal.

    `offered` are the keywords of the last EHLO reply, in upper case.
    """
    needs = NEEDS[verb]
    for need in (*needs[:1], *PHASES, *needs[1:]):
        if need.offered and need.offered not in offered:
            return need.rule
        if need.flag and getattr(state, need.flag) not in need.values:
            return need.rule
    return ""


# --- where one is -----------------------------------------------------------------------------


class Place(enum.Enum):
    """The nodes of the diagram: the state without the flags that go across it."""

    CONNECTED = "connected"
    GREETED = "greeted"
    SECURING = "securing"
    HELLO = "hello"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BDAT = "bdat"
    CLOSED = "closed"


def place_of(state: MachineState) -> Place:
    """Return the node of the diagram that a state belongs to."""
    if state.closed:
        return Place.CLOSED
    if state.starting_tls:
        return Place.SECURING
    if state.auth_open:
        return Place.LOGIN
    if state.envelope:
        return Place(state.envelope)
    if state.hello:
        return Place.HELLO
    return Place.GREETED if state.greeted else Place.CONNECTED
