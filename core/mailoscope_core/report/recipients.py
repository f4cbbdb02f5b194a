"""What became of each recipient, as a fold of the log."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.record.events import AttemptStarted, Entry, LineSent, ReplyReceived
from mailoscope_core.report.plain import visible

RecipientOutcome = Literal["accepted", "deferred", "refused", "unanswered"]

_PATH = re.compile(
    r"^\s*(?:RCPT\s+TO|MAIL\s+FROM)\s*:\s*(?:<(?P<path>[^>]*)>?|(?P<bare>\S+))", re.I
)


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """One RCPT and its reply; `text` is the reply's whole text, `seq` its entry (or the line's)."""

    attempt: int
    address: str
    outcome: RecipientOutcome
    code: int | None
    enhanced: str | None
    text: str
    seq: int
    step: str | None


def recipients(entries: Iterable[Entry]) -> tuple[RecipientRow, ...]:
    """Return one row for each RCPT that was sent; replies answer them in their order (RFC 5321)."""
    rows: list[RecipientRow] = []
    unanswered: deque[int] = deque()
    for entry in entries:
        event = entry.event
        if isinstance(event, AttemptStarted):
            unanswered.clear()
        elif isinstance(event, LineSent) and event.verb == "rcpt":
            unanswered.append(len(rows))
            rows.append(_asked(entry, event))
        elif isinstance(event, ReplyReceived) and event.verb == "rcpt" and unanswered:
            place = unanswered.popleft()
            rows[place] = replace(
                rows[place],
                outcome=outcome_of(event.code),
                code=event.code,
                enhanced=event.enhanced,
                text=visible(" ".join(event.lines)),
                seq=entry.seq,
            )
    return tuple(rows)


def outcome_of(code: int | None) -> RecipientOutcome:
    """Return what a reply code means for a recipient (RFC 5321 section 4.2.1)."""
    if code is not None and 200 <= code < 300:
        return "accepted"
    if code is not None and 400 <= code < 500:
        return "deferred"
    return "refused"


def path_of(line: str) -> str:
    """Return the address of a MAIL or RCPT line, empty for the null sender or another line."""
    found = _PATH.match(line)
    return (found["path"] or found["bare"] or "") if found else ""


def _asked(entry: Entry, event: LineSent) -> RecipientRow:
    address = path_of(event.text) or event.text
    return RecipientRow(entry.attempt, address, "unanswered", None, None, "", entry.seq, event.step)
