"""Conversations with the machine that read like transcripts.

In a test: `play >> reply("220 hi") << sends("EHLO me") >> reply("250 ok", answers=Verb.EHLO)`.
As a file (`tests/transcripts/*.smtp`), one thing a line:

    stage SEND               the armed stage (before anything else)
    C: EHLO me               the client sends a line; `C! line` forces it
    C? needs-mail RCPT ...   the line is refused with this rule; `C?! rule line` even when forced
    S: 250 ok                the server sends a line with CRLF; `S\\: ...` has escapes and no CRLF
    = ehlo 250 bare-lf       the next event: a reply to this verb (`-` for none), code, defects
    ! rule name=value ...    the next event: a violation
    B: text                  the client writes a line of the message (stuffed)
    B.                       the end of the message
    TLS / EOF / SETTLE       the handshake is done / the connection ended / silence
    @ flag=value ...         what the state looks like now
    # ...                    a remark
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import pytest

from mailoscope_core.protocol.commands import Verb
from mailoscope_core.protocol.content import DotStuffer
from mailoscope_core.protocol.machine import (
    IllegalLine,
    Machine,
    ReplyEvent,
    SentLine,
    Verdict,
    Violation,
)
from mailoscope_core.protocol.stage import Stage


@dataclass(frozen=True)
class Sends:
    """The client sends a line."""

    line: bytes
    force: bool = False
    verb: Verb | None = None


@dataclass(frozen=True)
class Refuses:
    """The machine refuses a line with a rule."""

    line: bytes
    rule: str
    force: bool = False


@dataclass(frozen=True)
class SaysReply:
    """The server sends bytes that make exactly one reply event, and these violations."""

    data: bytes
    answers: Verb | None
    violations: tuple[str, ...] = ()


def sends(line: str, *, force: bool = False, verb: Verb | None = None) -> Sends:
    """The client sends `line`; it is taken for `verb` if that is given."""
    return Sends(line.encode(), force, verb)


def refuses(line: str, rule: str, *, force: bool = False) -> Refuses:
    """The machine refuses `line` with `rule`."""
    return Refuses(line.encode(), rule, force)


_SAME: Verb = Verb.CONTENT  # answers whatever is pending


def reply(*lines: str, answers: Verb | None = _SAME, violations: tuple[str, ...] = ()) -> SaysReply:
    """The server says these lines; they answer what is pending, or `answers`."""
    return SaysReply("".join(f"{line}\r\n" for line in lines).encode(), answers, violations)


@dataclass
class Playbook:
    """Runs a conversation with a machine and checks each step of it at once."""

    machine: Machine = field(default_factory=lambda: Machine(stage=Stage.SEND))
    sent: list[SentLine] = field(default_factory=list)

    def __lshift__(self, step: Sends | Refuses) -> Playbook:
        if isinstance(step, Refuses):
            verdict = refused(self.machine, step.line, force=step.force)
            assert verdict.rule == step.rule, f"{step.line!r} breaks {verdict.rule!r}"
            return self
        line = self.machine.send(step.line, force=step.force)
        assert line.data == step.line + b"\r\n"
        if step.verb is not None:
            assert line.verb is step.verb
        self.sent.append(line)
        return self

    def __rshift__(self, step: SaysReply) -> Playbook:
        pending = self.machine.pending
        wanted = (pending[0] if pending else None) if step.answers is _SAME else step.answers
        events = self.machine.receive(step.data)
        replies = [event for event in events if isinstance(event, ReplyEvent)]
        assert [event.verb for event in replies] == [wanted], events
        rules = tuple(event.rule for event in events if isinstance(event, Violation))
        assert rules == step.violations, events
        return self


def refused(machine: Machine, line: bytes, *, force: bool = False) -> Verdict:
    """Return the verdict with which `line` is refused; fails if it goes out or changes anything."""
    before = (machine.state, machine.recipients)
    with pytest.raises(IllegalLine) as refusal:
        machine.send(line, force=force)
    assert (machine.state, machine.recipients) == before, "a refused line changes nothing"
    assert not refusal.value.verdict.allowed
    return refusal.value.verdict


def ready(stage: Stage = Stage.SEND, *offers: str) -> Playbook:
    """Return a conversation that has come to where EHLO was answered."""
    lines = ["mx.example", *(offers or ("STARTTLS", "AUTH PLAIN LOGIN", "CHUNKING"))]
    texts = [f"250{'-' if n < len(lines) - 1 else ' '}{text}" for n, text in enumerate(lines)]
    play = Playbook(Machine(stage=stage))
    return play >> reply("220 mx.example") << sends("EHLO me") >> reply(*texts)


# --- transcripts ------------------------------------------------------------------------------


class Transcript:
    """One transcript file, replayed against a new machine; fails with the line's number."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._stage = Stage.SEND
        self._machine: Machine | None = None
        self._stuffer = DotStuffer()
        self._events: deque[ReplyEvent | Violation] = deque()
        self.body = b""

    @property
    def machine(self) -> Machine:
        """The machine, made when the first line needs it."""
        if self._machine is None:
            self._machine = Machine(stage=self._stage)
        return self._machine

    def replay(self) -> None:
        """Play the conversation through and check all that it says."""
        for number, line in enumerate(self._lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                self._step(line)
            except (AssertionError, IllegalLine) as error:
                raise AssertionError(f"line {number}: {line}\n{error!r}") from error
        assert not self._events, f"not mentioned at the end: {list(self._events)}"

    def _step(self, line: str) -> None:
        mark, _, rest = line.partition(" ")
        if mark not in ("=", "!"):
            assert not self._events or mark.startswith("S"), f"not mentioned: {self._events[0]}"
        match mark:
            case "stage":
                self._stage = Stage[rest]
            case "C:" | "C!":
                self.machine.send(rest.encode(), force=mark == "C!")
            case "C?" | "C?!":
                rule, _, refused_line = rest.partition(" ")
                verdict = refused(self.machine, refused_line.encode(), force=mark == "C?!")
                assert verdict.rule == rule, verdict
            case "S:":
                self._events += self.machine.receive(rest.encode() + b"\r\n")
            case "S\\:":
                raw = rest.encode("latin-1", "backslashreplace").decode("unicode_escape")
                self._events += self.machine.receive(raw.encode("latin-1"))
            case "B:":
                self.body += self._stuffer.feed(rest.encode() + b"\r\n")
            case "B.":
                self.body += self._stuffer.finish()
                self.machine.body_sent()
            case "TLS":
                assert self.machine.tls_established() == b""
            case "EOF":
                self._events += self.machine.eof()
            case "SETTLE":
                self._events += self.machine.settle()
            case "=" | "!":
                assert self._events, "nothing has happened"
                assert shown(self._events.popleft()) == line
            case "@":
                for word in rest.split():
                    flag, _, value = word.partition("=")
                    assert flag_shown(self.machine, flag) == value, flag
            case _:
                raise AssertionError(f"what is {mark!r}?")


def shown(event: ReplyEvent | Violation) -> str:
    """Return an event as a transcript writes it."""
    if isinstance(event, Violation):
        params = [f"{name}={value}" for name, value in event.params.items() if name != "text"]
        return " ".join(("!", event.rule, *params))
    code = "-" if event.reply.code is None else f"{event.reply.code:03d}"
    verb = event.verb.value if event.verb else "-"
    return " ".join(("=", verb, code, *event.reply.defects))


def flag_shown(machine: Machine, flag: str) -> str:
    """Return a flag of the state as a transcript writes it; `pending` joined with commas."""
    if flag == "pending":
        return ",".join(verb.value for verb in machine.pending)
    value = getattr(machine.state, flag)
    return str({True: "yes", False: "no"}[value] if isinstance(value, bool) else value)
