"""One JSON object a line: the session's events as they come, then the findings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.console import Console
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.knowledge.text import words
from mailoscope_core.record.events import Entry, ReplyReceived


def event_object(entry: Entry) -> dict[str, Any]:
    """Return an entry as one flat object: type, seq, at, attempt, then the event's fields."""
    fields: dict[str, Any] = msgspec.to_builtins(entry.event)
    kind = fields.pop("type")
    if isinstance(entry.event, ReplyReceived):  # these are there even when they are empty
        fields = {"code": None, "lines": [], "step": None, **fields}
    return {
        "type": kind,
        "seq": entry.seq,
        "at": entry.at,
        "attempt": entry.attempt,
        **fields,
    }


def finding_object(finding: Finding, texts: Texts) -> dict[str, Any]:
    """Return a finding with its words in the user's language."""
    fields: dict[str, Any] = msgspec.to_builtins(finding)
    return {
        "type": "finding",
        "class": fields.pop("classification"),
        **fields,
        "words": msgspec.to_builtins(words(finding, texts)),
    }


def json_line(value: object) -> str:
    """Return a value as one line of JSON; text of a server cannot break the line."""
    line = json.dumps(value, ensure_ascii=False)
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def print_entry(console: Console, entry: Entry) -> None:
    """Print one event."""
    console.say(json_line(event_object(entry)))


def print_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print the findings, the most important first."""
    for finding in findings:
        console.say(json_line(finding_object(finding, console.texts)))
