"""Events of the conversation: lines, replies, log-ins, the message."""

from __future__ import annotations

from typing import Literal

import msgspec

from mailoscope_core.record.event import Event


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
    params: dict[str, str] = msgspec.field(default_factory=dict)


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
    """The user must say yes first: cleartext-credentials, unverified-credentials,
    unverified-tls, spent-secret, second-copy."""

    kind: str
    params: dict[str, str] = msgspec.field(default_factory=dict)


class ConfirmationGiven(Event, tag="confirmation-given", frozen=True, kw_only=True):
    """The user's answer."""

    kind: str
    accepted: bool


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
