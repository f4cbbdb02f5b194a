"""Unwraps pasted errors: from the text of any program, log or bounce to observations.

What a server said is one observation each, with the step as far as the program names it; the
program's own words are observations of kind `text`, line by line and as a whole. The fields of a
delivery report win over its prose. Secrets are masked first. Nothing is looked up, no link is
opened, nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailoscope_core.knowledge.attempt import decoded_challenge
from mailoscope_core.knowledge.delivery_report import DeliveryReport, Recipient, find_report
from mailoscope_core.knowledge.mail_digest import (
    AUTO_REPLY,
    DELIVERED,
    digest_text,
    notes_of,
)
from mailoscope_core.knowledge.observation import Observation
from mailoscope_core.knowledge.origin import BOUNCE, RECEIVING, RELAY, ClientFile, ClientMark
from mailoscope_core.knowledge.paste_facts import PasteFacts, facts_of
from mailoscope_core.knowledge.pasted_replies import FoundReply, find_replies
from mailoscope_core.knowledge.pasted_secrets import mask_secrets
from mailoscope_core.knowledge.pasted_text import clean, logical_lines
from mailoscope_core.knowledge.steps import StepCues, Steps
from mailoscope_core.knowledge.system_errors import named

MAX_LINES = 40
MAX_LINE = 600
_NEAR = 400
_SERVERS = frozenset({BOUNCE, RECEIVING, RELAY})
_SEQUENCE, _MANY = 503, 6
_TELLING, _WRAPPER = 12, 60
_FACTS_WITHIN = 6_000
_PROPERTY = re.compile(r"[\"']?(?:errno|code|syscall|command)[\"']?\s*:")
# A line of an error object; within this many characters the whole text is looked at as well.
_WHOLE = 3_000
_SHOWN_FIRST, _SHOWN_LAST = 8_000, 4_000
# Who wrote a text shows at its beginning or its end; the middle of long ones is not searched.
_PLAIN_REPLY = 4
_GOOD_LINE = re.compile(
    r"^[^\n\w]{0,12}(?:\w{1,12}: )?[\"']?(?:220|221|235|250|334|354)[ -][^\n]*\n?", re.MULTILINE
)
_LAST_334 = re.compile(r"(?<!\d)334[ -][^\n]*\n[^\n]{0,40}(?:QUIT|RSET|\*)?\s*$", re.IGNORECASE)
_CHALLENGE = re.compile(r"(?<!\d)334[ ]([A-Za-z0-9+/=]{16,2000})")
_ADDRESS = re.compile(
    r"(?:to|recipient|rcpt to:)\W{0,3}<([^<>\s]{3,254}@[^<>\s]{1,253})>", re.IGNORECASE
)
_GO_AHEAD = re.compile(r"^[^\n\w]{0,12}(?:\w{1,20}: ?)?354[ -][^\n]*\n", re.MULTILINE)
_DOT = re.compile(r"^[^\n\w.]{0,12}(?:[\w >-]{1,20}: ?)?\.[ \t\r]*$", re.MULTILINE)
_QUEUED = re.compile(
    r"(?<!\d)250[ -](?P<enhanced>2\.\d\.\d)?(?P<words>[^\n]{0,200}?(?:queued|accepted|ok id=|id=|"
    r"message received|delivered|roger)[^\n]{0,200})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Paste:
    """A pasted text as read: what it tells, who wrote it (a kind of `origin`)."""

    observations: tuple[Observation, ...] = ()
    plain: str = ""
    kind: str = ""

    @property
    def facts(self) -> PasteFacts:
        """What it says of the server, for a profile."""
        return facts_of(self.plain[:_FACTS_WITHIN])


class PasteReader:
    """Reads pasted texts with the product's data."""

    def __init__(
        self, cues: StepCues, clients: ClientFile, vendor_of: Callable[[str], str | None]
    ) -> None:
        self._cues, self._clients, self._vendor_of = cues, clients, vendor_of

    def read(self, text: str, notes: tuple[str, ...] | None = None) -> Paste:
        """Return what a text tells; never raises.

        `notes` are those of a digest already made; else a whole raw mail is condensed first.
        """
        if notes is None:
            digest = digest_text(text)
            text, notes = digest.text, digest.notes
        plain = mask_secrets(clean(text))
        if not plain.strip():
            return Paste()
        ends = plain
        if len(plain) > _SHOWN_FIRST + _SHOWN_LAST:
            ends = f"{plain[:_SHOWN_FIRST]}\n{plain[-_SHOWN_LAST:]}"
        client = self._clients.of(ends)
        report = find_report(plain)
        notes = (*notes, *notes_of(report))
        seen = _Unwrapping(plain, self._cues, self._vendor_of(ends), client)
        return Paste(seen.observations(notes, report), plain, client.kind if client else "")


