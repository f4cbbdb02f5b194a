""" "Copy for your admin": the facts of a session that a mail admin asks for, in under 15 lines."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailoscope_core.base.texts import Texts
from mailoscope_core.record.events import (
    AttemptStarted,
    Connected,
    Entry,
    Header,
    LineSent,
    LoginTried,
    ReplyReceived,
    TlsEstablished,
    TlsFailed,
)
from mailoscope_core.report.event_words import EventWords
from mailoscope_core.report.recipients import path_of, recipients
from mailoscope_core.report.state import SessionState
from mailoscope_core.report.summary import OutcomeFold
from mailoscope_core.report.trace_tokens import trace_token
from mailoscope_core.report.transcript import reply_lines

MAX_LINES = 14
_REPLY_LINES = 4
_LINE_LENGTH = 500


@dataclass(slots=True)
class _Facts:
    """What the last attempt showed; unlike the state it outlives the end of the connection."""

    local_address: str = ""
    tls: TlsEstablished | TlsFailed | None = None
    login: LoginTried | None = None
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    replies: dict[int, ReplyReceived] = field(default_factory=dict)
    last_reply: Entry | None = None

    def feed(self, entry: Entry) -> None:
        event = entry.event
        match event:
            case Connected():
                self.local_address = event.local_address
            case TlsEstablished() | TlsFailed():
                self.tls = event
            case LoginTried():
                self.login = event
            case LineSent(verb="mail"):
                self.sender = path_of(event.text)
            case LineSent(verb="rcpt"):
                self.recipients.append(path_of(event.text))
            case ReplyReceived():
                self.replies[entry.seq] = event
                if event.verb not in ("quit", "rset") and not event.unsolicited:
                    self.last_reply = entry


def admin_note(header: Header, entries: Sequence[Entry], texts: Texts) -> str:
    """Return the note as plain text, at most `MAX_LINES` lines, about the last attempt."""
    facts, outcome = _Facts(), OutcomeFold()
    for entry in entries:
        if isinstance(entry.event, AttemptStarted):
            facts = _Facts()
        facts.feed(entry)
        outcome.feed(entry)
    shown = _decisive(facts, outcome, entries)
    state = outcome.state
    lines = [
        (texts.gettext("Time"), _time(header, shown)),
        (texts.gettext("Server"), _server(state, header)),
        (texts.gettext("Our address"), _our_address(state, facts, texts)),
        (texts.gettext("EHLO name"), state.ehlo_name or "–"),
        (texts.gettext("TLS"), _tls(facts, texts)),
        (texts.gettext("Log-in"), _login(facts, texts)),
    ]
    if facts.sender is not None:
        lines.append((texts.gettext("MAIL FROM"), f"<{facts.sender}>"))
    if facts.recipients:
        named = ", ".join(f"<{address}>" for address in facts.recipients)
        lines.append((texts.gettext("RCPT TO"), named))
    reply = _reply(shown, outcome, texts)
    lines.append((texts.gettext("Reply"), reply[0]))
    lines += [("", line) for line in reply[1:]]
    token = trace_token(" ".join(reply)) or state.queue_id
    if token:
        lines.append((texts.gettext("Queue or trace id"), token))
    return "\n".join(_line(label, value) for label, value in lines) + "\n"


def _line(label: str, value: str) -> str:
    text = f"{label}: {value}" if label else f"  {value}"
    flat = " ".join(text.split("\n")) if label else text
    return flat if len(flat) <= _LINE_LENGTH else flat[: _LINE_LENGTH - 1] + "…"


def _decisive(facts: _Facts, outcome: OutcomeFold, entries: Sequence[Entry]) -> Entry | None:
    """Return the entry of the reply that matters: the refusal, else the last one that answers."""
    if outcome.trouble_reply is not None:
        for seq, reply in facts.replies.items():
            if reply is outcome.trouble_reply:
                return entries[seq]
    if outcome.trouble is not None and outcome.trouble_kind != "data":
        return outcome.trouble_cause or outcome.trouble
    refused = [row for row in recipients(entries) if row.outcome in ("refused", "deferred")]
    for row in reversed(refused):
        if row.seq in facts.replies:
            return entries[row.seq]
    return facts.last_reply


def _reply(shown: Entry | None, outcome: OutcomeFold, texts: Texts) -> list[str]:
    if shown is None:
        return [texts.gettext("The server has not answered.")]
    if isinstance(shown.event, ReplyReceived):
        lines = list(reply_lines(shown.event)) or [""]
        if len(lines) > _REPLY_LINES:
            lines = [*lines[: _REPLY_LINES - 1], "…", lines[-1]]
        return lines
    note = EventWords(texts).note(shown.event)
    return [note or texts.gettext("The server has not answered.")]


def _time(header: Header, shown: Entry | None) -> str:
    """Return the time of the reply with the offset of the machine that the session ran on."""
    try:
        started = datetime.datetime.fromisoformat(header.started)
    except ValueError:
        return header.started
    moment = started + datetime.timedelta(seconds=shown.at if shown else 0.0)
    return moment.isoformat(sep=" ", timespec="seconds")


def _server(state: SessionState, header: Header) -> str:
    host = state.host or header.settings.get("host", "–")
    port = state.port or header.settings.get("port", "")
    place = f"{host}:{port}" if port else host
    return f"{place} ({state.address})" if state.address and state.address != host else place


def _our_address(state: SessionState, facts: _Facts, texts: Texts) -> str:
    if state.our_address:
        return texts.gettext("{address}, as the server named it").format(address=state.our_address)
    if facts.local_address:
        text = texts.gettext("{address} on this machine; the server did not name it")
        return text.format(address=facts.local_address)
    return "–"


def _tls(facts: _Facts, texts: Texts) -> str:
    tls = facts.tls
    if tls is None:
        return texts.gettext("none")
    if isinstance(tls, TlsFailed):
        return texts.gettext("failed ({kind})").format(kind=tls.kind)
    if tls.verified:
        return texts.gettext("{version}, certificate verified").format(version=tls.version)
    return texts.gettext("{version}, certificate NOT verified").format(version=tls.version)


def _login(facts: _Facts, texts: Texts) -> str:
    login = facts.login
    if login is None:
        return texts.gettext("none")
    text = {
        "accepted": texts.gettext("accepted as {user} ({mechanism})"),
        "refused": texts.gettext("refused as {user} ({mechanism})"),
        "broken-off": texts.gettext("broken off as {user} ({mechanism})"),
    }[login.outcome]
    return text.format(user=login.user, mechanism=login.mechanism)
