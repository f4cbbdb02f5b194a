"""The first line of a report: what became of the session, as one sentence with its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.knowledge.text import words
from mailoscope_core.record.events import (
    BodySent,
    ConnectFailed,
    ConnectionClosed,
    DeadlinePassed,
    Entry,
    LookupFailed,
    ReplyReceived,
    StepFinished,
    Surprise,
    TlsFailed,
)
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.recipients import RecipientRow, recipients
from mailoscope_core.report.state import SessionState, StateFold
from mailoscope_core.report.transcript import reply_lines

SummaryKind = Literal[
    "sent",
    "sent-in-part",
    "asked",
    "asked-in-part",
    "logged-in",
    "reached",
    "refused",
    "failed",
    "unknown",
    "cancelled",
    "unfinished",
]

_CAUSES = (LookupFailed, ConnectFailed, TlsFailed, Surprise, DeadlinePassed, ConnectionClosed)


@dataclass(frozen=True, slots=True)
class Summary:
    """`headline` is one sentence; `reply` the exact reply or error behind it; `title` the first
    finding's. `step` and `code` belong to what went wrong, `seq` is its entry."""

    kind: SummaryKind
    headline: str
    reply: str = ""
    title: str = ""
    step: str | None = None
    code: int | None = None
    enhanced: str | None = None
    seq: int | None = None

    @property
    def good(self) -> bool:
        """True when everything that was asked for succeeded."""
        return self.kind in ("sent", "asked", "logged-in", "reached")


class OutcomeFold:
    """What the summary needs of a session, kept up to date one entry at a time."""

    def __init__(self) -> None:
        self._state = StateFold()
        self.trouble: Entry | None = None
        self.trouble_kind = ""
        self.trouble_reply: ReplyReceived | None = None
        self.trouble_cause: Entry | None = None
        self.logged_in = ""
        self.body_sent = False
        self.attempt = 1
        self._reply: ReplyReceived | None = None
        self._greeting: ReplyReceived | None = None
        self._notice: ReplyReceived | None = None
        self._cause: Entry | None = None

    @property
    def state(self) -> SessionState:
        """Where the session stands."""
        return self._state.state

    def feed(self, entry: Entry) -> None:
        """Take the next entry in."""
        event = entry.event
        self._state.feed(entry)
        if entry.attempt != self.attempt:
            self._new_attempt(entry.attempt)
        if isinstance(event, ReplyReceived):
            self._heard(event)
        elif isinstance(event, BodySent):
            self.body_sent = True
        elif isinstance(event, _CAUSES) and not _harmless(event):
            self._cause = self._cause or entry
        elif isinstance(event, StepFinished):
            self._step_ended(entry, event)
        self.logged_in = self.state.user or self.logged_in

    def _new_attempt(self, number: int) -> None:
        self.attempt = number
        self.trouble = self.trouble_reply = self.trouble_cause = None
        self._reply = self._greeting = self._notice = self._cause = None
        self.trouble_kind = self.logged_in = ""
        self.body_sent = False

    def _heard(self, reply: ReplyReceived) -> None:
        """Keep a reply until its step ends; greetings and notices may come before theirs begins."""
        if reply.unsolicited:
            self._notice = reply
        elif reply.verb == "greeting":
            self._greeting = reply
        else:
            self._reply = reply

    def _step_ended(self, entry: Entry, event: StepFinished) -> None:
        """Keep the last trouble; a step of the same kind that succeeds afterwards clears it."""
        if event.outcome in ("refused", "failed", "cancelled"):
            if event.kind not in ("quit", "rset", "noop", "help", "vrfy", "expn", "rcpt"):
                self.trouble, self.trouble_kind = entry, event.kind
                self.trouble_reply = self._decisive(event)
                self.trouble_cause = self._cause
        elif event.kind == self.trouble_kind or (self.trouble_kind, event.kind) == ("ehlo", "helo"):
            self.trouble, self.trouble_kind = None, ""
        self._reply = self._cause = None

    def _decisive(self, event: StepFinished) -> ReplyReceived | None:
        if event.outcome == "refused":
            return self._greeting if event.kind == "greeting" else self._reply
        notice = self._notice
        told_to_go = notice is not None and (notice.code or 0) >= 400
        return notice if told_to_go and event.outcome == "failed" else None


def summary(entries: Sequence[Entry], findings: Sequence[Finding], texts: Texts) -> Summary:
    """Return the first line for a session; the first finding's title goes with it."""
    fold = OutcomeFold()
    for entry in entries:
        fold.feed(entry)
    rows = tuple(row for row in recipients(entries) if row.attempt == fold.attempt)
    made = (
        _of_message(fold, rows, texts)
        or _of_trouble(fold, rows, texts)
        or _of_recipients(fold, rows, texts)
        or _of_progress(fold, texts)
    )
    if not findings or made.good:
        return made
    return replace(made, title=words(findings[0], texts).title)


