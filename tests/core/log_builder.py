"""Builds logs of named situations, entry by entry, as the runner writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mailoscope_core.record.events import (
    KNOWN,
    AttemptStarted,
    BodySent,
    BodyStarted,
    CapabilitiesSeen,
    CertificateFacts,
    Connected,
    ConnectFailed,
    ConnectionClosed,
    ConnectStarted,
    EhloNameChosen,
    Entry,
    EnvironmentNoted,
    Header,
    LineSent,
    LoginTried,
    LookupFailed,
    LookupStarted,
    MessagePrepared,
    NamesFound,
    Paused,
    PlanChanged,
    ReplyReceived,
    Resumed,
    SecretProvided,
    SessionFinished,
    StepFinished,
    StepRecord,
    StepStarted,
    Surprise,
    TlsEstablished,
    TlsFailed,
    TlsStarted,
)

Outcome = Literal["done", "refused", "failed", "skipped", "cancelled"]

HOST, ADDRESS, PORT = "mail.corp-a.test", "198.51.100.7", 587
EHLO_NAME, LOCAL = "laptop.office.test", "10.1.2.3"
SENDER, RECIPIENT, OTHER = "asha@corp-a.test", "bela@far.test", "nobody@far.test"
MESSAGE_ID = "<abc.123@laptop.office.test>"
LEAF = CertificateFacts(
    subject="CN=mail.corp-a.test,O=Corp A Works,L=Pune",
    issuer="CN=Test CA,O=Trust Co",
    serial="0a1b2c",
    not_before="2026-01-01T00:00:00Z",
    not_after="2026-12-01T00:00:00Z",
    dns_names=("mail.corp-a.test", "*.corp-a.test"),
    key="RSA 2048",
    signature="sha256WithRSAEncryption",
    sha256="AB" * 32,
)


@dataclass(frozen=True, slots=True)
class BuiltSession:
    """A header with its entries, like a session that was loaded."""

    header: Header
    entries: tuple[Entry, ...]


class LogBuilder:
    """Appends events; each takes 10 ms unless `wait` says otherwise."""

    def __init__(self, **settings: str) -> None:
        facts = {"host": HOST, "port": str(PORT), "tls": "starttls", **settings}
        self.header = Header(
            schema=1,
            session="5d1f6f0e-0000-4000-8000-000000000001",
            started="2026-11-23T21:00:00.000+05:30",
            app="Mailoscope 0.1.0",
            title="Asha's work mail",
            settings=facts,
        )
        self.entries: list[Entry] = []
        self.attempt = 1
        self.now = 0.0

    def add(self, *events: KNOWN, wait: float = 0.01) -> LogBuilder:
        """Append events."""
        for event in events:
            self.now = round(self.now + wait, 6)
            self.entries.append(
                Entry(seq=len(self.entries), at=self.now, attempt=self.attempt, event=event)
            )
        return self

    def begin(self, *steps: tuple[str, str, str | None]) -> LogBuilder:
        """Environment, first attempt, EHLO name and plan; steps are (id, kind, line)."""
        facts = {"os": "Debian GNU/Linux 12", "python": "CPython 3.11.2", "openssl": "OpenSSL 3.0"}
        self.add(
            EnvironmentNoted(facts=facts),
            AttemptStarted(number=1, why="start"),
            EhloNameChosen(name=EHLO_NAME, why="fqdn"),
        )
        return self.plan("initial", *steps).add(Paused(why="start", step="dns"), Resumed())

    def plan(self, reason: str, *steps: tuple[str, str, str | None]) -> LogBuilder:
        """A plan with these steps."""
        records = tuple(StepRecord(id=name, kind=kind, line=line) for name, kind, line in steps)
        return self.add(PlanChanged(revision=1, reason=reason, steps=records))

    def start(self, step: str, kind: str) -> LogBuilder:
        """A step begins."""
        return self.add(StepStarted(step=step, kind=kind))

    def end(self, step: str, kind: str, outcome: Outcome) -> LogBuilder:
        """A step ends."""
        return self.add(StepFinished(step=step, kind=kind, outcome=outcome))

    def say(
        self, step: str, kind: str, line: str, code: int | None, *lines: str, enhanced: str = ""
    ) -> LogBuilder:
        """A whole step: a line and its reply."""
        self.start(step, kind).send(step, kind, line).reply(
            step, kind, code, *lines, enhanced=enhanced
        )
        good = code is not None and code < 400
        return self.end(step, kind, "done" if good else "refused")

    def send(self, step: str, verb: str, line: str) -> LogBuilder:
        """A line goes out."""
        return self.add(LineSent(verb=verb, text=line, size=len(line) + 2, step=step))

    def reply(
        self, step: str | None, verb: str | None, code: int | None, *lines: str, enhanced: str = ""
    ) -> LogBuilder:
        """A reply comes in, raw bytes included."""
        texts = [f"{enhanced} {line}".strip() for line in lines]
        number = "abc" if code is None else f"{code:03d}"
        last = len(texts) - 1
        raw = "".join(
            f"{number}{' ' if at == last else '-'}{text}\r\n" for at, text in enumerate(texts)
        )
        return self.add(
            ReplyReceived(
                code=code,
                enhanced=enhanced or None,
                lines=tuple(texts),
                raw=raw.encode().decode("latin-1"),
                size=len(raw),
                verb=verb,
                step=step if verb else None,
                unsolicited=verb is None,
                ms=4.5,
            )
        )

    def connect(self) -> LogBuilder:
        """Name look-up and connection succeed."""
        self.start("dns", "dns").add(
            LookupStarted(host=HOST, source="os"),
            NamesFound(host=HOST, source="os", addresses=(ADDRESS,), ms=12.0),
        ).end("dns", "dns", "done")
        return (
            self.start("connect", "connect")
            .add(
                ConnectStarted(host=HOST, address=ADDRESS, port=PORT),
                Connected(
                    host=HOST,
                    address=ADDRESS,
                    port=PORT,
                    local_address=LOCAL,
                    local_port=40000,
                    ms=21.0,
                ),
            )
            .end("connect", "connect", "done")
        )

    def greet(self, code: int = 220, text: str = f"{HOST} ESMTP Postfix") -> LogBuilder:
        """The server's first reply."""
        self.start("greeting", "greeting").reply("greeting", "greeting", code, text)
        return self.end("greeting", "greeting", "done" if code < 400 else "refused")

    def ehlo(self, step: str, phase: Literal["clear", "tls"], *keywords: str) -> LogBuilder:
        """EHLO with these keywords."""
        said = (f"{HOST} Hello {EHLO_NAME} [203.0.113.50]", *keywords)
        self.start(step, "ehlo").send(step, "ehlo", f"EHLO {EHLO_NAME}")
        self.reply(step, "ehlo", 250, *said)
        pairs = tuple((word.partition(" ")[0], word.partition(" ")[2]) for word in keywords)
        self.add(CapabilitiesSeen(phase=phase, greeting_name=HOST, keywords=pairs))
        return self.end(step, "ehlo", "done")

    def starttls(self) -> LogBuilder:
        """STARTTLS and a handshake that succeeds."""
        self.say("starttls", "starttls", "STARTTLS", 220, "Ready to start TLS")
        self.start("tls", "tls").add(
            TlsStarted(mode="starttls", server_name=HOST, trust="system store"),
            TlsEstablished(
                version="TLSv1.3",
                cipher="TLS_AES_256_GCM_SHA384",
                bits=256,
                verified=True,
                chain=(LEAF,),
                ms=30.0,
            ),
        )
        return self.end("tls", "tls", "done")

    def reach_login(self) -> LogBuilder:
        """Everything up to the log-in."""
        self.connect().greet().ehlo("ehlo", "clear", "SIZE 1000", "STARTTLS")
        return self.starttls().ehlo("ehlo-tls", "tls", "SIZE 2000", "AUTH PLAIN LOGIN", "8BITMIME")

    def log_in(self, code: int = 235, text: str = "Authentication successful") -> LogBuilder:
        """AUTH PLAIN with its outcome."""
        good = code < 400
        self.start("auth", "auth").add(SecretProvided(kind="password", source="keyring"))
        self.send("auth", "auth", "AUTH PLAIN ********")
        self.reply("auth", "auth", code, text, enhanced="2.7.0" if good else "5.7.8")
        self.add(
            LoginTried(
                mechanism="PLAIN",
                user=SENDER,
                outcome="accepted" if good else "refused",
                attempts=0 if good else 1,
            )
        )
        return self.end("auth", "auth", "done" if good else "refused")

    def quit(self) -> LogBuilder:
        """QUIT, and our side closes."""
        self.start("quit", "quit").send("quit", "quit", "QUIT")
        self.reply("quit", "quit", 221, "Bye").add(ConnectionClosed(by="us", step="quit"))
        return self.end("quit", "quit", "done")

    def finish(
        self,
        outcome: Literal["done", "refused", "failed", "cancelled"] = "done",
        step: str | None = None,
    ) -> BuiltSession:
        """The session's end."""
        self.add(SessionFinished(outcome=outcome, step=step))
        return self.built()

    def built(self) -> BuiltSession:
        """The session as far as it has come."""
        return BuiltSession(self.header, tuple(self.entries))


