"""Gives numbers of operating systems' errors their names: many programs print only the number.

The number alone is ambiguous between systems only where nothing is lost by it: 61 is "refused" on
macOS and "no data" on Linux, where no mail program reports it. Words of the system that stand
beside a number say the same, so a name is added, never put in place of anything.
"""

from __future__ import annotations

import re

# Linux (and Rust's "os error"), macOS and BSD, libuv on Windows, getaddrinfo as libuv numbers it.
_NAMES = {
    32: "EPIPE",
    99: "EADDRNOTAVAIL",
    101: "ENETUNREACH",
    104: "ECONNRESET",
    110: "ETIMEDOUT",
    111: "ECONNREFUSED",
    113: "EHOSTUNREACH",
    49: "EADDRNOTAVAIL",
    51: "ENETUNREACH",
    54: "ECONNRESET",
    60: "ETIMEDOUT",
    61: "ECONNREFUSED",
    65: "EHOSTUNREACH",
    4090: "EADDRNOTAVAIL",
    4092: "EACCES",
    4079: "ECONNABORTED",
    4078: "ECONNREFUSED",
    4077: "ECONNRESET",
    4073: "EHOSTUNREACH",
    4062: "ENETUNREACH",
    4047: "EPIPE",
    4039: "ETIMEDOUT",
    3001: "EAI_AGAIN",
    3007: "ENOTFOUND",
    3008: "ENOTFOUND",
}
_NUMBER = re.compile(
    r"(?:\berrno\\?[\"']?\W{1,4}|\bos error |(?<=\w )\((?=1\d\d\)))(?P<number>\d{2,4})\b",
    re.IGNORECASE,
)


def named(text: str) -> str:
    """Return a text with the names of the errors whose numbers it holds, at its end."""
    names = dict.fromkeys(
        _NAMES[int(match["number"])]
        for match in _NUMBER.finditer(text)
        if int(match["number"]) in _NAMES
    )
    missing = [name for name in names if name not in text]
    return f"{text} ({', '.join(missing)})" if missing else text
