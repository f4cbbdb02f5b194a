"""Notices: what a session shows without anything having failed (yet)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailoscope_core.knowledge.attempt import Attempt
from mailoscope_core.record.events import CapabilitiesSeen, LineSent, ReplyReceived

SLOW_GREETING_MS = 5_000.0

_ASTERISKS = re.compile(r"\*{6}")
_BLANKED = re.compile(r"^X{3,}[A-Z]?$")
# Gmail's trace token, Postfix, Exim, Exchange, then whatever follows an "Ok" and has a digit.
_QUEUE_IDS = (
    re.compile(r"\b([\w-]{4,80}\.[\w.-]{1,40})\s+-\s+gsmtp", re.IGNORECASE),
    re.compile(r"\bqueued(?: mail)? as\s+<?([\w.@+:=-]{4,80})", re.IGNORECASE),
    re.compile(r"\bInternalId=(\d+)"),
    re.compile(r"\bid=([\w.@+-]{4,80})", re.IGNORECASE),
    re.compile(r"\bOk:?\s+<?(?=[\w.@-]{0,79}\d)([\w.@-]{6,80})", re.IGNORECASE),
)
_LITERAL = re.compile(r"^\[.*\]$")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth an observation of its own."""

    kind: str
    step: str
    text: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


def of_line(event: LineSent, now: Attempt) -> Notice | None:
    """Return what a sent line gives away: an EHLO name that servers refuse, a size too big."""
    verb = event.verb.upper()
    if verb in ("EHLO", "HELO"):
        name = now.ehlo_name
        if name and "." not in name and not _LITERAL.match(name):
            return Notice("ehlo-name/unqualified", "ehlo")
    if verb == "MAIL" and now.size_limit and now.message_size > now.size_limit:
        return Notice("size/exceeds", "mail")
    return None


def of_reply(event: ReplyReceived, step: str | None, now: Attempt) -> Iterator[Notice]:
    """Yield what a reply shows beside its code: a rewriting firewall, a slow greeting, a queue
    id."""
    text = "\n".join(event.lines)
    if step == "greeting":
        if _ASTERISKS.search(text):
            yield Notice("middlebox/banner", "greeting", text)
        if event.ms >= SLOW_GREETING_MS and event.code is not None:
            seconds = f"{event.ms / 1000:.0f}"
            yield Notice("slow/greeting", "greeting", params={"seconds": seconds})
    if step == "body-end" and event.code is not None and 200 <= event.code < 300:
        yield Notice("accepted", "body-end", text, {"queue_id": queue_id(text), "text": text})


def of_capabilities(event: CapabilitiesSeen, now: Attempt) -> Iterator[Notice]:
    """Yield what the capabilities tell, after TLS compared with those before."""
    words = {word.upper(): given for word, given in event.keywords}
    now.size_limit = int(words["SIZE"]) if words.get("SIZE", "").isdecimal() else 0
    blanked = [word for word in words if _BLANKED.match(word)]
    if blanked:
        yield Notice("middlebox/capabilities", "ehlo", params={"names": ", ".join(blanked)})
    before = now.capabilities.get("clear")
    if event.phase != "tls" or before is None:
        return
    earlier = {word.upper(): given for word, given in before.keywords}
    if "AUTH" in words and "AUTH" not in earlier:
        yield Notice("capabilities/auth-after-tls", "ehlo", params={"offered": words["AUTH"]})
    if now.message_8bit and "8BITMIME" not in words:
        yield Notice("capabilities/no-8bitmime", "ehlo")


def queue_id(text: str) -> str:
    """Return the server's own name for an accepted message, or an empty string."""
    found = next((match for each in _QUEUE_IDS if (match := each.search(text))), None)
    return found[1] if found else ""
