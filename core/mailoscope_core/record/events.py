"""What can happen in a session: frozen, tagged structs; the log is a list of them.

Raw bytes are strings with one character a byte (latin-1), so that a search finds them in the file.
Times are in `Entry`, not in the events. Everything here has already been redacted. Words for
people are made elsewhere, from the ids and parameters of these events.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA_VERSION = 1


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """The base of all events; a subclass adds a tag and its fields."""


class StepRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of the plan as the log keeps it; `line` is redacted and has no line ending."""

    id: str
    kind: str
    line: str | None = None
    note: str = ""
    edited: bool = False
    skip: bool = False
    force: bool = False


# --- plan and control -------------------------------------------------------------------------


class PlanChanged(Event, tag="plan-changed", frozen=True, kw_only=True):
    """The plan after a change; `reason` is initial, expanded, edited, inserted, removed, ..."""

    revision: int
    reason: str
    steps: tuple[StepRecord, ...]


class ControlAccepted(Event, tag="control-accepted", frozen=True, kw_only=True):
    """The user asked for something and it is being done."""

    control: str
    step: str | None = None
    detail: str = ""


class ControlRefused(Event, tag="control-refused", frozen=True, kw_only=True):
    """The user asked for something that is not possible now; `rule` says why."""

    control: str
    rule: str
    step: str | None = None
    params: dict[str, str] = {}


class StepStarted(Event, tag="step-started", frozen=True, kw_only=True):
    """A step begins."""

    step: str
    kind: str


class StepFinished(Event, tag="step-finished", frozen=True, kw_only=True):
    """A step has ended; `refused` is the server's no, `failed` everything that is not a reply."""

    step: str
    kind: str
    outcome: Literal["done", "refused", "failed", "skipped", "cancelled"]


class Paused(Event, tag="paused", frozen=True, kw_only=True):
    """The session waits for the user; `step` is the one that would be next."""

    why: Literal[
        "start",
        "step",
        "breakpoint",
        "asked",
        "deadline",
        "secret",
        "confirmation",
        "trouble",
        "end",
    ]
    step: str | None = None
    breakpoint: str | None = None


class Resumed(Event, tag="resumed", frozen=True, kw_only=True):
    """The session goes on."""


class AttemptStarted(Event, tag="attempt-started", frozen=True, kw_only=True):
    """A new connection and a new machine begin in the same log."""

    number: int
    why: Literal["start", "restart", "next-address", "accepted-tls"]


class SessionFinished(Event, tag="session-finished", frozen=True, kw_only=True):
    """The worker ends. `outcome` is over all attempts: the last one counts."""

    outcome: Literal["done", "refused", "failed", "cancelled"]
    step: str | None = None


# --- names and connection ---------------------------------------------------------------------


class EhloNameChosen(Event, tag="ehlo-name-chosen", frozen=True, kw_only=True):
    """The name that will be said in EHLO and where it comes from."""

    name: str
    why: Literal["profile", "fqdn", "address-literal"]


class LookupStarted(Event, tag="lookup-started", frozen=True, kw_only=True):
    """A name is asked for: `os` as applications do it, `mx` by DNS."""

    host: str
    source: Literal["os", "dns", "mx"]


class NamesFound(Event, tag="names-found", frozen=True, kw_only=True):
    """Addresses of `host`, in the order they will be tried; for `mx` hosts with preference."""

    host: str
    source: Literal["os", "dns", "mx"]
    addresses: tuple[str, ...]
    ms: float


class LookupFailed(Event, tag="lookup-failed", frozen=True, kw_only=True):
    """No answer: `kind` is not-found, no-address, temporary, refused, malformed, no-resolver.

    Of a malformed name `detail` says what is wrong and `suggestion` what was probably meant.
    """

    host: str
    source: Literal["os", "dns", "mx"]
    kind: str
    detail: str = ""
    suggestion: str = ""
    errno: int | None = None
    ms: float = 0.0


class NamesDiffer(Event, tag="names-differ", frozen=True, kw_only=True):
    """The operating system and DNS do not name the same addresses."""

    host: str
    os_addresses: tuple[str, ...]
    dns_addresses: tuple[str, ...]


class ConnectStarted(Event, tag="connect-started", frozen=True, kw_only=True):
    """One address is dialled."""

    host: str
    address: str
    port: int


