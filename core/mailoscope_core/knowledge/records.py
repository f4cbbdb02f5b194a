"""Types of the catalogue: what is known about a reply code, a code's class, a pair, a term."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from mailoscope_core.knowledge.finding import Owner

Scope = Literal[
    "code", "enhanced", "subject", "class", "digit", "vendor", "extension", "mechanism", "verb"
]

SCOPES: tuple[Scope, ...] = get_args(Scope)
"""All scopes, reply codes first."""


class _Record(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The base of all records: a stable id, which is also the context of its translations."""

    id: str


class CodeRecord(_Record, frozen=True, kw_only=True):
    """What is known about one code, a group of codes, an extension, a mechanism or a verb.

    `code` is as people write it: `354`, `5xx`, `x5x`, `X.7.1`, `X.7`, `STARTTLS`, `SCRAM-SHA-256`;
    a vendor's may be a span (`5.7.606-649`) or stand for two codes together (`432 4.3.2`). `steps`
    are those at which it may come (empty: any). `permanent` is null where that does not apply or
    depends on the class. `who` acts, the likeliest first (empty: nobody has to); `rfc` are
    documents with section; `related` names other records as written there. `parameters` are what
    an extension adds to commands (`SIZE=n`). `vendor` and `source`, `seen` (ISO date) belong to a
    vendor's own meaning; `source` also to what no RFC describes.
    """

    code: str
    name: str
    description: str
    steps: tuple[str, ...] = ()
    permanent: bool | None = None
    when_seen: tuple[str, ...] = ()
    how_to_fix: tuple[str, ...] = ()
    who: tuple[Owner, ...] = ()
    rfc: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    standard: bool = True
    vendor: str = ""
    source: str = ""
    seen: str = ""

    @property
    def scope(self) -> Scope:
        """What this is about: one code, a group of them, a keyword; it is the id's first part."""
        head = self.id.partition(".")[0]
        return next(scope for scope in SCOPES if scope == head)


class PairRecord(_Record, frozen=True, kw_only=True):
    """Two codes that people confuse, and when to use which."""

    codes: tuple[str, str]
    description: str
    key_differences: tuple[str, ...]
    when_to_use: tuple[str, ...]
    rfc: tuple[str, ...] = ()


class TermRecord(_Record, frozen=True, kw_only=True):
    """A name that the knowledge uses in sentences: an owner, a step, a stand-in for a value."""

    name: str


class VendorSign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A turn of phrase: a literal and, where that could stand elsewhere, a regex around it."""

    literal: str
    regex: str = ""


class VendorRecord(_Record, frozen=True, kw_only=True):
    """How a mail service or server program is recognised; all signs are in small letters.

    `hosts` are endings of host names (dialled, MX, greeting, certificate) where `*` stands for one
    label; `banner`, `ehlo` and `certificate` (subject or issuer) are substrings.
    """

    name: str
    kind: Literal["service", "software"] = "service"
    hosts: tuple[str, ...] = ()
    banner: tuple[str, ...] = ()
    ehlo: tuple[str, ...] = ()
    certificate: tuple[str, ...] = ()
    reply: tuple[str | VendorSign, ...] = ()


class RecordFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of code records."""

    record: tuple[CodeRecord, ...]


class PairFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of pairs."""

    pair: tuple[PairRecord, ...]


class TermFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of terms."""

    term: tuple[TermRecord, ...]


class VendorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of vendors."""

    vendor: tuple[VendorRecord, ...]
