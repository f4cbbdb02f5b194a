"""Names by which a server's log finds this session: queue ids, trace tokens, and our address.

The forms are data: each with the software or provider that writes it. They were seen in replies of
servers and in the sources of the free ones; a reply that fits none has no token.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenForm:
    """How one kind of server writes a token; the pattern's group `id` is the token."""

    writer: str
    pattern: re.Pattern[str]


def _form(writer: str, pattern: str) -> TokenForm:
    return TokenForm(writer, re.compile(pattern))


QUEUE_FORMS = (
    # Postfix, smtpd.c: "250 2.0.0 Ok: queued as 4XyzAb1CdEz" (short hex or long base-52 ids).
    _form("Postfix", r"queued as (?P<id>[0-9A-Za-z]{6,20})\b"),
    # Exim, receive.c: "250 OK id=1sABCD-000001-2X", since 4.97 1sABCD-00000000001-2XyZ.
    _form("Exim", r"\bid=(?P<id>[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})\b"),
    # Exchange: "250 2.6.0 <id@host> [InternalId=123, Hostname=host] Queued mail for delivery".
    _form("Exchange", r"\[InternalId=(?P<id>\d+)"),
    # Sendmail, srvrsmtp.c: "250 2.0.0 48A1b2C3012345 Message accepted for delivery".
    _form("Sendmail", r"\b(?P<id>[0-9A-Za-z]{14,18}) Message accepted for delivery"),
    # Gmail: "250 2.0.0 OK  1700000000 d9443c01a7336-1c5sm123plb.456 - gsmtp".
    _form("Gmail", r"\b(?P<id>[0-9a-z]+(?:-[0-9a-z]+)+\.\d+) - gsmtp\b"),
    # Amazon SES: "250 Ok 0102018c0a1b2c3d-01234567-89ab-cdef-0123-456789abcdef-000000".
    _form(
        "Amazon SES",
        r"\b(?P<id>[0-9a-f]{16}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-[0-9a-f]{6})\b",
    ),
    # OpenSMTPD: "250 2.0.0 1a2b3c4d Message accepted for delivery".
    _form("OpenSMTPD", r"\b(?P<id>[0-9a-f]{8}) Message accepted for delivery"),
    # qmail: "250 ok 1700000000 qp 12345".
    _form("qmail", r"\b(?P<id>\d{9,11} qp \d+)\b"),
    # Halon, PowerMTA, Haraka and others: "queued (UUID)", "Message Queued (UUID)".
    _form("", r"(?i)\bqueued \((?P<id>[0-9A-Za-z][0-9A-Za-z.-]{7,63})\)"),
)

TRACE_FORMS = (
    # Gmail ends its replies with a session token: "... d9443c01a7336-1c5sm123plb.456 - gsmtp".
    _form("Gmail", r"\b(?P<id>[0-9a-z]+(?:-[0-9a-z]+)+\.\d+) - gsmtp\b"),
    # Microsoft 365 names machine, time and number: "[AM6P190CA0001.EURP190.PROD.OUTLOOK.COM ...]".
    _form("Microsoft 365", r"\[(?P<id>[A-Z0-9]+\.[A-Z0-9]+\.PROD\.OUTLOOK\.COM[^\]]*)\]"),
    # and the service fabric's token of a refusal: "[...] (S3150) [...]" or "AS(9871)".
    _form("Microsoft 365", r"\b(?P<id>AS\(\d+\)|S\d{3,5}(?=\)|$))"),
    _form("Yahoo", r"\[(?P<id>(?:TSS|TS|PH)\d{2}|IPTS\d{2})\]"),
    _form("Apple iCloud", r"\[(?P<id>(?:HM|CS|HME)\d{2,4})\]"),
)

_BRACKETED = re.compile(
    r"[\[(](?:IPv6:)?(?P<bracketed>[0-9A-Fa-f:.]{3,45})[\])]"
    r"|\b(?:IP|client|address)[ =:]+(?P<named>[0-9A-Fa-f:.]{7,45})",
    re.IGNORECASE,
)


def queue_id(text: str) -> str:
    """Return the name that the server gave the message, from the reply to the final dot."""
    return _first(QUEUE_FORMS, text)


def trace_token(text: str) -> str:
    """Return the token by which the provider finds this session, from any reply."""
    return _first(TRACE_FORMS, text) or _first(QUEUE_FORMS, text)


def address_named_in(text: str, *, not_these: Iterable[str] = ()) -> str:
    """Return the last IP address that the text names in brackets or as a client's, else empty.

    `not_these` are addresses that mean somebody else: the server itself, or our own word.
    """
    others = {_plain(address) for address in not_these}
    named = ""
    for found in _BRACKETED.finditer(text):
        address = _plain((found["bracketed"] or found["named"]).rstrip(".:"))
        if address and address not in others:
            named = address
    return named


def _first(forms: Iterable[TokenForm], text: str) -> str:
    for form in forms:
        found = form.pattern.search(text)
        if found:
            return found["id"]
    return ""


def _plain(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return ""