class _Unwrapping:
    """One cleaned text under the knife."""

    def __init__(
        self, plain: str, cues: StepCues, vendor: str | None, client: ClientMark | None
    ) -> None:
        self._plain, self._vendor = plain, vendor
        self._client = client.id if client else None
        self._between_servers = client is not None and client.kind in _SERVERS
        self._is_program = client is not None and client.kind in ("program", "tool")
        self._replies = find_replies(plain)
        self._steps = Steps(plain, self._replies, cues, between_servers=self._between_servers)

    def observations(
        self, notes: tuple[str, ...], report: DeliveryReport | None
    ) -> tuple[Observation, ...]:
        told = [self._seen(kind=note, step="after") for note in notes]
        if DELIVERED in notes or AUTO_REPLY in notes:
            return tuple(told)
        recipients = self._recipients(report) if report else []
        if recipients:
            return (*recipients, *told)
        return (*self._of_replies(), *self._of_words(), *told)

    def _seen(self, **fields: object) -> Observation:
        return Observation(
            vendor=self._vendor,
            client=self._client,
            pasted=True,
            **fields,  # type: ignore[arg-type]  # the fields of an observation, by name
        )

    # --- what servers said --------------------------------------------------------------------

    def _of_replies(self) -> list[Observation]:
        challenge = _challenge_text(self._plain)
        found = [
            self._seen(
                kind="reply",
                step=self._steps.of_reply(reply),
                code=reply.code,
                enhanced=reply.enhanced,
                text=f"{reply.words}\n{challenge}"
                if reply.code == 535 and challenge
                else reply.words,
                params=_params(self._plain, reply),
            )
            for reply in _causes(self._replies)
        ]
        found = _each_once(found)
        if self._steps.commands and _LAST_334.search(self._plain[-400:]) is not None:
            # A transcript that ends at a 334: the client did not go on with the log-in.
            found.append(self._seen(kind="login-broken-off", step="auth", code=334))
        return found

    def _recipients(self, report: DeliveryReport) -> list[Observation]:
        found = [self._of_recipient(each, report) for each in report.recipients]
        return _each_once([each for each in found if each is not None])

    def _of_recipient(self, recipient: Recipient, report: DeliveryReport) -> Observation | None:
        if recipient.action in ("delivered", "relayed", "expanded"):
            return None
        replies = find_replies(recipient.diagnostic)
        reply = replies[0] if replies else FoundReply(None, None, recipient.diagnostic, 0, 0)
        status = recipient.status if recipient.status[:1] in ("4", "5") else ""
        if status.endswith(".0.0"):
            status = ""  # "something failed" is less than the words say
        enhanced = reply.enhanced or (status or None)
        if reply.code is None and enhanced is None and not reply.words:
            return None
        same = next((r for r in self._replies if r.code == reply.code and r.code), None)
        params = {
            "recipient": recipient.address,
            "remote": recipient.remote,
            "reporting": report.reporting,
        }
        # `X-Postfix; connect to ...: timed out` is the sending server's own word, no reply.
        own = reply.code is None and not reply.enhanced and bool(reply.words)
        return self._seen(
            kind="text" if own else "reply",
            step=self._steps.of_words(recipient.diagnostic)
            if own
            else self._steps.of_report(recipient.diagnostic, same),
            code=reply.code,
            enhanced=None if own else enhanced,
            text=reply.words or recipient.diagnostic,
            params={name: value for name, value in params.items() if value},
        )

    # --- what programs said -------------------------------------------------------------------

    def _of_words(self) -> list[Observation]:
        rest = _GOOD_LINE.sub("", _without_message(self._plain))
        replies = self._replies
        if len(replies) == 1 and replies[0].start < _PLAIN_REPLY and _covers(replies[0], rest):
            return []
        told = self._without_told(rest)
        lines = _telling_lines(told)
        if self._is_program:
            rest = told
        found = [
            self._seen(kind="text", step=self._steps.of_words(line), text=named(line))
            for line in lines
        ]
        if rest.strip() not in ("", *lines):
            found.append(self._seen(kind="text", step=self._steps.of_words(rest), text=named(rest)))
        if not replies:
            found += self._accepted()
        return found

    def _without_told(self, text: str) -> str:
        """Return a text without the lines whose reply has been told: what a program adds to it
        ("Invalid login: 502 ...") would be taken for a second failure."""
        for reply in self._replies:
            first = reply.words.split("\n", 1)[0].strip()
            if len(first) >= _TELLING and reply.code is not None:
                code = str(reply.code)
                text = "\n".join(
                    line
                    for line in text.split("\n")
                    if not (first in line and 0 <= line.find(code) <= _WRAPPER)
                )
        return text

    def _accepted(self) -> list[Observation]:
        """What a transcript without a refusal ends with: the server has taken the message."""
        found = list(_QUEUED.finditer(self._plain))
        last = found[-1] if found else None
        if (
            last is None
            or "expected response" in self._plain.lower()
            or self._steps.before(last.start()) not in ("body-end", "data")
        ):
            return []
        words = last["words"].strip()
        return [
            self._seen(
                kind="accepted", step="after", code=250, enhanced=last["enhanced"], text=words
            )
        ]