LOGIN_PLAN: tuple[tuple[str, str, str | None], ...] = (
    ("dns", "dns", None),
    ("connect", "connect", None),
    ("greeting", "greeting", None),
    ("ehlo", "ehlo", f"EHLO {EHLO_NAME}"),
    ("starttls", "starttls", "STARTTLS"),
    ("tls", "tls", None),
    ("ehlo-tls", "ehlo", f"EHLO {EHLO_NAME}"),
    ("auth", "auth", "AUTH PLAIN ‹secret›"),
)
QUIT_STEP = ("quit", "quit", "QUIT")
MAIL_STEP = ("mail", "mail", f"MAIL FROM:<{SENDER}>")
RCPT_STEPS = (
    ("rcpt-1", "rcpt", f"RCPT TO:<{RECIPIENT}>"),
    ("rcpt-2", "rcpt", f"RCPT TO:<{OTHER}>"),
)


def login_accepted() -> BuiltSession:
    """The log-in succeeds and the session stops there."""
    return (
        LogBuilder(user=SENDER).begin(*LOGIN_PLAN, QUIT_STEP).reach_login().log_in().quit().finish()
    )


def login_refused() -> BuiltSession:
    """535: the password or user is wrong."""
    log = LogBuilder(user=SENDER).begin(*LOGIN_PLAN, QUIT_STEP).reach_login()
    log.log_in(535, "Error: authentication failed").add(Paused(why="trouble", step="quit"))
    return log.finish("refused", "auth")


