"""Where a session stands, as a fold of the log: cheap enough for each entry as it comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mailoscope_core.record.events import (
    AttemptStarted,
    BodySent,
    ConfirmationGiven,
    ConfirmationNeeded,
    Connected,
    ConnectionClosed,
    ConnectStarted,
    DeadlineExtended,
    DeadlinePassed,
    EhloNameChosen,
    Entry,
    LineSent,
    LoginTried,
    LookupFailed,
    LookupStarted,
    Paused,
    ReplyReceived,
    Resumed,
    SecretNeeded,
    SecretProvided,
    SessionFinished,
    StepFinished,
    StepStarted,
    TlsEstablished,
)
from mailoscope_core.report.recipients import path_of
from mailoscope_core.report.trace_tokens import address_named_in, queue_id

MessageFate = Literal["", "unanswered", "accepted", "refused"]


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session at one moment. Empty strings and nulls mean "not (yet)".

    `address` is the one dialled last, `our_address` ours as the server named it. `tls_version` is
    empty in the clear. `user` is who is logged in now, `login` how the last log-in ended.
    `waiting` is the why of the last `Paused` that still holds, `question` what must be answered.
    `fate` is what became of the last message, `queue_id` the name that the server gave it.
    """

    attempt: int = 1
    running: str | None = None
    waiting: str | None = None
    waits_before: str | None = None
    breakpoint: str | None = None
    question: SecretNeeded | ConfirmationNeeded | None = None
    deadline: DeadlinePassed | None = None
    finished: str | None = None
    connected: bool = False
    host: str = ""
    address: str = ""
    port: int | None = None
    local_address: str = ""
    our_address: str = ""
    ehlo_name: str = ""
    tls_version: str = ""
    tls_verified: bool = False
    user: str = ""
    mechanism: str = ""
    login: str = ""
    sender: str | None = None
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    fate: MessageFate = ""
    queue_id: str = ""
    last_code: int | None = None


_NOT_CONNECTED = {
    "connected": False,
    "tls_version": "",
    "tls_verified": False,
    "user": "",
    "sender": None,
    "accepted": (),
    "refused": (),
    "asked": (),
}


class StateFold:
    """Keeps `state` up to date; each entry costs the same however long the session is."""

    def __init__(self) -> None:
        self.state = SessionState()
        self._mail = ""

    def feed(self, entry: Entry) -> SessionState:
        """Take the next entry in and return the state after it."""
        event = entry.event
        match event:
            case LineSent():
                self._sent(event)
            case ReplyReceived():
                self._replied(event)
            case Connected() | ConnectStarted() | ConnectionClosed() | TlsEstablished():
                self._connection(event)
            case LookupStarted() | LookupFailed() if not self.state.connected:
                self._set(host=event.host)
            case EhloNameChosen():
                self._set(ehlo_name=event.name)
            case BodySent():
                self._set(fate="unanswered")
            case LoginTried():
                accepted = event.outcome == "accepted"
                user = event.user if accepted else ""
                self._set(user=user, mechanism=event.mechanism, login=event.outcome)
            case _:
                self._control(entry)
        return self.state

    def _control(self, entry: Entry) -> None:
        event = entry.event
        match event:
            case StepStarted():
                self._set(running=event.step, question=None)
            case StepFinished():
                self._set(running=None, deadline=None)
            case Paused():
                self._set(waiting=event.why, waits_before=event.step, breakpoint=event.breakpoint)
            case Resumed():
                self._set(waiting=None, waits_before=None, breakpoint=None, deadline=None)
            case AttemptStarted():
                self._set(attempt=event.number, running=None, question=None, **_NOT_CONNECTED)
            case SecretNeeded() | ConfirmationNeeded():
                self._set(question=event)
            case SecretProvided() | ConfirmationGiven():
                self._set(question=None)
            case DeadlinePassed():
                self._set(deadline=event)
            case DeadlineExtended():
                self._set(deadline=None)
            case SessionFinished():
                self._set(
                    finished=event.outcome, waiting=None, running=None, question=None, deadline=None
                )

    def _connection(
        self, event: Connected | ConnectStarted | ConnectionClosed | TlsEstablished
    ) -> None:
        match event:
            case ConnectStarted():
                self._set(host=event.host, address=event.address, port=event.port)
            case Connected():
                self._set(connected=True, local_address=event.local_address)
            case TlsEstablished():
                self._set(tls_version=event.version, tls_verified=event.verified, user="")
            case ConnectionClosed():
                self._set(**_NOT_CONNECTED)

    def _sent(self, event: LineSent) -> None:
        match event.verb:
            case "ehlo" | "helo":
                name = event.text.partition(" ")[2].strip()
                self._set(ehlo_name=name or self.state.ehlo_name)
            case "mail":
                self._mail = path_of(event.text)
                self._set(asked=(), accepted=(), refused=())
            case "rcpt":
                self._set(asked=(*self.state.asked, path_of(event.text)))

    def _replied(self, event: ReplyReceived) -> None:
        self._set(last_code=event.code)
        self._name_our_address(event)
        accepted = event.code is not None and 200 <= event.code < 300
        state = self.state
        match event.verb:
            case "mail" if accepted:
                self._set(sender=self._mail)
            case "rcpt" if len(state.accepted) + len(state.refused) < len(state.asked):
                address = state.asked[len(state.accepted) + len(state.refused)]
                if accepted:
                    self._set(accepted=(*state.accepted, address))
                else:
                    self._set(refused=(*state.refused, address))
            case "rset" | "ehlo" | "helo" if accepted:
                self._set(sender=None, accepted=(), refused=(), asked=())
            case _ if state.fate == "unanswered" and event.verb is not None:
                name = queue_id(" ".join(event.lines)) if accepted else ""
                self._set(fate="accepted" if accepted else "refused", queue_id=name, sender=None)

    def _name_our_address(self, event: ReplyReceived) -> None:
        """Note the address by which the server knows us: EHLO's first line, or a refusal."""
        refusal = event.code is None or event.code >= 400
        if event.verb not in ("ehlo", "helo") and not refusal and self.state.our_address:
            return
        said = event.lines[:1] if event.verb == "ehlo" and not refusal else event.lines
        named = address_named_in(" ".join(said), not_these=(self.state.address, self._own_literal))
        if named:
            self._set(our_address=named)

    @property
    def _own_literal(self) -> str:
        """The address that we said in EHLO: its echo is our word and not the server's."""
        return self.state.ehlo_name.strip("[]").removeprefix("IPv6:")

    def _set(self, **changes: object) -> None:
        # mypy cannot match names to types here; a wrong one raises in every test that folds a log.
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]


def state_of(entries: Iterable[Entry]) -> SessionState:
    """Return where a session stood after these entries."""
    fold = StateFold()
    for entry in entries:
        fold.feed(entry)
    return fold.state