class Connected(Event, tag="connected", frozen=True, kw_only=True):
    """The TCP connection stands."""

    host: str
    address: str
    port: int
    local_address: str
    local_port: int
    ms: float


class ConnectFailed(Event, tag="connect-failed", frozen=True, kw_only=True):
    """One address did not answer; `kind`: refused, timeout, unreachable, reset, denied, other."""

    host: str
    address: str
    port: int
    kind: str
    errno: int | None = None
    detail: str = ""
    ms: float = 0.0


class ConnectionClosed(Event, tag="connection-closed", frozen=True, kw_only=True):
    """The connection is gone; `pending` is the verb whose reply never came."""

    by: Literal["server", "us", "reset"]
    pending: str | None = None
    step: str | None = None
    detail: str = ""


# --- TLS --------------------------------------------------------------------------------------


class CertificateFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one certificate of the server's chain says; times are RFC 3339 in UTC."""

    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    key: str = ""
    signature: str = ""
    sha256: str = ""
    is_ca: bool = False
    self_signed: bool = False


class TlsStarted(Event, tag="tls-started", frozen=True, kw_only=True):
    """A handshake begins."""

    mode: Literal["implicit", "starttls"]
    server_name: str
    trust: str
    verify: bool = True


class TlsEstablished(Event, tag="tls-established", frozen=True, kw_only=True):
    """TLS stands. `verified` is only true when chain and name were checked and are good."""

    version: str
    cipher: str
    bits: int
    verified: bool
    chain: tuple[CertificateFacts, ...] = ()
    ms: float = 0.0


class TlsFailed(Event, tag="tls-failed", frozen=True, kw_only=True):
    """The handshake failed. `kind`: untrusted, self-signed, no-intermediate, hostname, expired,
    not-yet-valid, revoked, not-tls, protocol, alert, closed, timeout, other. `first_bytes` is what
    a server that does not speak TLS said instead (latin-1, at most 80)."""

    kind: str
    detail: str = ""
    verify_code: int | None = None
    alert: str | None = None
    first_bytes: str = ""
    chain: tuple[CertificateFacts, ...] = ()
    server_name: str = ""
    ms: float = 0.0


# --- conversation -----------------------------------------------------------------------------


class LineSent(Event, tag="line-sent", frozen=True, kw_only=True):
    """A line went out; `text` is redacted, without CRLF; `size` counts the real bytes with it."""

    verb: str
    text: str
    size: int
    step: str | None = None
    redacted: bool = False
    forced: bool = False


class ReplyReceived(Event, tag="reply-received", frozen=True, kw_only=True):
    """A complete reply. `code` is null when no line had three digits; a client never invents one.

    `raw` has the first 64 KiB as received (latin-1, redacted), `lines` the texts after the codes
    (decoded, for people), `defects` rule ids such as mixed-codes, bare-lf, missing-space.
    """

    code: int | None
    enhanced: str | None = None
    lines: tuple[str, ...] = ()
    raw: str = ""
    size: int = 0
    verb: str | None = None
    step: str | None = None
    defects: tuple[str, ...] = ()
    unsolicited: bool = False
    ms: float = 0.0


class CapabilitiesSeen(Event, tag="capabilities-seen", frozen=True, kw_only=True):
    """What EHLO offered, each keyword with its parameters; `phase` tells before or after TLS."""

    phase: Literal["clear", "tls"]
    greeting_name: str
    keywords: tuple[tuple[str, str], ...]


class Surprise(Event, tag="surprise", frozen=True, kw_only=True):
    """Something the protocol does not foresee; `rule` names it."""

    rule: str
    step: str | None = None
    params: dict[str, str] = {}


class DeadlinePassed(Event, tag="deadline-passed", frozen=True, kw_only=True):
    """The wait for `what` has lasted `seconds`; nothing is closed by that."""

    what: str
    seconds: float
    step: str | None = None


class DeadlineExtended(Event, tag="deadline-extended", frozen=True, kw_only=True):
    """The user keeps waiting; null seconds means without end."""

    what: str
    seconds: float | None
    step: str | None = None


# --- credentials and confirmations ------------------------------------------------------------