def message_accepted() -> BuiltSession:
    """One message to one recipient is taken over."""
    log = _message((RCPT_STEPS[0],))
    log.say("rcpt-1", "rcpt", RCPT_STEPS[0][2], 250, "Ok", enhanced="2.1.5")
    _data(log).reply("body", "body-end", 250, "Ok: queued as 4XyzAb1CdEz", enhanced="2.0.0")
    return log.end("body", "body-end", "done").quit().finish()


def message_in_part() -> BuiltSession:
    """One of two recipients is unknown; the message goes to the other."""
    log = _message(RCPT_STEPS)
    log.say("rcpt-1", "rcpt", RCPT_STEPS[0][2], 250, "Ok", enhanced="2.1.5")
    log.say("rcpt-2", "rcpt", RCPT_STEPS[1][2], 550, f"<{OTHER}>: unknown", enhanced="5.1.1")
    _data(log).reply("body", "body-end", 250, "Ok: queued as 4XyzAb1CdEz", enhanced="2.0.0")
    return log.end("body", "body-end", "done").quit().finish()


def dot_unanswered() -> BuiltSession:
    """The connection breaks after the final dot: nobody knows whether the message was taken."""
    log = _message((RCPT_STEPS[0],))
    log.say("rcpt-1", "rcpt", RCPT_STEPS[0][2], 250, "Ok", enhanced="2.1.5")
    _data(log).add(ConnectionClosed(by="reset", pending="body-end", step="body"))
    return log.end("body", "body-end", "failed").finish("failed", "body")


def relay_denied() -> BuiltSession:
    """The addresses are asked about, and the server relays for nobody."""
    plan = (*LOGIN_PLAN, MAIL_STEP, RCPT_STEPS[0], ("rset", "rset", "RSET"), QUIT_STEP)
    log = LogBuilder(sender=SENDER, recipients=RECIPIENT).begin(*plan).reach_login().log_in()
    log.say("mail", "mail", MAIL_STEP[2], 250, "Ok", enhanced="2.1.0")
    said = f"<{RECIPIENT}>: Relay access denied; client [203.0.113.50]"
    log.say("rcpt-1", "rcpt", RCPT_STEPS[0][2], 554, said, enhanced="5.7.1")
    return log.say("rset", "rset", "RSET", 250, "Ok", enhanced="2.0.0").quit().finish()


def addresses_accepted() -> BuiltSession:
    """The addresses are asked about and all are fine."""
    plan = (*LOGIN_PLAN, MAIL_STEP, *RCPT_STEPS, ("rset", "rset", "RSET"), QUIT_STEP)
    log = LogBuilder(sender=SENDER).begin(*plan).reach_login().log_in()
    log.say("mail", "mail", MAIL_STEP[2], 250, "Ok", enhanced="2.1.0")
    for step, _, line in RCPT_STEPS:
        log.say(step, "rcpt", line, 250, "Ok", enhanced="2.1.5")
    return log.say("rset", "rset", "RSET", 250, "Ok").quit().finish()


def name_not_found() -> BuiltSession:
    """The host does not exist."""
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).start("dns", "dns")
    log.add(
        LookupStarted(host=HOST, source="os"),
        LookupFailed(host=HOST, source="os", kind="not-found", errno=-2, ms=3.0),
    )
    return log.end("dns", "dns", "failed").finish("failed", "dns")


