"""Reads the fields of a delivery report (RFC 3464, RFC 6533), whole or pasted in part.

The fields win over the prose around them: they are meant for machines and name each recipient.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_RECIPIENTS = 12
MAX_VALUE = 2_000

_FIELD = re.compile(
    r"(?<![\w-])(?P<name>Final-Recipient|Original-Recipient|Action|Status|Remote-MTA"
    r"|Diagnostic-Code|Reporting-MTA|Last-Attempt-Date|Will-Retry-Until|Arrival-Date"
    r"|Received-From-MTA|Original-Envelope-Id|X-Postfix-[\w-]{1,30}|X-Display-Name"
    r"|X-Supplementary-Info|Final-Log-ID|Localized-Error|Subject|From|To|Date|Message-ID"
    r"|Content-[\w-]{1,30})[ \t]{0,8}:",
    re.IGNORECASE,
)
_TYPE = re.compile(r"^\s*[\w.-]{1,30}\s*;\s*")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_ADDRESS = re.compile(r"[^\s<>;,\"]{1,254}@[^\s<>;,\"]{1,253}")
_REPORT_FIELDS = ("final-recipient", "original-recipient", "diagnostic-code")
_MAIL_FIELDS = frozenset({"subject", "from", "to", "date", "message-id"})
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a report says of one recipient; empty where it says nothing."""

    address: str = ""
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    remote: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The fields of a report; `start` and `end` are where they stand in the text."""

    reporting: str
    recipients: tuple[Recipient, ...]
    start: int
    end: int


def find_report(text: str) -> DeliveryReport | None:
    """Return the report whose fields stand in a text, or null."""
    folded = text.lower()
    if not any(f"{name}:" in folded for name in _REPORT_FIELDS):
        return None
    reporting = ""
    places: list[int] = []
    groups: list[dict[str, str]] = [{}]
    for name, value, start, end in _fields(text):
        if name == "reporting-mta":
            reporting = reporting or _host(value)
        elif name in _MAIL_FIELDS:
            if len(groups[-1]) > 0 and places:
                groups.append({})
        elif name in ("final-recipient", "original-recipient", "action", "status") or (
            name in ("remote-mta", "diagnostic-code")
        ):
            if name in groups[-1]:
                groups.append({})
            groups[-1][name] = value
            places += [start, end]
    recipients = tuple(_recipient(group) for group in groups if _tells(group))
    if not recipients:
        return None
    return DeliveryReport(reporting, recipients[:MAX_RECIPIENTS], min(places), max(places))


def _fields(text: str) -> list[tuple[str, str, int, int]]:
    """Return name, value and place of each field; folded lines are joined."""
    matches = list(_FIELD.finditer(text))[:200]
    found = []
    for place, match in enumerate(matches):
        limit = matches[place + 1].start() if place + 1 < len(matches) else len(text)
        raw = text[match.end() : min(limit, match.end() + MAX_VALUE)]
        value = _until_end(raw)
        found.append((match["name"].lower(), value, match.start(), match.end() + len(raw.rstrip())))
    return found


def _until_end(raw: str) -> str:
    """Return a field's value: its line, and the lines that continue it."""
    lines = raw.split("\n")
    kept = [lines[0]]
    for line in lines[1:]:
        if not line.strip() or (line[:1] not in " \t" and not _continues(kept[-1])):
            break
        kept.append(line)
    return " ".join(part.strip() for part in kept).strip()


def _continues(line: str) -> bool:
    """Whether a line was cut by force, its indentation lost."""
    return len(line) >= 60 or line.rstrip().endswith((";", "-", ","))


def _tells(group: dict[str, str]) -> bool:
    action = group.get("action", "").split(" ")[0].lower()
    named = any(name in group for name in _REPORT_FIELDS)
    return named and (
        action in ACTIONS or bool(group.get("diagnostic-code")) or bool(_status(group))
    )


def _recipient(group: dict[str, str]) -> Recipient:
    final = group.get("final-recipient") or group.get("original-recipient") or ""
    address = _ADDRESS.search(_TYPE.sub("", final))
    return Recipient(
        address=address[0] if address else "",
        action=group.get("action", "").split(" ")[0].strip().lower(),
        status=_status(group),
        diagnostic=_TYPE.sub("", group.get("diagnostic-code", "")),
        remote=_host(group.get("remote-mta", "")),
    )


def _status(group: dict[str, str]) -> str:
    found = _STATUS.search(group.get("status", ""))
    return found[0] if found else ""


def _host(value: str) -> str:
    return _TYPE.sub("", value).split("(")[0].strip()[:253]