def _of_message(fold: OutcomeFold, rows: Sequence[RecipientRow], texts: Texts) -> Summary | None:
    state = fold.state
    if not fold.body_sent:
        return None
    if state.fate == "unanswered" and state.finished is not None:
        text = texts.gettext(
            "The message went out to {host}, but the server's answer never came: nobody knows "
            "whether it was taken over."
        )
        return Summary("unknown", text.format(host=_place(state)), step="body-end")
    if state.fate != "accepted":
        return None
    text = texts.gettext("{host} took the message over ({queue}).")
    if not state.queue_id:
        text = texts.gettext("{host} took the message over.")
    headline = text.format(host=_place(state), queue=state.queue_id)
    left_out = [row.address for row in rows if row.outcome != "accepted"]
    if not left_out:
        return Summary("sent", headline)
    text = texts.gettext("{headline} Not for: {addresses}.")
    return Summary("sent-in-part", text.format(headline=headline, addresses=", ".join(left_out)))


def _of_trouble(fold: OutcomeFold, rows: Sequence[RecipientRow], texts: Texts) -> Summary | None:
    trouble = fold.trouble
    if trouble is None or not isinstance(trouble.event, StepFinished):
        return None
    if trouble.event.kind == "data" and fold.trouble_reply is None and rows:
        return _of_recipients(fold, rows, texts)  # there was nobody left to send to
    event, state = trouble.event, fold.state
    step = EventWords(texts).step(event.kind)
    place = _place(state)
    reply = fold.trouble_reply
    if reply is not None:
        said = " ".join(reply_lines(reply))
        text = texts.gettext("{host} refused at the step “{step}”: {reply}")
        return Summary(
            "refused",
            text.format(host=place, step=step, reply=_short(said)),
            said,
            step=event.step,
            code=reply.code,
            enhanced=reply.enhanced,
            seq=trouble.seq,
        )
    cause = fold.trouble_cause
    why = EventWords(texts).note(cause.event) if cause is not None else ""
    if event.outcome == "cancelled" and not why:
        text = texts.gettext("The session with {host} was ended by hand at the step “{step}”.")
    elif why:
        text = texts.gettext("The step “{step}” failed with {host}: {why}")
    else:
        text = texts.gettext("The step “{step}” failed with {host}.")
    kind: SummaryKind = "cancelled" if event.outcome == "cancelled" and not why else "failed"
    headline = text.format(host=place, step=step, why=_short(why))
    return Summary(kind, headline, why, step=event.step, seq=trouble.seq)


def _of_recipients(fold: OutcomeFold, rows: Sequence[RecipientRow], texts: Texts) -> Summary | None:
    if not rows or fold.state.finished == "cancelled":
        return None
    good = sum(row.outcome == "accepted" for row in rows)
    place = _place(fold.state)
    if good == len(rows):
        text = texts.ngettext(
            "{host} would accept the recipient; no message was sent.",
            "{host} would accept all {count} recipients; no message was sent.",
            good,
        )
        return Summary("asked", text.format(host=place, count=good))
    bad = next(row for row in rows if row.outcome != "accepted")
    said = f"{bad.code or ''} {bad.text}".strip()
    text = texts.gettext("{host} did not accept {address}: {reply}")
    if good:
        text = texts.gettext(
            "{host} accepted {good} of {count} recipients, but not {address}: {reply}"
        )
    return Summary(
        "asked-in-part" if good else "refused",
        text.format(
            host=place, good=good, count=len(rows), address=bad.address, reply=_short(said)
        ),
        said,
        step=bad.step,
        code=bad.code,
        enhanced=bad.enhanced,
        seq=bad.seq,
    )


def _of_progress(fold: OutcomeFold, texts: Texts) -> Summary:
    state = fold.state
    place = _place(state)
    if state.finished == "cancelled":
        text = texts.gettext("The session with {host} was ended by hand.")
        return Summary("cancelled", text.format(host=place))
    # Failed without a step that did: Mailoscope itself broke off, and nothing may be claimed.
    if state.finished in (None, "failed"):
        text = texts.gettext("The session with {host} is not finished.")
        return Summary("unfinished", text.format(host=place))
    if fold.logged_in:
        text = texts.gettext("{host} accepted the log-in of {user}; no message was sent.")
        return Summary("logged-in", text.format(host=place, user=fold.logged_in))
    text = texts.gettext("{host} answered every step; there was no log-in and no message.")
    return Summary("reached", text.format(host=place))


def _harmless(event: object) -> bool:
    return isinstance(event, ConnectionClosed) and event.by == "us" and event.detail != "tls"


def _place(state: SessionState) -> str:
    return f"{state.host}:{state.port}" if state.port else state.host or "–"


def _short(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