def connection_refused() -> BuiltSession:
    """Nothing listens on the port."""
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).start("dns", "dns")
    log.add(NamesFound(host=HOST, source="os", addresses=(ADDRESS,), ms=1.0))
    log.end("dns", "dns", "done").start("connect", "connect")
    log.add(
        ConnectStarted(host=HOST, address=ADDRESS, port=PORT),
        ConnectFailed(
            host=HOST,
            address=ADDRESS,
            port=PORT,
            kind="refused",
            errno=111,
            detail="Connection refused",
            ms=2.0,
        ),
    )
    return log.end("connect", "connect", "failed").finish("failed", "connect")


def certificate_expired() -> BuiltSession:
    """STARTTLS fails because the certificate is out of date."""
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).connect().greet()
    log.ehlo("ehlo", "clear", "SIZE 1000", "STARTTLS")
    log.say("starttls", "starttls", "STARTTLS", 220, "Ready to start TLS").start("tls", "tls")
    log.add(
        TlsStarted(mode="starttls", server_name=HOST, trust="system store"),
        TlsFailed(
            kind="expired",
            detail="certificate has expired",
            verify_code=10,
            chain=(LEAF,),
            server_name=HOST,
            ms=25.0,
        ),
        ConnectionClosed(by="us", step="tls", detail="tls"),
    )
    return log.end("tls", "tls", "failed").finish("failed", "tls")


def greeting_refused() -> BuiltSession:
    """554 in the banner, which arrives before the greeting's step has begun."""
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).connect()
    log.reply("connect", "greeting", 554, f"{HOST} No SMTP service for 203.0.113.50")
    log.start("greeting", "greeting").end("greeting", "greeting", "refused")
    return log.finish("refused", "greeting")


def hostile_server() -> BuiltSession:
    """A server that sends markup, escape sequences and reordering marks."""
    log = LogBuilder().begin(*LOGIN_PLAN, QUIT_STEP).connect()
    log.greet(
        220, "<script>alert(1)</script> \x1b]0;owned\x07 [x](http://evil.test) | `a` ``` {{7*7}}"
    )
    log.ehlo("ehlo", "clear", '<img src="http://evil.test/a.png" onerror=x>', "SIZE <b>1</b>")
    log.start("starttls", "starttls").add(
        Surprise(
            rule="plaintext-after-starttls", step="starttls", params={"size": "9", "text": "<i>"}
        )
    )
    log.send("starttls", "starttls", "STARTTLS")
    log.reply("starttls", "starttls", 454, "</td></table><h1>\u202egnp.exe & more</h1>")
    return log.end("starttls", "starttls", "refused").finish("refused", "starttls")


def unfinished() -> BuiltSession:
    """The session is still in the middle of its log-in."""
    log = LogBuilder(user=SENDER).begin(*LOGIN_PLAN, QUIT_STEP).reach_login()
    return log.start("auth", "auth").send("auth", "auth", "AUTH PLAIN ********").built()


def restarted() -> BuiltSession:
    """A first attempt is refused in the log-in, the second one succeeds."""
    log = LogBuilder(user=SENDER).begin(*LOGIN_PLAN, QUIT_STEP).reach_login()
    log.log_in(535, "Error: authentication failed").add(
        Paused(why="trouble", step="quit"), Resumed()
    )
    log.add(ConnectionClosed(by="us"))
    log.attempt = 2
    log.add(AttemptStarted(number=2, why="restart")).plan("restarted", *LOGIN_PLAN, QUIT_STEP)
    return log.reach_login().log_in().quit().finish()


SITUATIONS: Mapping[str, Callable[[], BuiltSession]] = MappingProxyType(
    {
        situation.__name__: situation
        for situation in (
            login_accepted,
            login_refused,
            message_accepted,
            message_in_part,
            dot_unanswered,
            relay_denied,
            addresses_accepted,
            name_not_found,
            connection_refused,
            certificate_expired,
            greeting_refused,
            hostile_server,
            unfinished,
            restarted,
        )
    }
)


def _message(rcpts: tuple[tuple[str, str, str], ...]) -> LogBuilder:
    """A session that sends, as far as MAIL."""
    data: tuple[tuple[str, str, str | None], ...] = (
        ("data", "data", "DATA"),
        ("body", "body-end", None),
    )
    log = LogBuilder(user=SENDER, sender=SENDER, recipients=RECIPIENT)
    log.begin(*LOGIN_PLAN, MAIL_STEP, *rcpts, *data, QUIT_STEP)
    log.add(MessagePrepared(source="compose", size=420, sha256="00" * 32, message_id=MESSAGE_ID))
    log.reach_login().log_in()
    return log.say("mail", "mail", MAIL_STEP[2], 250, "Ok", enhanced="2.1.0")


def _data(log: LogBuilder) -> LogBuilder:
    """DATA and the body, without the last reply."""
    log.say("data", "data", "DATA", 354, "End data with <CR><LF>.<CR><LF>")
    log.start("body", "body-end")
    return log.add(BodyStarted(size=420, how="data"), BodySent(sent=423, ms=3.0))
