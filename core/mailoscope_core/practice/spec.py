"""What a scenario file may say: the server's behaviour, its rules, the settings that show it."""

from __future__ import annotations

import enum
from typing import Any, Literal

import msgspec

from mailoscope_core.storage.profile import TlsMode


class When(enum.Enum):
    """The moments at which a rule may act; `ANY` stands for every line the client sends."""

    CONNECT = "connect"
    BANNER = "banner"
    TLS = "tls"
    IDLE = "idle"
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    AUTH = "auth"
    AUTH_RESPONSE = "auth-response"
    CREDENTIALS = "credentials"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BDAT = "bdat"
    BODY = "body"
    DOT = "dot"
    RSET = "rset"
    NOOP = "noop"
    VRFY = "vrfy"
    EXPN = "expn"
    HELP = "help"
    QUIT = "quit"
    OTHER = "other"
    ANY = "any"

    # Members are singletons; Enum's own hash is a Python function and is asked for every line.
    __hash__ = object.__hash__


class Then(enum.Enum):
    """What happens after a rule has had its say.

    `NOTHING`: the ordinary behaviour is left out, a RCPT is not remembered. `EFFECT`: the state
    changes as usual, the ordinary reply is withheld. `NORMAL`: ordinary reply and effect follow.
    """

    NOTHING = "nothing"
    EFFECT = "effect"
    NORMAL = "normal"


class Ending(enum.Enum):
    """How a connection is closed: orderly, by RST, or cut off after so many more wire bytes."""

    CLEAN = "clean"
    RESET = "reset"
    AFTER_BYTES = "after-bytes"


class Certificate(enum.Enum):
    """The certificate the server shows."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_HOST = "wrong-host"
    SELF_SIGNED = "self-signed"
    NO_INTERMEDIATE = "no-intermediate"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One deviation from the ordinary behaviour; the first rule that matches a moment decides.

    Conditions: `match` is searched in the client's line, `match_ehlo` in the name it gave,
    `match_sender` in the envelope sender (regular expressions, letter case ignored). `nth` means
    the nth time within a connection, `times` at most so often in the server's life.
    `until_seconds` and `after_seconds` count from the first time the other conditions held (of
    `idle`: from the client's last byte). `at_byte` is the size of the body at which a `body` rule
    acts.

    Actions, in this order: wait `delay_s`; say `reply` (lines, sent with CRLF, the last one made
    longer by `pad` octets) or `raw` (sent as it is, one character a byte, `repeat` times), at
    `drip` bytes a second if given; then `then`; then `close`, of which `after-bytes` counts `bytes`
    from the moment the rule acts. `suffix` is appended to the last line of the ordinary reply,
    unless that is a 334.
    """

    when: When
    match: str = ""
    match_ehlo: str = ""
    match_sender: str = ""
    nth: int = 0
    times: int = 0
    until_seconds: float = 0.0
    after_seconds: float = 0.0
    at_byte: int = 0
    delay_s: float = 0.0
    drip: float = 0.0
    reply: tuple[str, ...] = ()
    pad: int = 0
    raw: str = ""
    repeat: int = 1
    suffix: str = ""
    then: Then = Then.NOTHING
    close: Ending | None = None
    bytes: int = 0


class ServerSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ordinary behaviour of the server, before any rule: an honest submission server.

    Sizes are octets. `users` maps a log-in name to its (public) password, `tokens` are the bearer
    tokens that are accepted. `domains` are local ("*" is every one), `mailboxes` the addresses that
    exist in them (none given: all do). `replies` overrides the base texts by their id.
    """

    hostname: str = "mail.lab.test"
    esmtp: bool = True
    implicit_tls: bool = False
    starttls: Literal["offered", "required", "absent"] = "offered"
    certificate: Certificate = Certificate.GOOD
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER")
    auth_needs_tls: bool = True
    auth_required: bool = True
    users: dict[str, str] = {}
    tokens: tuple[str, ...] = ()
    own_sender_only: bool = False
    domains: tuple[str, ...] = ("lab.test",)
    mailboxes: tuple[str, ...] = ()
    extensions: tuple[str, ...] = (
        "PIPELINING",
        "8BITMIME",
        "SMTPUTF8",
        "CHUNKING",
        "DSN",
        "ENHANCEDSTATUSCODES",
        "HELP",
    )
    size_limit: int = 256 * 1024 * 1024
    size_advertised: bool = True
    max_recipients: int = 100
    bare_lf: Literal["accept", "refuse"] = "accept"
    replies: dict[str, tuple[str, ...]] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The profile settings with which the fault shows; `user` empty means no log-in.

    With `auth` off the profile has a user and does not log in, as long as nobody switches it on.
    The secret is public and worth nothing outside the lab. `trust` "lab" means: name the server's
    CA file in the profile. `stage` is how far the run must go. `message` is the id of a ready
    sample, with `message_kib` as the size of a generated one; `as_is` sends it byte-exact.
    """

    tls: TlsMode = TlsMode.STARTTLS
    trust: Literal["lab", "system"] = "lab"
    ehlo: str = ""
    auth: bool = True
    user: str = ""
    secret: str = ""
    secret_kind: Literal["password", "token"] = "password"
    mechanism: str = ""
    sender: str = "lab@lab.test"
    recipients: tuple[str, ...] = ("friend@lab.test",)
    stage: Literal["login", "ask", "send"] = "login"
    message: str = "plain"
    message_kib: int = 0
    as_is: bool = False


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one knob of a scenario, given as `name:value`; `$name` in the file stands for its value.

    Either a number between `minimum` and `maximum`, or one of `choices`: words, each with the value
    that takes its place.
    """

    name: str
    default: str
    description: str
    minimum: float = 0
    maximum: float = 0
    choices: dict[str, Any] = {}


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded scenario, its parameter filled in.

    `id` is the file's name, `argument` the parameter's value in words ("" if there is none).
    `expect_class` is the failure class a diagnosis should name ("" where nothing is wrong),
    `reported_at` and `caused_at` the steps.
    """

    id: str
    title: str
    description: str
    teaches: str
    expect_class: str = ""
    reported_at: str = ""
    caused_at: str = ""
    parameter: Parameter | None = None
    argument: str = ""
    settings: Settings = Settings()
    server: ServerSpec = ServerSpec()
    rules: tuple[Rule, ...] = ()

    @property
    def name(self) -> str:
        """The name that loads this very scenario again, its argument included."""
        return f"{self.id}:{self.argument}" if self.argument else self.id
