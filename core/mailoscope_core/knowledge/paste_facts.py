"""What a pasted text tells of the server that was asked: host, port, TLS, user name; no secret."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailoscope_core.storage.profile import TlsMode

_HOST = (
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,62}"
    r"|\d{1,3}(?:\.\d{1,3}){3}|localhost)"
)
_ADDRESS = r"(?:\[[\d.:a-f]{2,45}\])?"
_PORT = r"(?P<port>\d{2,5})(?!\d|\.\d)"
_SETTING = r"[\"'\]]{0,3}\s{0,4}(?:=>|:=|[:=])\s{0,4}[\"']?"
# From the plainest statement to the weakest; the first that fits counts.
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"\b(?:smtps?|submissions?|tls|ssl|tcp)(?:\+\w{2,8})?://(?:[^\s@/\"']{1,120}@)?"
            rf"{_HOST}(?::{_PORT})?"
        ),
        rf"\bhost,? ?port:? {{0,3}}\"?{_HOST}\"?,? {{0,2}}{_PORT}",
        (
            rf"\b(?:smtp |mail |remote |outgoing )?(?:host|server)(?: \(smtp\))?{_SETTING}{_HOST}"
            rf"[\"']?(?:[,;\s(]{{1,4}}port[:= ]{{1,3}}{_PORT})?"
        ),
        (
            r"\b(?:dial|connect(?:ed|ing)?|trying|connection|lookup|resolve|host)"
            rf"(?: \w{{2,12}}){{0,3}} [\"'\[]?{_HOST}{_ADDRESS}\W{{0,3}}?"
            rf"(?:(?::|:? port |, port: )\W{{0,2}}{_PORT})?"
        ),
        rf"\b(?:enotfound|eai_again|econnrefused|etimedout|econnreset) {_HOST}(?::{_PORT})?",
        rf"\b\w{{0,12}}(?:host|server|address|hostname){_SETTING}{_HOST}",
        rf"\bresponse from {_HOST}",
        rf"{_HOST}(?:\[[\d.:a-f]{{2,45}}\])?:{_PORT}",
    )
)
_PORT_ALONE = re.compile(
    rf"(?<![a-z])port[\"'\]]{{0,3}}\s{{0,3}}(?:=>|[:=]|\s)\s{{0,3}}[\"']?{_PORT}", re.IGNORECASE
)
_USER = re.compile(
    r"\b(?:user(?:name)?|user_name|login|account|mail_username|smtp_user(?:name)?)[\"'\]]{0,3}\s{0,4}"
    r"(?:=>|[:=(])\s{0,4}[\"']?(?P<user>[\w.+-]{1,64}@[\w.-]{1,190}[A-Za-z])",
    re.IGNORECASE,
)
_IMPLICIT = re.compile(
    r"smtps://|\bssl://|secure[\"']?\s?[:=]\s?[\"']?true|smtp_ssl|encryption\W{1,6}ssl|implicit",
    re.IGNORECASE,
)
_NO_HOSTS = (
    "github.com",
    "support.google.com",
    "aka.ms",
    "go.microsoft.com",
    "learn.microsoft.com",
)
_FILES = (
    ".py",
    ".js",
    ".php",
    ".java",
    ".rb",
    ".go",
    ".cs",
    ".rs",
    ".ts",
    ".toml",
    ".log",
    ".html",
)
_IMPLICIT_PORT, _SUBMISSION, _RELAY = 465, 587, 25


@dataclass(frozen=True, slots=True)
class PasteFacts:
    """Facts for a profile; empty or null where the text tells nothing."""

    host: str = ""
    port: int | None = None
    tls: TlsMode | None = None
    user: str = ""


def facts_of(plain: str) -> PasteFacts:
    """Return the facts of a cleaned text whose secrets are masked."""
    host, port = "", None
    for pattern in _PLACES:
        for match in pattern.finditer(plain):
            name = match["host"].lower()
            if name.endswith(_FILES) or any(name.endswith(other) for other in _NO_HOSTS):
                continue
            host = name
            found = match.groupdict().get("port")
            port = _valid(found)
            break
        if host:
            break
    if port is None:
        alone = _PORT_ALONE.search(plain)
        port = _valid(alone["port"]) if alone else None
    user = _USER.search(plain)
    return PasteFacts(host, port, _tls(plain, port), user["user"] if user else "")


def _valid(port: str | None) -> int | None:
    return int(port) if port and 1 <= int(port) <= 65535 else None


def _tls(plain: str, port: int | None) -> TlsMode | None:
    if port == _IMPLICIT_PORT or (port is None and _IMPLICIT.search(plain)):
        return TlsMode.IMPLICIT
    if port == _SUBMISSION or "starttls" in plain.lower():
        return TlsMode.STARTTLS
    return None
