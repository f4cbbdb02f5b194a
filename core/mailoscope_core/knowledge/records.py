"""Types of the catalogue: what is known about a reply code, a code's class, a pair, a term."""

from __future__ import annotations

from typing import Literal

import msgspec

from mailoscope_core.knowledge.finding import Owner

Scope = Literal["code", "enhanced", "subject", "class", "digit", "vendor"]


class _Record(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The base of all records: a stable id, which is also the context of its translations."""

    id: str


class CodeRecord(_Record, frozen=True, kw_only=True):
    """What is known about one code, or about all codes of a class, subject or second digit.

    `code` is as people write it: `354`, `5xx`, `x5x`, `X.7.1`, `X.7`. `steps` are those at which it
    may come (empty: any). `permanent` is null where that does not apply or depends on the class.
    `who` acts, the likeliest first; `rfc` are documents with section; `related` codes as written
    here. `vendor` and `source`, `seen` (ISO date) belong to a vendor's own meaning.
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
    notes: tuple[str, ...] = ()
    standard: bool = True
    vendor: str = ""
    source: str = ""
    seen: str = ""

    @property
    def scope(self) -> Scope:
        """Whether this is about one code or about a group of them; it is the id's first part."""
        head = self.id.partition(".")[0]
        scopes: tuple[Scope, ...] = ("code", "enhanced", "subject", "class", "digit", "vendor")
        return next(scope for scope in scopes if scope == head)


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
