"""One SMTP session as the lab server holds it: lines in, actions out; no socket, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailoscope_core.practice.auth import Outcome, Verdict, decode
from mailoscope_core.practice.login import Login, Step
from mailoscope_core.practice.outbox import Close, CutAfter, Outbox, Say, StartTls, Wait
from mailoscope_core.practice.phrases import Phrases, encode, fill, render
from mailoscope_core.practice.script import Matcher, Situation
from mailoscope_core.practice.spec import Ending, Rule, Scenario, Then, When
from mailoscope_core.practice.transaction import Answer, Client, Transaction

IDLE_LIMIT_S = 300.0
# RFC 3207 section 4: what a server that insists on TLS still answers without it.
WITHOUT_TLS = frozenset({When.NOOP, When.EHLO, When.STARTTLS, When.QUIT})
# Commands that exist and that this server leaves out: 502, not 500.
LEFT_OUT = frozenset({"ETRN", "TURN", "ATRN", "SEND", "SOML", "SAML", "BURL"})


class LabSession:
    """Speaks for the server on one connection, by its scenario.

    Whoever owns the connection calls the methods below as things happen, carries out what is in
    `outbox`, and calls nothing further before that is done (`outbox.only_text` says when it may).
    `idle_limit` is the seconds without a byte from the client after which `idle` is due. Once
    `deaf`, the session wants to hear nothing more.
    """

    def __init__(
        self,
        scenario: Scenario,
        matcher: Matcher,
        phrases: Phrases,
        login: Login,
        transaction: Transaction,
        client: Client,
    ) -> None:
        self.outbox = Outbox()
        self.deaf = False
        rule = matcher.waiting(When.IDLE)
        self.idle_limit = rule.after_seconds if rule is not None else IDLE_LIMIT_S
        self._spec = scenario.server
        self._matcher = matcher
        self._phrases = phrases
        self._login = login
        self._mail = transaction
        self._client = client
        self._line = ""
        self._body_rule_done = False
        self._afterwards: Close | StartTls | None = None
        self._commands: Mapping[str, tuple[When, Callable[[str], bytes]]] = {
            "EHLO": (When.EHLO, self._ehlo),
            "HELO": (When.HELO, self._helo),
            "STARTTLS": (When.STARTTLS, self._starttls),
            "AUTH": (When.AUTH, self._auth),
            "MAIL": (When.MAIL, lambda argument: self._answer(self._mail.mail(argument))),
            "RCPT": (When.RCPT, lambda argument: self._answer(self._mail.rcpt(argument))),
            "DATA": (When.DATA, self._data),
            "RSET": (When.RSET, self._rset),
            "NOOP": (When.NOOP, lambda _: self._reply("noop")),
            "VRFY": (When.VRFY, lambda _: self._reply("vrfy")),
            "EXPN": (When.EXPN, lambda _: self._reply("expn")),
            "HELP": (When.HELP, lambda _: self._reply("help")),
            "QUIT": (When.QUIT, self._quit),
        }

    # ----------------------------------------------------------------------- the connection's life

    def opened(self) -> None:
        """A client has connected."""
        self._at(When.CONNECT, self._begin)

    def refused(self) -> None:
        """A client has connected and there are too many already."""
        self._say(self._reply("too-many-connections"))
        self.outbox.put(Close(Ending.CLEAN))

    def tls_begins(self) -> bool:
        """The client's first TLS bytes are there; returns whether to go on with the handshake."""
        rule = self._matcher.find(When.TLS, self._situation)
        if rule is None:
            return True
        self._perform(rule, bytes)
        self.deaf = rule.then is Then.NOTHING
        return not self.deaf

    def tls_established(self) -> None:
        """The handshake is done; what was said before is forgotten (RFC 3207 section 4.2)."""
        self._client.tls = True
        if self._spec.implicit_tls:
            self._at(When.BANNER, lambda: self._reply("banner"))
        else:
            self._client.ehlo, self._client.esmtp, self._client.user = "", False, ""
            self._mail.reset()

    def idle(self) -> None:
        """The client said nothing for `idle_limit` seconds."""

        def give_up() -> bytes:
            self._afterwards = Close(Ending.CLEAN)
            return self._reply("idle")

        self._at(When.IDLE, give_up)

    def lost(self) -> None:
        """The connection is gone."""
        self._login.abandon()
        self._mail.reset()

    # ------------------------------------------------------------------------ what the client says

    def line(self, line: bytes) -> None:
        """Take one line, its line end removed."""
        text = self._line = line.decode("utf-8", "surrogateescape")
        if self._login.expects_response:
            self._at(When.AUTH_RESPONSE, lambda: self._auth_step(self._login.respond(line)))
            return
        verb, _, argument = text.partition(" ")
        verb, argument = verb.upper(), argument.strip(" ")
        if verb == "BDAT" and "CHUNKING" in self._spec.extensions:
            # Its octets follow in any case, so they are taken before anything is refused.
            self._bdat(argument)
            return
        moment, command = self._commands.get(verb, (When.OTHER, self._unknown))
        if self._tls_satisfied(moment):
            self._at(moment, lambda: command(argument))
        else:
            self._at(moment, lambda: self._reply("starttls-first"))

    def line_too_long(self) -> None:
        """The client sent an over-long line; it was thrown away."""
        self._login.abandon()
        self._say(self._reply("line-too-long"))

    @property
    def receiving(self) -> bool:
        """Whether the client's next bytes belong to a body."""
        return self._mail.reader is not None

    def body(self, data: bytes) -> int:
        """Take body bytes off `data`; returns how many."""
        reader = self._mail.reader
        if reader is None:
            return 0
        count = reader.feed(data)
        if self._body_rule_closes(reader.taken):
            # Nothing that comes after this counts, the end of the message included.
            self._mail.reset()
            self.deaf = True
        elif reader.done:
            if self._mail.last_chunk:
                self._at(When.DOT, lambda: self._answer(self._mail.finish()))
                self._mail.reset()
            else:
                # A rule may have left `chunk` out: the octets are taken all the same.
                self._at(When.BDAT, lambda: self._answer(self._mail.chunk()))
                self._mail.reader = None
        return count

    # -------------------------------------------------------------------------- ordinary behaviour

    def _begin(self) -> bytes:
        if self._spec.implicit_tls:
            self._afterwards = StartTls(drop_early=False)
        else:
            self._at(When.BANNER, lambda: self._reply("banner"))
        return b""

    def _ehlo(self, argument: str) -> bytes:
        if not self._spec.esmtp:
            return self._reply("ehlo-off")
        greeting = self._greet(argument, "EHLO", esmtp=True)
        lines = greeting[:-2].decode("utf-8", "surrogateescape").split("\r\n")
        if not self._client.ehlo:
            return greeting
        texts = [line[4:] for line in lines] + self._capabilities()
        return encode((*(f"250-{text}" for text in texts[:-1]), f"250 {texts[-1]}"))

    def _helo(self, argument: str) -> bytes:
        return self._greet(argument, "HELO", esmtp=False)

    def _greet(self, argument: str, verb: str, *, esmtp: bool) -> bytes:
        self._client.ehlo, self._client.esmtp = argument, esmtp
        self._mail.reset()
        return self._reply("helo") if argument else self._reply("helo-no-name", verb=verb)

    def _capabilities(self) -> list[str]:
        spec, tls = self._spec, self._client.tls
        lines = list(spec.extensions)
        if spec.size_advertised:
            lines.insert(1, f"SIZE {spec.size_limit}")
        if spec.starttls != "absent" and not tls:
            lines.append("STARTTLS")
        if spec.mechanisms and (tls or not spec.auth_needs_tls):
            lines.append("AUTH " + " ".join(spec.mechanisms))
        return lines

    def _starttls(self, argument: str) -> bytes:
        if self._spec.starttls == "absent":
            return self._reply("not-implemented", verb="STARTTLS")
        if argument:
            return self._reply("no-argument-allowed", verb="STARTTLS")
        if self._client.tls:
            return self._reply("starttls-active")
        self._afterwards = StartTls(drop_early=True)
        return self._reply("starttls-ready")

    def _auth(self, argument: str) -> bytes:
        return self._auth_step(self._login.begin(argument, in_transaction=self._mail.open))

    def _auth_step(self, step: Step) -> bytes:
        """Answer one step of AUTH: a challenge, a refusal, or the verdict on the credentials."""
        if isinstance(step, bytes):
            return step
        if isinstance(step, Answer):
            return self._answer(step)
        rule = self._matcher.find(When.CREDENTIALS, self._situation)
        if rule is None:
            return self._verdict(step)
        self._perform(rule, lambda: self._verdict(step))
        return b""

    def _verdict(self, verdict: Verdict) -> bytes:
        if verdict.outcome is Outcome.MALFORMED:
            return self._reply("auth-malformed")
        if verdict.outcome is Outcome.REFUSED:
            return self._reply("auth-refused", user=verdict.user)
        self._client.user = verdict.user or "token"
        return self._reply("auth-ok", user=self._client.user)

    def _data(self, argument: str) -> bytes:
        if argument:
            return self._reply("no-argument-allowed", verb="DATA")
        self._body_rule_done = False
        return self._answer(self._mail.data())

    def _bdat(self, argument: str) -> None:
        self._body_rule_done = False
        refusal = self._mail.bdat(argument)
        if refusal is not None:
            self._at(When.BDAT, lambda: self._answer(refusal))
        else:
            # Nothing may be left to read: BDAT 0 LAST.
            self.body(b"")

    def _rset(self, argument: str) -> bytes:
        if argument:
            return self._reply("no-argument-allowed", verb="RSET")
        self._mail.reset()
        return self._reply("rset")

    def _quit(self, argument: str) -> bytes:
        if argument:
            return self._reply("no-argument-allowed", verb="QUIT")
        self._afterwards = Close(Ending.CLEAN)
        return self._reply("quit")

    def _unknown(self, _: str) -> bytes:
        verb = self._line.partition(" ")[0][:40]
        known = verb.upper() in LEFT_OUT or verb.upper() == "BDAT"
        return self._reply("not-implemented" if known else "unknown-command", verb=verb)

    def _tls_satisfied(self, moment: When) -> bool:
        insists = self._spec.starttls == "required" and not self._client.tls
        return not insists or moment in WITHOUT_TLS

    # --------------------------------------------------------------------------------------- rules

    def _at(self, moment: When, ordinary: Callable[[], bytes]) -> None:
        """Do what the scenario wants at `moment`, or the ordinary thing."""
        rule = self._matcher.find(moment, self._situation)
        if rule is not None:
            self._perform(rule, ordinary)
        else:
            self._say(ordinary())
            self._do_afterwards()

    def _perform(self, rule: Rule, ordinary: Callable[[], bytes]) -> None:
        if rule.delay_s:
            self.outbox.put(Wait(rule.delay_s))
        if rule.close is Ending.AFTER_BYTES:
            self.outbox.put(CutAfter(rule.bytes))
        if rule.raw:
            self._say(rule.raw.encode("latin-1") * rule.repeat, rule.drip)
        if rule.reply:
            reply = render(rule.reply, self._values())
            self._say(reply[:-2] + b"x" * rule.pad + reply[-2:], rule.drip)
        if rule.then is not Then.NOTHING:
            ordinary_reply = ordinary()
            if rule.then is Then.NORMAL:
                self._say(self._with_suffix(ordinary_reply, rule.suffix), rule.drip)
            self._do_afterwards()
        if rule.close is Ending.CLEAN or rule.close is Ending.RESET:
            self.outbox.put(Close(rule.close))

    def _with_suffix(self, reply: bytes, suffix: str) -> bytes:
        # A challenge must stay decodable.
        if not suffix or not reply or reply.startswith(b"334"):
            return reply
        text = fill(suffix, self._values()).encode("utf-8", "surrogateescape")
        return reply[:-2] + text + b"\r\n"

    def _do_afterwards(self) -> None:
        """What must follow the reply on the wire: TLS after 220, the end after 221."""
        if self._afterwards is not None:
            self.outbox.put(self._afterwards)
            self._afterwards = None

    def _body_rule_closes(self, taken: int) -> bool:
        """Let a `body` rule act once enough was taken; returns whether it ends the connection."""
        rule = self._matcher.waiting(When.BODY)
        if rule is None or self._body_rule_done or taken < rule.at_byte:
            return False
        self._body_rule_done = True
        found = self._matcher.find(When.BODY, self._situation)
        if found is None:
            return False
        self._perform(found, bytes)
        return found.close in (Ending.CLEAN, Ending.RESET)

    # --------------------------------------------------------------------------------------- words

    def _say(self, data: bytes, drip: float = 0.0) -> None:
        if data:
            self.outbox.put(Say(data, drip))

    def _answer(self, answer: Answer) -> bytes:
        return self._reply(answer.reply, **answer.values)

    def _reply(self, reply_id: str, **values: str) -> bytes:
        return self._phrases.reply(reply_id, lambda: {**self._values(), **values})

    def _values(self) -> dict[str, str]:
        return {
            "hostname": self._spec.hostname,
            "ehlo": self._client.ehlo,
            "peer": self._client.peer,
            "user": self._client.user,
            "line": self._line,
            "sender": self._mail.sender,
            "address": address_in(self._line),
            "decoded": decoded_in(self._line),
        }

    def _situation(self) -> Situation:
        return Situation(self._line, self._client.ehlo, self._mail.sender)


def address_in(line: str) -> str:
    """Return what stands in the first pair of angle brackets of `line`, "" without one."""
    return line.partition("<")[2].partition(">")[0]


def decoded_in(line: str) -> str:
    """Return the last word of `line` base64-decoded, "" where it is not base64."""
    word = line.rpartition(" ")[2].encode("utf-8", "surrogateescape")
    return (decode(word) or b"").decode("utf-8", "surrogateescape")
