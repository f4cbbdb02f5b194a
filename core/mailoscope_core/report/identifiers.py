"""Finds what names people and machines in text: addresses, hosts, IP addresses, home folders."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote

# Left of "=" in front of an address: a parameter's name (ORCPT=, smtp.mailfrom=), not a local part.
PARAMETER = re.compile(
    r"(?:[A-Z]{2,}|(?:smtp\.|header\.)?(?:mail|rcpt)?(?:from|to|auth)|user|login|sender|recipient"
    r"|envelope-from|rfc822|[a-z]{1,2})=",
)

_FILE_SUFFIXES = frozenset(
    {"cer", "cf", "conf", "crt", "dll", "eml", "exe", "htm", "html", "json", "jsonl", "key"}
    | {"log", "md", "p12", "pem", "py", "pyc", "so", "toml", "txt"}
)
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org", "or", "ne", "go"})

# Signs of vowels and the like, which `\w` leaves out: combining marks, Indic and Thai scripts.
_MARKS = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u200c\u200d"
_LETTER = rf"\w{_MARKS}"
_ADDRESS = (
    r"""(?P<address>(?:"[^"\r\n]{1,64}"|[^\s<>@"'(),:;\[\]\\%/?&|]{1,128})"""
    rf"(?P<at>@|%40)(?P<domain>\[[0-9A-Za-z:.]+\]|[{_LETTER}-]+(?:\.[{_LETTER}-]+){{0,40}}))"
)
_IP6 = (
    r"(?P<ip6>(?:(?<=IPv6:)|(?<![\w:.]))(?:[0-9a-f]{0,4}:){2,7}"
    r"(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?:%\w+)?(?!\w))"
)
# At most so many labels as an address spelt backwards has: more would only cost time.
_HOST = (
    rf"(?P<host>(?<!\w)(?:\w(?:[{_LETTER}-]{{0,61}}[{_LETTER}])?\.){{1,40}}"
    rf"(?:xn--[\w-]+|(?:[^\W\d_]|[{_MARKS}]){{2,63}})(?![{_LETTER}-]))"
)
_IP4 = r"(?P<ip4>(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d))"
_HOME = r"(?P<home>(?<=/home/)[^/\s:\"']+|(?<=/Users/)[^/\s:\"']+|(?<=\\Users\\)[^\\\s:\"']+)"


def pattern_for(literals: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern for all kinds; each match sets exactly one of its outer groups.

    `literals` are found as whole words wherever they stand, the longest first.
    """
    longest_first = sorted(set(literals), key=len, reverse=True)
    words = "|".join(re.escape(literal) for literal in longest_first)
    literal = rf"(?P<literal>(?<!\w)(?:{words})(?!\w))" if words else r"(?P<literal>(?!))"
    kinds = (_ADDRESS, literal, _IP6, _HOST, _IP4, _HOME)
    return re.compile("|".join(kinds), re.IGNORECASE)


def is_host(text: str) -> bool:
    """Tell a host name from a sentence that lacks a space and from the name of a file."""
    last = text.rpartition(".")[2]
    return (last.islower() or last.isupper() or not last.isascii()) and (
        last.lower() not in _FILE_SUFFIXES
    )


def registered_domain(host: str) -> str:
    """Return the part of a host name that somebody registered, by rule of thumb."""
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if short else labels[-2:])


def ip_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a text is, null if it is none; zones are left away."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def spellings(name: str) -> set[str]:
    """Return the forms in which a name may stand elsewhere: quoted for a link, with "=", IDNA."""
    forms = {name, quote(name, safe=""), quote(name)}
    if "@" in name:
        local, _, domain = name.rpartition("@")
        forms |= {f"{local}={domain}"} | {f"{local}@{form}" for form in _domain_forms(domain)}
    else:
        forms |= _domain_forms(name)
    return {form for form in forms if form}


def _domain_forms(domain: str) -> set[str]:
    import idna

    forms = {domain, domain.rstrip(".")}
    for convert in (idna.encode, idna.decode):
        try:
            made = convert(domain)
        except (idna.IDNAError, UnicodeError):
            continue
        forms.add(made.decode("ascii") if isinstance(made, bytes) else made)
    return forms
