"""Recognises whose server is speaking: by host names, greeting, EHLO, certificate and replies."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import islice

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.records import VendorFile, VendorRecord, VendorSign

_AROUND = 300
_MOST_PLACES = 20
_HOST = r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){1,9}"
# How logs and bounces write down whose words follow: `host mx.example.org[192.0.2.1] said`.
_QUOTED_HOSTS = (
    ("host ", re.compile(rf"(?<!client )\bhost ({_HOST}) ?\[")),
    ("relay=", re.compile(rf"\brelay=({_HOST})\[")),
    ("remote-mta", re.compile(rf"remote-mta: ?dns; ?({_HOST})")),
    ("h=", re.compile(rf"(?<![a-z0-9])h=({_HOST}) \[")),
)
# Settings that a program repeats: `smtp.example.org`, `mail.example.org:587`.
_SMTP_HOST = re.compile(rf"(?<![@\w.-])(?<!by )(?<!from )smtp(?:-[a-z0-9]{{1,20}})?s?\.{_HOST}")
_PORT = re.compile(r":(?:25|465|587|2525)(?!\d)")
_HOST_AT_END = re.compile(rf"(?<![@\w.-])({_HOST})$")
_CODE = re.compile(r"^\d{3}(?:[ -]|$)")
_FIRST_HOST = re.compile(rf"^(?:\d\.\d\.\d )?\[?({_HOST})\b")
_COMMON_NAME = re.compile(r"(?:^|,)cn=([^,]{1,253})")
_GREETING = re.compile(r"(?:^|[\s:>'\"])220[ -]([^\n]{4,300})")


class Evidence(enum.IntEnum):
    """By what a vendor was recognised, the most trustworthy first.

    Whose server it is counts more than what runs on it, and a name more than words.
    """

    HOST = 0
    CERTIFICATE = 1
    MX = 2
    GREETING = 3
    REPLY = 4
    SOFTWARE_GREETING = 5
    SOFTWARE_REPLY = 6


@dataclass(frozen=True, slots=True)
class _Sign:
    """One turn of phrase of one vendor, ready to be looked for."""

    vendor: str
    literal: str
    regex: re.Pattern[str] | None

    def in_text(self, folded: str) -> bool:
        """Tell whether a text in small letters bears it."""
        at = folded.find(self.literal)
        if at < 0 or self.regex is None:
            return at >= 0
        for _ in range(_MOST_PLACES):
            start = max(0, at - _AROUND)
            if self.regex.search(folded, start, at + len(self.literal) + _AROUND):
                return True
            at = folded.find(self.literal, at + 1)
            if at < 0:
                break
        return False


class Vendors:
    """The vendors that the knowledge can tell apart; services come before software."""

    def __init__(self, records: tuple[VendorRecord, ...]) -> None:
        self.records = tuple(sorted(records, key=lambda record: record.kind != "service"))
        self._services = frozenset(
            _id(record) for record in self.records if record.kind == "service"
        )
        self._endings: dict[str, str] = {}
        self._globs: list[tuple[tuple[str, ...], str]] = []
        for record in self.records:
            for ending in record.hosts:
                if "*" in ending:
                    self._globs.append((tuple(ending.split(".")), _id(record)))
                else:
                    self._endings.setdefault(ending, _id(record))
        self._banner = _signs(self.records, lambda record: record.banner)
        self._ehlo = _signs(self.records, lambda record: record.ehlo)
        self._certificate = _signs(self.records, lambda record: record.certificate)
        replies = _signs(self.records, lambda record: record.reply)
        self._service_words = [sign for sign in replies if sign.vendor in self._services]
        self._software_words = [sign for sign in replies if sign.vendor not in self._services]

    def weight(self, vendor: str, found_in: Evidence) -> Evidence:
        """Return how much a find counts: software less than a service found in the same place."""
        if vendor in self._services:
            return found_in
        return Evidence.SOFTWARE_REPLY if found_in is Evidence.REPLY else Evidence.SOFTWARE_GREETING

    def of_host(self, host: str) -> str | None:
        """Return the vendor of a host name (dialled, MX, greeting, certificate), or null."""
        labels = host.strip().rstrip(".").lower().removeprefix("*.").split(".")
        for start in range(len(labels)):
            found = self._endings.get(".".join(labels[start:]))
            if found is not None:
                return found
        for glob, vendor in self._globs:
            if len(labels) >= len(glob) and all(
                wanted in ("*", label)
                for wanted, label in zip(glob, labels[-len(glob) :], strict=True)
            ):
                return vendor
        return None

    def of_hosts(self, hosts: Iterable[str]) -> str | None:
        """Return the vendor to whom all hosts belong that belong to any, or null."""
        found = {vendor for host in hosts if (vendor := self.of_host(host)) is not None}
        return found.pop() if len(found) == 1 else None

    def of_banner(self, banner: str) -> str | None:
        """Return the vendor whose name or marks a greeting or EHLO reply bears, or null.

        The host that the server calls itself counts; hosts further on may be the client's.
        """
        folded = banner.lower()
        first = _FIRST_HOST.match(_CODE.sub("", folded, count=1))
        named = self.of_host(first[1]) if first else None
        return named or _first(self._banner, folded) or _first(self._ehlo, folded)

    def of_certificate(
        self, subject: str, issuer: str = "", names: Iterable[str] = ()
    ) -> str | None:
        """Return the vendor for whom a certificate was made, or null.

        Names below two vendors tell nothing. The issuer only counts where a product makes its own
        certificates: public authorities serve everybody.
        """
        folded = subject.lower()
        own = [match[1] for match in _COMMON_NAME.finditer(folded)]
        made_for = self.of_hosts([*own, *names])
        return made_for or _first(self._certificate, f"{folded}\n{issuer.lower()}")

    def of_reply(self, text: str) -> str | None:
        """Return the vendor whose words these are, or null; never raises.

        `text` is a reply or whatever holds one, a log or a bounce. The host that it names as the
        speaker comes first, then a service's turns of phrase, then the settings that a program
        repeats, then a greeting, then the turns of phrase of software.
        """
        folded = text.lower()
        return (
            self.of_hosts(_quoted_hosts(folded))
            or _first(self._service_words, folded)
            or self.of_hosts(_configured_hosts(folded))
            or self._of_pasted_greeting(folded)
            or _first(self._software_words, folded)
        )

    def _of_pasted_greeting(self, folded: str) -> str | None:
        if "220" not in folded:
            return None
        greetings = islice(_GREETING.finditer(folded), _MOST_PLACES)
        return next((found for each in greetings if (found := self.of_banner(each[1]))), None)


def load_vendors(root: Traversable | None = None) -> Vendors:
    """Return the vendors of the data file; raises `UserError` knowledge-invalid."""
    base = root if root is not None else data_files.knowledge_root()
    return Vendors(data_files.read(base.joinpath("vendors.toml"), VendorFile).vendor)


def _id(record: VendorRecord) -> str:
    return record.id.removeprefix("vendor.")


def _signs(
    records: Iterable[VendorRecord],
    field: Callable[[VendorRecord], tuple[str | VendorSign, ...]],
) -> list[_Sign]:
    found = []
    for record in records:
        for sign in field(record):
            literal, regex = (sign, "") if isinstance(sign, str) else (sign.literal, sign.regex)
            found.append(_Sign(_id(record), literal, re.compile(regex) if regex else None))
    return found


def _first(signs: Iterable[_Sign], folded: str) -> str | None:
    return next((sign.vendor for sign in signs if sign.in_text(folded)), None)


def _quoted_hosts(folded: str) -> Iterator[str]:
    """Yield hosts that a log or bounce names as those who spoke."""
    for literal, pattern in _QUOTED_HOSTS:
        if literal in folded:
            yield from (match[1] for match in islice(pattern.finditer(folded), _MOST_PLACES))


def _configured_hosts(folded: str) -> Iterator[str]:
    """Yield hosts that a program was told to use."""
    if "smtp" in folded:
        yield from (match[0] for match in islice(_SMTP_HOST.finditer(folded), _MOST_PLACES))
    for port in islice(_PORT.finditer(folded), _MOST_PLACES):
        host = _HOST_AT_END.search(folded, max(0, port.start() - 100), port.start())
        if host:
            yield host[1]