def _causes(replies: list[FoundReply]) -> list[FoundReply]:
    """Leave out the 503s where something else was refused: "need RCPT" only follows from it.

    What a long log repeats word by word is taken once.
    """
    others = [reply for reply in replies if reply.code != _SEQUENCE]
    kept = others if any(reply.code for reply in others) else replies
    if len(kept) <= _MANY:
        return kept
    return list({(reply.code, reply.words): reply for reply in reversed(kept)}.values())[::-1]


def _each_once(found: list[Observation]) -> list[Observation]:
    """Drop what a log repeats word by word."""
    told: dict[tuple[object, ...], Observation] = {}
    for seen in found:
        key = (seen.step, seen.code, seen.enhanced, seen.text, *sorted(seen.params.items()))
        told.setdefault(key, seen)
    return list(told.values())


def _without_message(plain: str) -> str:
    """Return a transcript without the lines of the message between the 354 and the dot."""
    go_ahead = _GO_AHEAD.search(plain)
    dot = _DOT.search(plain, go_ahead.end()) if go_ahead else None
    return plain[: go_ahead.end()] + plain[dot.start() :] if go_ahead and dot else plain


def _covers(reply: FoundReply, text: str) -> bool:
    """Whether a reply is all there is to a text."""
    return len(text.rstrip()) <= reply.end


def _params(plain: str, reply: FoundReply) -> dict[str, str]:
    near = plain[max(0, reply.start - _NEAR) : reply.start + _NEAR]
    address = _ADDRESS.search(near)
    return {"recipient": address[1]} if address else {}


def _telling_lines(plain: str) -> list[str]:
    """Return the lines worth a look on their own: not empty, each once, the first and last ones."""
    lines = [line.strip()[:MAX_LINE] for line in logical_lines(plain) if len(line.strip()) > 8]
    if len(plain) < _WHOLE:
        lines = [line for line in lines if _PROPERTY.match(line) is None]
    unique = list(dict.fromkeys(lines))
    half = MAX_LINES // 2
    return unique if len(unique) <= MAX_LINES else unique[:half] + unique[-half:]


def _challenge_text(plain: str) -> str:
    """Return what the server hid in the base64 of a 334 (OAuth errors), decoded."""
    for found in _CHALLENGE.finditer(plain):
        decoded = decoded_challenge(found[1])
        if decoded.startswith("{"):
            return decoded
    return ""
