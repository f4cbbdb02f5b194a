"""The SMTP client machine: what may be sent now, what was sent, and what each reply answers.

Sans-IO: bytes go in and come out, nothing is read, written or timed here. It classifies the line
actually written, not what somebody meant by it, and it never raises over what a server says.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, replace

from mailoscope_core.protocol.capabilities import Capabilities
from mailoscope_core.protocol.commands import (
    InjectionRefused,
    Verb,
    check_line,
    line_notes,
    verb_of,
)
from mailoscope_core.protocol.gate import Gate, is_response, secret_start
from mailoscope_core.protocol.outcomes import (
    IllegalLine,
    ReplyEvent,
    SentLine,
    Verdict,
    Violation,
    plaintext_in_the_way,
    surprise,
)
from mailoscope_core.protocol.parser import Limits, ReplyParser
from mailoscope_core.protocol.reply import Reply
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.protocol.states import (
    CHALLENGE,
    TLS_ESTABLISHED,
    MachineState,
    ReplyClass,
    broken_rule,
    changed,
    next_state,
    reply_class,
)

__all__ = ["IllegalLine", "Machine", "ReplyEvent", "SentLine", "Verdict", "Violation"]

_BDAT = re.compile(rb"^\s*BDAT\s+(\d+)(\s+LAST)?\s*$", re.IGNORECASE)
_BURL_LAST = re.compile(rb"^\s*BURL\s.*\sLAST\s*$", re.IGNORECASE)
_CLOSING = 421


@dataclass(frozen=True, slots=True)
class _Awaited:
    """What a reply is awaited for; `row` is the row of the table that it takes."""

    verb: Verb
    row: Verb


class Machine:
    """One connection's protocol state, from the greeting to the end.

    `stage` and `max_recipients` (distinct addresses over the whole run, `already_sent_recipients`
    included) are enforced here, where bytes are encoded, and cannot be forced.
    """

    def __init__(
        self,
        *,
        stage: Stage,
        max_recipients: int = 10,
        limits: Limits | None = None,
        already_sent_recipients: frozenset[str] = frozenset(),
    ) -> None:
        self._parser = ReplyParser(limits)
        self._gate = Gate(stage, max_recipients, already_sent_recipients)
        self._state = MachineState()
        self._capabilities: Capabilities | None = None
        self._pending = deque([_Awaited(Verb.GREETING, Verb.GREETING)])
        self._chunk: _Awaited | None = None  # a BDAT whose octets are not all out
        self._answered_early = False  # the body's reply came before the body's end
        self._without_code: _Awaited | None = None  # last answered by a line without a code
        self._masking = False  # a 334 was seen and no final reply since
        self._has_spoken = False
        self._accepted = 0  # recipients of this transaction, for LMTP

    @property
    def state(self) -> MachineState:
        """A snapshot of the state."""
        pending = self.pending
        if pending != self._state.pending:
            self._state = replace(self._state, pending=pending)
        return self._state

    @property
    def capabilities(self) -> Capabilities | None:
        """What the last EHLO on this channel offered; null before it, after HELO and after TLS."""
        return self._capabilities

    @property
    def pending(self) -> tuple[Verb, ...]:
        """Verbs whose replies are awaited, in order."""
        return tuple(awaited.verb for awaited in self._pending)

    @property
    def closed(self) -> bool:
        """True when nothing can be sent any more: QUIT was answered or the connection ended."""
        return self._state.closed

    @property
    def recipients(self) -> frozenset[str]:
        """All recipients named in the run so far, those of earlier connections included."""
        return self._gate.recipients

    # --- sending -------------------------------------------------------------------------------

    def check(self, line: bytes) -> Verdict:
        """Tell whether `line` (without its ending) may go out now; changes nothing."""
        verb = self._classify(line)
        rule = self._hard_rule(line)
        if rule:
            return Verdict(False, rule, True, verb)
        rule = self._soft_rule(verb, line)
        return Verdict(not rule, rule, False, verb, line_notes(line, verb))

    def carries_secret(self, line: bytes) -> bool:
        """Tell whether something in `line` would be secret by its position, if it went out now."""
        return bool(self._secret_spans(line))

    def send(self, line: bytes, *, force: bool = False) -> SentLine:
        """Take `line` (without its ending) as sent and return what to write.

        Raises `InjectionRefused` for CR, LF or NUL, `IllegalLine` for what may not go out now;
        `force` overrides rules that are not hard.
        """
        check_line(line)
        verdict = self.check(line)
        if not verdict.allowed and (verdict.hard or not force):
            raise IllegalLine(verdict)
        spans = self._secret_spans(line)
        self._gate.note(line)
        self._parser.expect()
        self._has_spoken = True
        self._without_code = None
        return SentLine(
            verb=verdict.verb,
            data=line + b"\r\n",
            secret_spans=spans,
            forced=not verdict.allowed,
            notes=verdict.notes,
            expects_reply=self._note_sent(verdict.verb, line),
        )

    def body_sent(self) -> None:
        """The final dot is out, or the last octet of a BDAT chunk: its reply is now awaited.

        Raises `RuntimeError` when no body is under way.
        """
        if not self._in_body:
            raise RuntimeError("no body is under way")
        answered, self._answered_early = self._answered_early, False
        if self._chunk is not None:
            awaited, self._chunk = [self._chunk], None
        else:
            # LMTP answers once for each recipient (RFC 2033 section 4.2).
            count = self._accepted if self._state.hello == "lhlo" else 1
            awaited = [_Awaited(Verb.BODY, Verb.BODY)] * max(count, 1)
        if answered:
            self._change(next_state(self._state, awaited[0].row, ReplyClass.NONE))
        else:
            self._pending.extend(awaited)

    def tls_established(self) -> bytes:
        """TLS stands: forget what was learned in the clear (RFC 3207 section 4.2).

        Returns bytes received in the clear that belong to no reply and were thrown away.
        """
        self._change(changed(self._state, TLS_ESTABLISHED))
        self._capabilities = None
        self._masking = self._answered_early = False
        self._chunk = self._without_code = None
        self._pending = deque(item for item in self._pending if item.verb is Verb.GREETING)
        return self._parser.drain()

    # --- receiving -----------------------------------------------------------------------------

    def receive(self, data: bytes) -> list[ReplyEvent | Violation]:
        """Take received bytes and return what they mean, in order; never raises."""
        if self._state.starting_tls:
            return [plaintext_in_the_way(data)]
        events: list[ReplyEvent | Violation] = []
        self._parser.push(data)
        while (reply := self._parser.take()) is not None:
            self._answer(reply, events)
            if self._state.starting_tls:
                # Whatever stands behind the 220 was sent before TLS: it is no reply to anything.
                left = self._parser.drain()
                events += [plaintext_in_the_way(left)] if left else []
                break
        return events

    def settle(self) -> list[ReplyEvent | Violation]:
        """The server has been silent for long: read a line that ended with CR alone.

        For the runner to call when a deadline has passed.
        """
        events: list[ReplyEvent | Violation] = []
        reply = self._parser.settle()
        if reply is not None:
            self._answer(reply, events)
        return events

    def eof(self) -> list[ReplyEvent | Violation]:
        """The connection has ended; returns what was received of an unfinished reply.

        Without a code that is taken for noise: it answers nothing, the verb stays pending.
        """
        events: list[ReplyEvent | Violation] = []
        reply = self._parser.eof()
        if reply is not None and reply.code is None:
            events.append(ReplyEvent(reply, None))
        elif reply is not None:
            self._answer(reply, events)
        self._change(replace(self._state, closed=True))
        return events

    # --- what a line is ------------------------------------------------------------------------

    @property
    def _in_body(self) -> bool:
        """True while the server takes what is written for the message, not for commands."""
        return self._chunk is not None or (
            self._state.envelope == "data" and Verb.BODY not in self.pending
        )

    @property
    def _in_challenge(self) -> bool:
        return self._state.challenged and not self._pending

    def _classify(self, line: bytes) -> Verb:
        if self._in_body:
            return Verb.BODY if line == b"." and self._chunk is None else Verb.CONTENT
        if self._in_challenge:
            return Verb.AUTH_RESPONSE
        if line == b"." and Verb.DATA in self.pending:
            return Verb.BODY
        return verb_of(line)

    def _hard_rule(self, line: bytes) -> str:
        try:
            check_line(line)
        except InjectionRefused:
            return "injection"
        if self._state.closed:
            return "closed"
        return self._gate.refusal(line, in_exchange=self._in_challenge)

    def _soft_rule(self, verb: Verb, line: bytes) -> str:
        if self._in_body:
            return "in-data"
        if self._in_challenge:
            return "" if is_response(line) or verb_of(line) is Verb.UNKNOWN else "in-auth-exchange"
        offered = [name for name, _ in self._capabilities.keywords] if self._capabilities else []
        if any(name.startswith("AUTH=") for name in offered):
            offered.append("AUTH")
        return broken_rule(self.state, verb, offered)

    def _secret_spans(self, line: bytes) -> tuple[tuple[int, int], ...]:
        """Return what is secret by its position in a line that is about to go out."""
        if self._state.auth_open or self._masking:
            start = 0 if line != b"*" else None
        else:
            start = secret_start(line)
        return () if start is None or start >= len(line) else ((start, len(line)),)

    def _note_sent(self, verb: Verb, line: bytes) -> bool:
        """Change the state for a line that goes out; tell whether a reply to it is awaited."""
        if self._state.starting_tls:  # forced: plain text where the handshake should come
            self._change(replace(self._state, starting_tls=False))
        if verb is Verb.CONTENT:
            return False
        if verb is Verb.BODY and self._in_body:
            self.body_sent()
            return True
        row = verb
        if verb is Verb.AUTH:
            self._change(replace(self._state, auth_open=True, challenged=False))
        elif verb is Verb.AUTH_RESPONSE:
            self._change(replace(self._state, challenged=False))
        elif verb is Verb.BDAT:
            found = _BDAT.match(line)
            if found:
                self._chunk = _Awaited(verb, Verb.BODY if found.group(2) else verb)
                return False
        elif verb is Verb.BURL and _BURL_LAST.match(line):
            row = Verb.BODY
        self._pending.append(_Awaited(verb, row))
        return True

    # --- what a reply means --------------------------------------------------------------------

    def _answer(self, reply: Reply, events: list[ReplyEvent | Violation]) -> None:
        awaited, violation = self._awaited_by(reply)
        if awaited is None:
            events.append(ReplyEvent(reply, None))
            if self._without_code is not None and reply.code is not None:
                late, self._without_code = self._without_code, None
                events.append(Violation("reply-after-noise", {"verb": late.verb.value}))
                self._apply(late, reply)
        else:
            events.append(ReplyEvent(reply, awaited.verb))
            self._without_code = awaited if reply.code is None else None
            if violation is None:  # else the body still flows: see `body_sent`
                self._apply(awaited, reply)
            violation = violation or surprise(awaited.verb, reply.code)
        if reply.code == CHALLENGE:
            self._masking = True
        elif awaited is not None:
            self._masking = False
        if violation is not None:
            events.append(violation)

    def _awaited_by(self, reply: Reply) -> tuple[_Awaited | None, Violation | None]:
        """Return what the reply answers, and what is wrong with its coming now."""
        if self._pending:
            return self._pending.popleft(), None
        code = "" if reply.code is None else f"{reply.code:03d}"
        if self._in_body and not self._answered_early:
            self._answered_early = True
            awaited = self._chunk or _Awaited(Verb.BODY, Verb.BODY)
            return awaited, Violation("reply-before-body-end", {"code": code})
        # A closing server may say so at any time (RFC 5321 section 3.8), noise shows as a defect.
        if reply.code in (None, _CLOSING) or self._without_code is not None:
            return None, None
        rule = "unsolicited-reply" if self._has_spoken else "reply-before-command"
        return None, Violation(rule, {"code": code})

    def _apply(self, awaited: _Awaited, reply: Reply) -> None:
        """Change the state for a reply."""
        klass = reply_class(awaited.verb, reply.code)
        self._change(next_state(self._state, awaited.row, klass))
        if klass is ReplyClass.POSITIVE:
            if awaited.verb in (Verb.EHLO, Verb.LHLO):
                self._capabilities = Capabilities.from_reply(reply)
            elif awaited.verb in (Verb.HELO, Verb.XCLIENT):
                self._capabilities = None
            elif awaited.verb is Verb.RCPT:
                self._accepted += 1
            elif awaited.verb is Verb.MAIL:
                self._accepted = 0
        if awaited.verb is Verb.DATA:
            self._sort_lines_behind_data(started=klass is ReplyClass.INTERMEDIATE)
        if klass is ReplyClass.INTERMEDIATE and awaited.verb in (Verb.AUTH, Verb.AUTH_RESPONSE):
            self._answer_challenge_with_pending()

    def _sort_lines_behind_data(self, *, started: bool) -> None:
        """Settle what lines forced out behind DATA were: up to a dot the message, or commands."""
        behind = list(self._pending)
        dot = next((n for n, item in enumerate(behind) if item.verb is Verb.BODY), None)
        if started:
            self._pending = deque(behind[dot:] if dot is not None else [])
        elif dot is not None:
            self._pending[dot] = _Awaited(Verb.UNKNOWN, Verb.UNKNOWN)

    def _answer_challenge_with_pending(self) -> None:
        """A line forced out behind AUTH is what the server takes for the response."""
        if self._pending:
            self._pending[0] = _Awaited(Verb.AUTH_RESPONSE, Verb.AUTH_RESPONSE)
            self._change(replace(self._state, challenged=False))

    def _change(self, state: MachineState) -> None:
        self._state = state
