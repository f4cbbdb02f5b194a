"""SMTP commands: verbs, typed commands and their encoding, and the guard against line injection.

What is encoded here has no line ending; only the machine adds CRLF, to exactly one line.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailoscope_core.protocol.addresses import envelope_path

COMMAND_OCTETS = 512
"""A command line with its CRLF (RFC 5321 section 4.5.3.1.4)."""
AUTH_OCTETS = 12288
"""A line of an authentication exchange with its CRLF (RFC 4954 section 4)."""

_BREAKS = re.compile("[\r\n\0]")


class Verb(enum.Enum):
    """What a line is, or what a reply answers; the value is the word that the log uses.

    GREETING, AUTH_RESPONSE, BODY (the end of the message) and CONTENT (a line of the message typed
    by hand) are no commands; they name what is awaited or written at that point.
    """

    GREETING = "greeting"
    EHLO = "ehlo"
    HELO = "helo"
    LHLO = "lhlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    AUTH_RESPONSE = "auth-response"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BDAT = "bdat"
    BODY = "body-end"
    CONTENT = "body-line"
    RSET = "rset"
    NOOP = "noop"
    VRFY = "vrfy"
    EXPN = "expn"
    HELP = "help"
    QUIT = "quit"
    ETRN = "etrn"
    ATRN = "atrn"
    TURN = "turn"
    SEND = "send"
    SOML = "soml"
    SAML = "saml"
    BURL = "burl"
    XCLIENT = "xclient"
    XFORWARD = "xforward"
    UNKNOWN = "unknown"


_NO_COMMANDS = (Verb.GREETING, Verb.AUTH_RESPONSE, Verb.BODY, Verb.CONTENT, Verb.UNKNOWN)
_BY_WORD = {verb.value.upper().encode(): verb for verb in Verb if verb not in _NO_COMMANDS}


def verb_of(line: bytes) -> Verb:
    """Return the command a server would see in `line`: any case, blanks and tabs around it."""
    words = line.split(None, 1)
    return _BY_WORD.get(words[0].upper(), Verb.UNKNOWN) if words else Verb.UNKNOWN


class InjectionRefused(ValueError):
    """A line holds a character that would end it; `position` counts from 0 in what was given."""

    def __init__(self, position: int, character: str) -> None:
        super().__init__(f"{character!r} at position {position}")
        self.position = position
        self.character = character


def check_line(line: str | bytes) -> bytes:
    """Return the line as bytes (UTF-8); raises `InjectionRefused` at the first CR, LF or NUL.

    Otherwise one line could carry a second command behind the back of everything that checks it.
    """
    text = line.decode("latin-1") if isinstance(line, bytes) else line
    found = _BREAKS.search(text)
    if found:
        raise InjectionRefused(found.start(), found.group())
    return line if isinstance(line, bytes) else line.encode("utf-8", "surrogateescape")


def line_notes(line: bytes, verb: Verb, *, smtputf8: bool = False) -> tuple[str, ...]:
    """Return rule ids of what is unusual about a line but not refused.

    `non-ascii-line`: bytes above 127 outside SMTPUTF8 (RFC 6531 section 3.5); `smtputf8` tells that
    the transaction uses it. `long-command`: more octets than a server has to take.
    """
    notes = []
    if not line.isascii() and not (smtputf8 or b"SMTPUTF8" in line.upper().split()):
        notes.append("non-ascii-line")
    bound = AUTH_OCTETS if verb in (Verb.AUTH, Verb.AUTH_RESPONSE) else COMMAND_OCTETS
    if len(line) + 2 > bound:
        notes.append("long-command")
    return tuple(notes)


# --- typed commands ---------------------------------------------------------------------------


def _words(*words: str) -> bytes:
    return check_line(" ".join(word for word in words if word))


def _parameters(parameters: Mapping[str, str | None]) -> list[str]:
    """Return ESMTP parameters (RFC 5321 section 4.1.2): `NAME` or `NAME=value`."""
    return [name if value is None else f"{name}={value}" for name, value in parameters.items()]


@dataclass(frozen=True, slots=True)
class Ehlo:
    """EHLO with the client's name or address literal (RFC 5321 section 4.1.1.1)."""

    name: str

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("EHLO", self.name)


