"""A finding: which rule fired, on which evidence, and what follows; the words come from data."""

from __future__ import annotations

import enum

import msgspec


class Owner(enum.Enum):
    """Who has to act; it decides who gets the ticket."""

    USER = "user"
    APP_MAINTAINER = "app-maintainer"
    LOCAL_NETWORK = "local-network"
    MAIL_ADMIN = "mail-admin"
    MAIL_PROVIDER = "mail-provider"
    SENDER_DNS = "sender-dns"
    RECEIVER = "receiver"
    WAIT = "wait"


class Severity(enum.Enum):
    """How bad it is for the mail: information, works but should be mended, does not work."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Experiment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One variable to change: a `Profile` field, its new value and the rule's text id."""

    id: str
    field: str
    value: str


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was concluded. `evidence` are `Entry.seq` numbers (empty for pasted text).

    `classification` is one of the classes of the catalogue (auth-failed, relay-denied, ...).
    `fix_tags` warn machines which advice is in the fixes; `confidence` is 0 to 1.
    `vendor` is who was speaking, as far as it is known: some mean codes of their own.
    `params` fill the placeholders of the rule's words; they may hold server text and are plain.
    """

    rule: str
    classification: str
    severity: Severity
    owner: Owner
    reported_at: str | None
    caused_at: str | None
    confidence: float
    code: int | None = None
    enhanced: str | None = None
    vendor: str | None = None
    params: dict[str, str] = {}
    evidence: tuple[int, ...] = ()
    fix_tags: tuple[str, ...] = ()
    experiments: tuple[Experiment, ...] = ()


class FindingWords(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in the user's language; `fallback` names fields that are still English."""

    title: str
    cause: str
    fixes: tuple[str, ...]
    dead_ends: tuple[str, ...]
    owner: str
    reported_at: str
    caused_at: str
    source: str = ""
    fallback: tuple[str, ...] = ()
