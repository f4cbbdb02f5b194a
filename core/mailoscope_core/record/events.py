"""What can happen in a session: frozen, tagged structs; the log is a list of them.

Raw bytes are strings with one character a byte (latin-1), so that a search finds them in the file.
Times are in `Entry`, not in the events. Everything here has already been redacted. Words for
people are made elsewhere, from the ids and parameters of these events.
"""

from __future__ import annotations

import msgspec

from mailoscope_core.record.control_events import (
    AttemptStarted,
    ControlAccepted,
    ControlRefused,
    Paused,
    PlanChanged,
    Resumed,
    SessionFinished,
    StepFinished,
    StepRecord,
    StepStarted,
)
from mailoscope_core.record.event import Event
from mailoscope_core.record.network_events import (
    CertificateFacts,
    Connected,
    ConnectFailed,
    ConnectionClosed,
    ConnectStarted,
    EhloNameChosen,
    LookupFailed,
    LookupStarted,
    NamesDiffer,
    NamesFound,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
)
from mailoscope_core.record.protocol_events import (
    BodyProgress,
    BodySent,
    BodyStarted,
    CapabilitiesSeen,
    ConfirmationGiven,
    ConfirmationNeeded,
    DeadlineExtended,
    DeadlinePassed,
    LineSent,
    LoginTried,
    MessagePrepared,
    ReplyReceived,
    SecretNeeded,
    SecretProvided,
    Surprise,
)

SCHEMA_VERSION = 1


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


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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


__all__ = [
    "KNOWN",
    "SCHEMA_VERSION",
    "AttemptStarted",
    "BodyProgress",
    "BodySent",
    "BodyStarted",
    "CapabilitiesSeen",
    "CertificateFacts",
    "ConfirmationGiven",
    "ConfirmationNeeded",
    "ConnectFailed",
    "ConnectStarted",
    "Connected",
    "ConnectionClosed",
    "ControlAccepted",
    "ControlRefused",
    "DeadlineExtended",
    "DeadlinePassed",
    "EhloNameChosen",
    "Entry",
    "EnvironmentNoted",
    "Event",
    "Header",
    "LineSent",
    "LoginTried",
    "LookupFailed",
    "LookupStarted",
    "MessagePrepared",
    "NamesDiffer",
    "NamesFound",
    "Paused",
    "PlanChanged",
    "RecordTrouble",
    "ReplyReceived",
    "Resumed",
    "SecretNeeded",
    "SecretProvided",
    "SessionFinished",
    "StepFinished",
    "StepRecord",
    "StepStarted",
    "Surprise",
    "TlsEstablished",
    "TlsFailed",
    "TlsStarted",
    "TornLine",
    "UnknownEvent",
]
