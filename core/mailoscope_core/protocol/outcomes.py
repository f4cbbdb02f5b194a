"""What the machine says: verdicts on lines, lines to write, replies and what was odd about them."""

from __future__ import annotations

from dataclasses import dataclass

from mailoscope_core.protocol.commands import Verb
from mailoscope_core.protocol.reply import Reply
from mailoscope_core.protocol.states import (
    CHALLENGE,
    START_MAIL_INPUT,
    ReplyClass,
    reply_class,
)

_SHOWN_BYTES = 80


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a line may go out now, and if not, which rule it breaks.

    `hard`: not even `force` sends it. `notes` are what is unusual but not refused, see
    `commands.line_notes`.
    """

    allowed: bool
    rule: str = ""
    hard: bool = False
    verb: Verb = Verb.UNKNOWN
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line to be written: `data` with its CRLF.

    `secret_spans` are byte offsets in the line without CRLF. `expects_reply` is false for what the
    server answers only later: a line of the message, and BDAT, whose octets are still to come.
    """

    verb: Verb
    data: bytes
    secret_spans: tuple[tuple[int, int], ...]
    forced: bool
    notes: tuple[str, ...] = ()
    expects_reply: bool = True

    def __repr__(self) -> str:
        """Tell what it is and not what it says: it may hold a secret."""
        return f"SentLine({self.verb}, {len(self.data)} bytes, forced={self.forced})"


@dataclass(frozen=True, slots=True)
class ReplyEvent:
    """A reply and what it answers; null when nothing was awaited."""

    reply: Reply
    verb: Verb | None


@dataclass(frozen=True, slots=True)
class Violation:
    """The server did what the protocol does not foresee; the session goes on."""

    rule: str
    params: dict[str, str]


class IllegalLine(Exception):
    """A line was refused; nothing has changed and nothing must be written."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.rule)
        self.verdict = verdict


def surprise(verb: Verb, code: int | None) -> Violation | None:
    """Return what is odd about a code as an answer to `verb`."""
    if code is None:
        return None
    params = {"verb": verb.value, "code": f"{code:03d}"}
    if code // 100 == 3 and reply_class(verb, code) is not ReplyClass.INTERMEDIATE:
        known = code in (CHALLENGE, START_MAIL_INPUT)
        return Violation(f"unexpected-{code}" if known else "unexpected-intermediate", params)
    if verb is Verb.DATA and code // 100 == 2:
        return Violation("data-not-started", params)
    if verb is Verb.GREETING and code // 100 == 2 and code != 220:
        return Violation("greeting-code", params)
    return None


def plaintext_in_the_way(data: bytes) -> Violation:
    """Report bytes that came in the clear after STARTTLS was agreed to (CVE-2011-0411)."""
    sample = data[:_SHOWN_BYTES].decode("latin-1")
    return Violation("plaintext-after-starttls", {"size": str(len(data)), "text": sample})