class SecretNeeded(Event, tag="secret-needed", frozen=True, kw_only=True):
    """A password or token is wanted for the log-in; `problem` is why none was found."""

    kind: Literal["password", "token"]
    host: str
    user: str
    problem: str = ""
    detail: str = ""


class SecretProvided(Event, tag="secret-provided", frozen=True, kw_only=True):
    """A secret is there; only where it came from is recorded."""

    kind: Literal["password", "token"]
    source: Literal["keyring", "user", "session"]


class LoginTried(Event, tag="login-tried", frozen=True, kw_only=True):
    """How a log-in ended. `attempts` counts secrets refused for this host and user so far."""

    mechanism: str
    user: str
    outcome: Literal["accepted", "refused", "broken-off"]
    attempts: int = 0


class ConfirmationNeeded(Event, tag="confirmation-needed", frozen=True, kw_only=True):
    """The user must say yes first: cleartext-credentials, unverified-tls, spent-secret,
    second-copy, leave-body."""

    kind: str
    params: dict[str, str] = {}


class ConfirmationGiven(Event, tag="confirmation-given", frozen=True, kw_only=True):
    """The user's answer."""

    kind: str
    accepted: bool


# --- message ----------------------------------------------------------------------------------


class MessagePrepared(Event, tag="message-prepared", frozen=True, kw_only=True):
    """What will be sent, without its content: sizes in bytes, `lines_changed` by the CRLF rule."""

    source: str
    size: int
    sha256: str
    lines_changed: int = 0
    as_is: bool = False
    needs_8bit: bool = False
    longest_line: int = 0
    message_id: str = ""


class BodyStarted(Event, tag="body-started", frozen=True, kw_only=True):
    """The body begins to flow."""

    size: int
    how: Literal["data", "bdat"]


class BodyProgress(Event, tag="body-progress", frozen=True, kw_only=True):
    """Bytes of the body handed to the network so far, at most four times a second."""

    sent: int
    size: int


class BodySent(Event, tag="body-sent", frozen=True, kw_only=True):
    """The body and its end are out; `sent` counts bytes on the wire, stuffing and dot included."""

    sent: int
    ms: float


# --- the machine it ran on and the file itself ------------------------------------------------


class EnvironmentNoted(Event, tag="environment-noted", frozen=True, kw_only=True):
    """Facts about this machine that a reader of the report needs."""

    facts: dict[str, str]


class RecordTrouble(Event, tag="record-trouble", frozen=True, kw_only=True):
    """The session file could not be written; the session goes on in memory."""

    path: str
    detail: str


class TornLine(Event, tag="torn-line", frozen=True, kw_only=True):
    """The file's last line was cut off and has been dropped on loading."""

    size: int


class UnknownEvent(Event, tag="unknown", frozen=True, kw_only=True):
    """An event of a newer version, kept word for word so that saving does not lose it."""

    raw: str


KNOWN = (
    PlanChanged
    | ControlAccepted
    | ControlRefused
    | StepStarted
    | StepFinished
    | Paused
    | Resumed
    | AttemptStarted
    | SessionFinished
    | EhloNameChosen
    | LookupStarted
    | NamesFound
    | LookupFailed
    | NamesDiffer
    | ConnectStarted
    | Connected
    | ConnectFailed
    | ConnectionClosed
    | TlsStarted
    | TlsEstablished
    | TlsFailed
    | LineSent
    | ReplyReceived
    | CapabilitiesSeen
    | Surprise
    | DeadlinePassed
    | DeadlineExtended
    | SecretNeeded
    | SecretProvided
    | LoginTried
    | ConfirmationNeeded
    | ConfirmationGiven
    | MessagePrepared
    | BodyStarted
    | BodyProgress
    | BodySent
    | EnvironmentNoted
    | RecordTrouble
    | TornLine
    | UnknownEvent
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log: `seq` counts from 0, `at` is seconds since the session began."""

    seq: int
    at: float
    attempt: int
    event: KNOWN


class Header(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="session"
):
    """The first line of a session file; `started` is RFC 3339 with the local offset.

    `settings` are the profile's facts without secrets; `parent` and `change` tell what a fork
    changed against which session.
    """

    schema: int
    session: str
    started: str
    app: str
    title: str = ""
    settings: dict[str, str] = {}
    parent: str | None = None
    change: dict[str, str] | None = None