@dataclass(frozen=True, slots=True)
class Helo:
    """HELO, for servers that refuse EHLO (RFC 5321 section 4.1.1.1)."""

    name: str

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("HELO", self.name)


@dataclass(frozen=True, slots=True)
class StartTls:
    """STARTTLS (RFC 3207)."""

    def encode(self) -> bytes:
        """Return the line without its ending."""
        return b"STARTTLS"


@dataclass(frozen=True, slots=True)
class Auth:
    """AUTH (RFC 4954 section 4); `initial` is the encoded initial response, "" for none.

    The initial response is a secret and therefore not shown by `repr`.
    """

    mechanism: str
    initial: str = field(default="", repr=False)

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("AUTH", self.mechanism, self.initial)


@dataclass(frozen=True, slots=True)
class MailFrom:
    """MAIL (RFC 5321 section 4.1.1.2); the empty address is the null sender `<>`.

    `parameters` are ESMTP parameters in the order in which they are written; null means no value.
    """

    address: str
    parameters: Mapping[str, str | None] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("MAIL", f"FROM:{envelope_path(self.address)}", *_parameters(self.parameters))


@dataclass(frozen=True, slots=True)
class RcptTo:
    """RCPT (RFC 5321 section 4.1.1.3)."""

    address: str
    parameters: Mapping[str, str | None] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("RCPT", f"TO:{envelope_path(self.address)}", *_parameters(self.parameters))


@dataclass(frozen=True, slots=True)
class Data:
    """DATA (RFC 5321 section 4.1.1.4)."""

    def encode(self) -> bytes:
        """Return the line without its ending."""
        return b"DATA"


@dataclass(frozen=True, slots=True)
class Bdat:
    """BDAT (RFC 3030): `size` octets follow right behind the line."""

    size: int
    last: bool = False

    def encode(self) -> bytes:
        """Return the line without its ending."""
        return _words("BDAT", str(self.size), "LAST" if self.last else "")


@dataclass(frozen=True, slots=True)
class Rset:
    """RSET (RFC 5321 section 4.1.1.5)."""

    def encode(self) -> bytes:
        """Return the line without its ending."""
        return b"RSET"


@dataclass(frozen=True, slots=True)
class Noop:
    """NOOP (RFC 5321 section 4.1.1.9)."""

    text: str = ""

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("NOOP", self.text)


@dataclass(frozen=True, slots=True)
class Vrfy:
    """VRFY (RFC 5321 section 4.1.1.6)."""

    text: str

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("VRFY", self.text)


@dataclass(frozen=True, slots=True)
class Expn:
    """EXPN (RFC 5321 section 4.1.1.7)."""

    text: str

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("EXPN", self.text)


@dataclass(frozen=True, slots=True)
class Help:
    """HELP (RFC 5321 section 4.1.1.8)."""

    topic: str = ""

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return _words("HELP", self.topic)


@dataclass(frozen=True, slots=True)
class Quit:
    """QUIT (RFC 5321 section 4.1.1.10)."""

    def encode(self) -> bytes:
        """Return the line without its ending."""
        return b"QUIT"


@dataclass(frozen=True, slots=True)
class Raw:
    """Any line as a person typed it; it may hold a secret and is therefore not shown by `repr`."""

    line: str = field(repr=False)

    def encode(self) -> bytes:
        """Return the line without its ending; raises `InjectionRefused`."""
        return check_line(self.line)


Command = (
    Ehlo
    | Helo
    | StartTls
    | Auth
    | MailFrom
    | RcptTo
    | Data
    | Bdat
    | Rset
    | Noop
    | Vrfy
    | Expn
    | Help
    | Quit
    | Raw
)
