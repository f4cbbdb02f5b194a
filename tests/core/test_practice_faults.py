"""Every scenario shows its fault to the byte; a scenario without a proof fails here."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable

import pytest

from mailoscope_core.practice.scenarios import list_scenarios, load_scenario
from mailoscope_core.practice.server import LabServer
from tests.core.practice_probe import Clock, Probe, b64
from tests.core.practice_refusals import DOT, REFUSALS, Refusal

Proof = Callable[[str], None]
PROOFS: dict[str, Proof] = {}
MAIL, RCPT = "MAIL FROM:<lab@lab.test>", "RCPT TO:<friend@lab.test>"


def proves(*names: str) -> Callable[[Proof], Proof]:
    """Enter the function as the proof of these scenarios; it is called with each of their ids."""

    def enter(proof: Proof) -> Proof:
        PROOFS.update(dict.fromkeys(names, proof))
        return proof

    return enter


class Lab(Probe):
    """A probe with a server of its own for one scenario."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.lab = LabServer(load_scenario(name), clock=clock)
        self.lab.start()
        super().__init__(self.lab)
        # From here on a clock that is moved by hand counts for this connection.
        assert self.lab.wait_for(lambda line: line.data == b"opened")

    def __exit__(self, *error: object) -> None:
        self.sock.close()
        self.lab.stop()

    def greeted(self) -> Lab:
        """Read the greeting and say EHLO."""
        assert self.reply().startswith(b"220 ")
        assert self.say("EHLO client.lab.test").startswith(b"250")
        return self

    def logged_in(self) -> Lab:
        """Greeting, TLS and a good log-in."""
        self.secure()
        assert self.log_in().startswith(b"235 ")
        return self

    def data(self, body: bytes = b"Subject: x\r\n\r\nx\r\n") -> None:
        """Envelope, DATA and a body with its final dot; the reply is not read."""
        assert [reply[:3] for reply in self.envelope()] == [b"250", b"250"]
        assert self.say("DATA").startswith(b"354 ")
        self.send(body + b".\r\n")


@pytest.mark.parametrize("name", [each.id for each in list_scenarios()])
def test_the_scenario_shows_what_it_is_for(name: str) -> None:
    PROOFS[name](name)


@proves(*REFUSALS)
def _refused_at_one_step(name: str) -> None:
    for refusal in REFUSALS[name]:
        with Lab(refusal.scenario) as lab:
            assert _last_reply(lab, refusal).startswith(refusal.reply), refusal


def _last_reply(lab: Lab, refusal: Refusal) -> bytes:
    reply = b""
    if refusal.begin == "connected":
        reply = lab.reply()
    elif refusal.begin == "greeted":
        lab.greeted()
    elif refusal.begin == "secure":
        lab.secure()
    else:
        lab.logged_in()
    for line in refusal.lines:
        assert reply[:1] in (b"", b"2", b"3"), (refusal, reply)
        reply = lab.say("Subject: x\r\n\r\nx\r\n." if line == DOT else line)
    return reply


@proves("dot-unanswered")
def _dot_unanswered(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in().data()
        assert lab.silent()
        assert len(lab.server.messages) == 1, "the server has it all the same"


@proves("exchange-refused")
def _exchange_refused(name: str) -> None:
    with Lab(name) as lab:
        lab.secure()
        assert lab.say("AUTH LOGIN " + b64("lab@lab.test")).startswith(b"334 ")
        assert lab.say(b64("wrong-password")) == b"535 5.7.3 Authentication unsuccessful\r\n"


@proves("submission", "submission-implicit", "queued")
def _healthy(name: str) -> None:
    with Lab(name) as lab:
        if name == "submission-implicit":
            lab.start_tls()
            lab.greeted()
            assert lab.log_in().startswith(b"235 ")
        else:
            lab.logged_in()
        lab.data()
        assert lab.reply() == b"250 2.0.0 Ok: queued as LAB000001\r\n"
        assert lab.server.messages[0].tls


@proves("plain-sink")
def _sink(name: str) -> None:
    with Lab(name) as lab:
        assert b"STARTTLS" not in lab.reply() + lab.say("EHLO client.lab.test")
        assert lab.say("MAIL FROM:<x@example.org>").startswith(b"250 ")
        assert lab.say("RCPT TO:<y@example.net>").startswith(b"250 ")
    clock = Clock()
    with Lab(f"{name}:0.005", clock) as lab:
        for step in (b"", b"EHLO client.lab.test\r\n", b"NOOP\r\n"):
            lab.send(step)
            assert lab.silent()
            clock.advance(0.006, lab.server)
            assert lab.reply()[:1] == b"2"


@proves("bad-sequence")
def _bad_sequence(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in()
        assert [reply[:3] for reply in lab.envelope()] == [b"250", b"250"]
        assert lab.say("DATA") == b"503 5.5.1 Bad sequence of commands: RCPT first\r\n"
    with Lab(f"{name}:mail") as lab:
        assert [reply[:3] for reply in lab.logged_in().envelope()] == [b"250", b"503"]


@proves("auth-rejected")
def _auth_rejected(name: str) -> None:
    with Lab(name) as lab:
        settings = lab.lab.scenario.settings
        lab.secure()
        assert lab.log_in(settings.user, settings.secret).startswith(b"535 5.7.8 ")
        assert lab.log_in(settings.user, "lab-password").startswith(b"235 ")


@proves("auth-disabled")
def _auth_disabled(name: str) -> None:
    texts = {"tenant": b"for the Tenant.", "mailbox": b"for the Mailbox.", "basic": b"basic auth"}
    for scope, text in texts.items():
        with Lab(f"{name}:{scope}") as lab:
            lab.secure()
            lab.say("AUTH LOGIN " + b64("lab@lab.test"))
            reply = lab.say(b64("lab-password"))
            assert reply.startswith(b"535 5.7.139 ")
            assert text in reply


@proves("app-password")
def _app_password(name: str) -> None:
    with Lab(name) as lab:
        lab.secure()
        assert lab.log_in().startswith(b"534-5.7.9 Application-specific password required.\r\n534 ")
        assert lab.log_in(password="abcdefghijklmnop").startswith(b"235 ")


@proves("auth-not-offered")
def _auth_not_offered(name: str) -> None:
    with Lab(name) as lab:
        lab.greeted()
        assert lab.say("STARTTLS").startswith(b"220 ")
        lab.start_tls()
        assert b"AUTH" not in lab.say("EHLO client.lab.test")
        assert lab.log_in().startswith(b"502 5.5.1 ")


@proves("auth-temp-failure")
def _auth_temp_failure(name: str) -> None:
    with Lab(name) as lab:
        lab.secure()
        assert lab.log_in() == b"454 4.7.0 Temporary authentication failure\r\n"


@proves("auth-after-tls-only")
def _auth_after_tls_only(name: str) -> None:
    with Lab(name) as lab:
        lab.reply()
        assert b"AUTH" not in lab.say("EHLO client.lab.test")
        assert lab.log_in().startswith(b"538 5.7.11 ")
    with Lab(name) as lab:
        lab.logged_in()


@proves("xoauth2-expired")
def _xoauth2_expired(name: str) -> None:
    with Lab(name) as lab:
        settings = lab.lab.scenario.settings
        lab.secure()
        token = f"user={settings.user}\x01auth=Bearer {settings.secret}\x01\x01"
        challenge = lab.say("AUTH XOAUTH2 " + b64(token))
        assert b'"status"' in base64.b64decode(challenge.removeprefix(b"334 "))
        assert lab.silent(), "535 only after the empty line"
        assert lab.say("").startswith(b"535 5.7.8 ")


@proves("starttls-required")
def _starttls_required(name: str) -> None:
    with Lab(name) as lab:
        assert lab.greeted().say(MAIL) == b"530 5.7.0 Must issue a STARTTLS command first\r\n"


@proves("starttls-missing")
def _starttls_missing(name: str) -> None:
    with Lab(name) as lab:
        lab.reply()
        assert b"STARTTLS" not in lab.say("EHLO client.lab.test")
        assert lab.say("STARTTLS").startswith(b"502 5.5.1 ")


@proves("starttls-unavailable")
def _starttls_unavailable(name: str) -> None:
    with Lab(name) as lab:
        assert lab.greeted().say("STARTTLS").startswith(b"454 4.7.0 TLS not available")
        assert lab.say("NOOP").startswith(b"250 ")


@proves("relay-denied")
def _relay_denied(name: str) -> None:
    foreign = "RCPT TO:<someone@example.org>"
    with Lab(name) as lab:
        lab.secure()
        assert lab.say(MAIL).startswith(b"250 ")
        refused = b"554 5.7.1 <someone@example.org>: Relay access denied\r\n"
        assert [lab.say(foreign), lab.say(RCPT)[:3]] == [refused, b"250"]
    with Lab(name) as lab:
        lab.logged_in()
        assert [lab.say(MAIL)[:3], lab.say(foreign)[:3]] == [b"250", b"250"]


@proves("auth-required")
def _auth_required(name: str) -> None:
    with Lab(name) as lab:
        assert lab.secure().say(MAIL) == b"530 5.7.0 Authentication required\r\n"


@proves("greylisting")
def _greylisting(name: str) -> None:
    clock = Clock()
    with Lab(name, clock) as lab:
        lab.greeted().say(MAIL)
        assert b"Greylisted, please try again in 2 seconds" in lab.say(RCPT)
        clock.advance(1.9, lab.server)
        assert lab.say(RCPT).startswith(b"450 4.2.0 <friend@lab.test>: ")
        clock.advance(0.2, lab.server)
        with Probe(lab.server) as again:
            again.reply()
            again.say("EHLO client.lab.test")
            assert [reply[:3] for reply in again.envelope()] == [b"250", b"250"]


@proves("unknown-user")
def _unknown_user(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in().say(MAIL)
        recipients = lab.lab.scenario.settings.recipients
        replies = [lab.say(f"RCPT TO:<{each}>") for each in recipients]
        assert [reply[:9] for reply in replies] == [b"250 2.1.5", b"550 5.1.1", b"250 2.1.5"]


@proves("mailbox-full")
def _mailbox_full(name: str) -> None:
    for knob, start in (("452", b"452 4.2.2 "), ("552", b"552 5.2.2 ")):
        with Lab(f"{name}:{knob}") as lab:
            assert lab.logged_in().envelope()[1].startswith(start)


@proves("too-big")
def _too_big(name: str) -> None:
    with Lab(name) as lab:
        assert lab.logged_in().say(MAIL + " SIZE=100001").startswith(b"552 5.3.4 ")
        lab.data(b"x" * 100_100 + b"\r\n")
        assert lab.reply().startswith(b"552 5.3.4 Message of 100102 octets exceeds")
    with Lab(f"{name}:dot") as lab:
        lab.secure()
        assert b"SIZE" not in lab.say("EHLO client.lab.test")
        lab.log_in()
        lab.data(b"x" * 99_998 + b"\r\n")
        assert lab.reply().startswith(b"250 ")
        lab.data(b"x" * 99_999 + b"\r\n")
        assert lab.reply().startswith(b"552 5.3.4 Message of 100001 octets exceeds")
        assert len(lab.server.messages) == 1


@proves("sender-not-owned")
def _sender_not_owned(name: str) -> None:
    with Lab(name) as lab:
        reply = lab.logged_in().say("MAIL FROM:<boss@lab.test>")
        assert reply.startswith(b"553 5.7.1 <boss@lab.test>: Sender address rejected: not owned by")
        assert lab.say(MAIL).startswith(b"250 ")


@proves("helo-rejected")
def _helo_rejected(name: str) -> None:
    refused = b"504 5.5.2 <printer>: Helo command rejected: need fully-qualified hostname\r\n"
    for ehlo, wanted in (("printer", refused), ("[127.0.0.1]", b"250"), ("pc.lab.test", b"250")):
        with Lab(name) as lab:
            lab.reply()
            assert lab.say(f"EHLO {ehlo}").startswith(b"250-")
            first, second = lab.envelope()
            assert first.startswith(b"250 ")
            assert second.startswith(wanted)


@proves("blocklisted")
def _blocklisted(name: str) -> None:
    with Lab(name) as lab:
        assert (
            lab.greeted()
            .envelope()[1]
            .startswith(b"554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using ")
        )


@proves("dmarc-refused")
def _dmarc_refused(name: str) -> None:
    with Lab(name) as lab:
        lab.greeted().data()
        assert lab.reply().startswith(b"250 "), "a sender of lab.test passes"
        lab.envelope("someone@example.org")
        lab.say("DATA")
        lab.send(b"x\r\n.\r\n")
        reply = lab.reply()
        assert reply.startswith(b"550-5.7.26 ")
        assert reply.endswith(
            b"550 5.7.26  SPF [someone@example.org] with ip: [127.0.0.1] = did not pass\r\n"
        )
        assert len(lab.server.messages) == 1


@proves("shutdown")
def _shutdown(name: str) -> None:
    goodbye = b"421 4.3.2 mail.lab.test Service is shutting down, closing transmission channel\r\n"
    steps: dict[str, Callable[[Lab], object]] = {
        "banner": lambda lab: None,
        "ehlo": lambda lab: lab.send(lab.reply()[:0] + b"EHLO client.lab.test\r\n"),
        "starttls": lambda lab: lab.greeted().send(b"STARTTLS\r\n"),
        "auth": lambda lab: lab.secure().send(b"AUTH LOGIN\r\n"),
        "credentials": lambda lab: lab.secure().send(b"AUTH PLAIN AGEAYg==\r\n"),
        "mail": lambda lab: lab.logged_in().send(MAIL.encode() + b"\r\n"),
        "rcpt": lambda lab: (lab.logged_in().say(MAIL), lab.send(RCPT.encode() + b"\r\n")),
        "data": lambda lab: (lab.logged_in().envelope(), lab.send(b"DATA\r\n")),
        "body": lambda lab: (lab.logged_in().envelope(), lab.say("DATA"), lab.send(b"x")),
        "dot": lambda lab: lab.logged_in().data(),
        "quit": lambda lab: (lab.greeted(), lab.send(b"QUIT\r\n")),
    }
    knob = load_scenario(name).parameter
    assert knob is not None
    assert steps.keys() == knob.choices.keys()
    for step, reach in steps.items():
        with Lab(f"{name}:{step}") as lab:
            reach(lab)
            assert lab.rest() == goodbye, step
            assert not lab.server.messages


@proves("idle-timeout")
def _idle_timeout(name: str) -> None:
    clock = Clock()
    with Lab(name, clock) as lab:
        lab.greeted()
        clock.advance(4.9, lab.server)
        assert lab.say("NOOP").startswith(b"250 ")
        clock.advance(5.1, lab.server)
        assert lab.rest() == b"421 4.4.2 mail.lab.test Error: timeout exceeded\r\n"


@proves("rate-limited")
def _rate_limited(name: str) -> None:
    clock = Clock()
    with Lab(name, clock) as lab:
        assert lab.rest().startswith(b"421 4.7.0 mail.lab.test Error: too many connections from ")
        clock.advance(3.1, lab.server)
        with Probe(lab.server) as again:
            assert again.reply().startswith(b"220 ")


@proves("too-many-recipients")
def _too_many_recipients(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in().say(MAIL)
        assert [lab.say(RCPT)[:9] for _ in range(3)] == [b"250 2.1.5"] * 2 + [b"452 4.5.3"]


@proves("smtputf8-missing")
def _smtputf8_missing(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in()
        assert b"SMTPUTF8" not in lab.say("EHLO client.lab.test")
        assert lab.say(MAIL + " SMTPUTF8").startswith(b"555 5.5.4 ")
        lab.say(MAIL)
        assert lab.say("RCPT TO:<मित्र@lab.test>").startswith(b"553 5.6.7 ")


@proves("refused-banner")
def _refused_banner(name: str) -> None:
    with Lab(name) as lab:
        assert lab.reply() == b"554 5.7.1 mail.lab.test No SMTP service here\r\n"
        assert lab.say("EHLO client.lab.test").startswith(b"503 5.5.1 ")
        assert lab.say("QUIT").startswith(b"221 ")
    with Lab(f"{name}:521") as lab:
        assert lab.reply() == b"521 5.3.2 mail.lab.test does not accept mail\r\n"


@proves("slow-banner")
def _slow_banner(name: str) -> None:
    clock = Clock()
    with Lab(name, clock) as lab:
        clock.advance(14.9, lab.server)
        assert lab.silent()
        clock.advance(0.2, lab.server)
        lab.greeted()
    with Lab(f"{name}:0") as lab:
        lab.greeted()


@proves("missing-banner")
def _missing_banner(name: str) -> None:
    with Lab(name) as lab:
        assert lab.silent()
        lab.send(b"EHLO client.lab.test\r\nNOOP\r\n")
        assert lab.server.wait_for(lambda line: line.data == b"NOOP")
        assert lab.silent()


@proves("dripping")
def _dripping(name: str) -> None:
    clock = Clock()
    with Lab(f"{name}:8", clock) as lab:
        greeting = b""
        while not greeting.endswith(b"\n"):
            byte = lab.sock.recv(65536)
            assert len(byte) == 1
            greeting += byte
            clock.advance(0.126, lab.server)
        assert greeting == b"220 mail.lab.test ESMTP Mailoscope lab\r\n"


@proves("drop")
def _drop(name: str) -> None:
    whole = b"220 mail.lab.test ESMTP Mailoscope lab\r\n"
    for count in (0, 1, len(whole) - 1, len(whole), len(whole) + 5):
        with Lab(f"{name}:{count}") as lab:
            lab.send(b"EHLO client.lab.test\r\n")
            got = lab.rest()
            assert len(got) == count
            assert got == (whole + b"250-m")[:count]
    with Lab(f"{name}:600") as lab:
        lab.greeted().say("STARTTLS")
        with pytest.raises((ssl.SSLError, OSError)):
            lab.start_tls()
        assert lab.server.wait_for(lambda line: line.data == b"cut")


@proves("drop-data")
def _drop_data(name: str) -> None:
    with Lab(f"{name}:1000") as lab:
        lab.logged_in().envelope()
        lab.say("DATA")
        lab.send(b"x" * 1000 + b"\r\n.\r\n")
        assert lab.rest() in (b"", b"<RST>"), "ssl may show a reset as an end"
        assert lab.server.wait_for(lambda line: line.data == b"reset")
        assert not lab.server.messages


@proves("drop-after-dot")
def _drop_after_dot(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in().data()
        assert lab.rest() in (b"", b"<RST>"), "ssl may show a reset as an end"
        assert lab.server.wait_for(lambda line: line.data == b"reset")
        assert len(lab.server.messages) == 1, "the message is on its way all the same"


@proves("tls-on-plain-port")
def _tls_on_plain_port(name: str) -> None:
    with Lab(name) as lab, pytest.raises(ssl.SSLError, match=r"(?i)wrong.version.number"):
        lab.start_tls()


@proves("plain-on-tls-port")
def _plain_on_tls_port(name: str) -> None:
    with Lab(name) as lab:
        assert lab.silent()
        lab.start_tls()
        assert lab.reply().startswith(b"220 ")


@proves("inject-after-starttls")
def _inject_after_starttls(name: str) -> None:
    with Lab(name) as lab:
        lab.greeted()
        lab.send(b"STARTTLS\r\n")
        assert lab.reply() == b"220 2.0.0 Ready to start TLS\r\n"
        assert lab.reply() == b"250-injected.lab.test\r\n250 AUTH PLAIN\r\n"
        lab.start_tls()
        assert lab.say("EHLO client.lab.test").startswith(b"250-mail.lab.test ")


@proves(
    "cert-expired",
    "cert-not-yet-valid",
    "cert-wrong-host",
    "cert-self-signed",
    "cert-no-intermediate",
    "cert-untrusted",
)
def _certificates(name: str) -> None:
    wanted = {
        "cert-expired": "certificate has expired",
        "cert-not-yet-valid": "certificate is not yet valid",
        "cert-wrong-host": "Hostname mismatch",
        "cert-self-signed": r"self.signed certificate",
        "cert-no-intermediate": "unable to get local issuer certificate",
        "cert-untrusted": "unable to get local issuer certificate",
    }
    with Lab(name) as lab:
        lab.greeted().say("STARTTLS")
        trusted_elsewhere = LabServer(load_scenario("submission"))
        foreign = name == "cert-untrusted"
        ca_file = trusted_elsewhere.ca_file if foreign else lab.server.ca_file
        with pytest.raises(ssl.SSLCertVerificationError, match=wanted[name]):
            lab.start_tls(ca_file=ca_file)
        assert lab.server.wait_for(lambda line: line.data.startswith(b"tls-failed"))
        trusted_elsewhere.stop()


@proves("tls-handshake-failure")
def _tls_handshake_failure(name: str) -> None:
    alerts = {
        "handshake-failure": "HANDSHAKE_FAILURE",
        "protocol-version": "PROTOCOL_VERSION",
        "internal-error": "INTERNAL_ERROR",
        "unrecognized-name": "UNRECOGNIZED_NAME",
    }
    for knob, reason in alerts.items():
        with Lab(f"{name}:{knob}") as lab:
            lab.greeted().say("STARTTLS")
            with pytest.raises(ssl.SSLError, match=reason):
                lab.start_tls()


@proves("tls-garbage")
def _tls_garbage(name: str) -> None:
    with Lab(name) as lab:
        assert lab.greeted().say("STARTTLS").startswith(b"220 ")
        with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
            lab.start_tls()


@proves("tls-stalls")
def _tls_stalls(name: str) -> None:
    with Lab(name) as lab:
        assert lab.greeted().say("STARTTLS").startswith(b"220 ")
        lab.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            lab.start_tls()


@proves("echo")
def _echo(name: str) -> None:
    with Lab(name) as lab:
        lab.secure()
        word = b64("\0lab@lab.test\0lab-password")
        reply = lab.say(f"AUTH PLAIN {word}")
        assert (
            reply
            == (
                f"235 2.7.0 Authentication successful "
                f'(received "AUTH PLAIN {word}", decoded " lab@lab.test lab-password")\r\n'
            ).encode()
        )
    with Lab(name) as lab:
        lab.secure()
        assert lab.say("AUTH LOGIN") == b"334 VXNlcm5hbWU6\r\n", "challenges stay decodable"
        assert lab.say(b64("lab@lab.test")) == b"334 UGFzc3dvcmQ6\r\n"
        assert b'decoded "lab-password"' in lab.say(b64("lab-password"))


@proves("garbage")
def _garbage(name: str) -> None:
    knob = load_scenario(name).parameter
    assert knob is not None
    for kind, sent in knob.choices.items():
        with Lab(f"{name}:{kind}") as lab:
            lab.logged_in()
            lab.send(MAIL.encode() + b"\r\nNOOP\r\n")
            raw, got = sent.encode("latin-1") + b"250 2.0.0 Ok\r\n", b""
            while not got.endswith(b"250 2.0.0 Ok\r\n"):
                got += lab.sock.recv(65536)
            assert got == raw
            assert lab.say(RCPT).startswith(b"250 "), "the sender was taken all the same"


@proves("long-line")
def _long_line(name: str) -> None:
    with Lab(f"{name}:4000000") as lab:
        lab.logged_in().send(MAIL.encode() + b"\r\n")
        got = bytearray()
        while not got.endswith(b"\r\n"):
            got += lab.sock.recv(65536)
        assert got == b"250 2.1.0 " + b"x" * 4_000_000 + b"\r\n"
        assert lab.say(RCPT).startswith(b"250 ")


@proves("mixed-codes")
def _mixed_codes(name: str) -> None:
    with Lab(name) as lab:
        reply = lab.logged_in().envelope()[1]
        assert [line[:4] for line in reply.splitlines()] == [b"250-", b"451-", b"550 "]


@proves("http-server")
def _http_server(name: str) -> None:
    with Lab(name) as lab:
        lab.send(b"EHLO client.lab.test\r\n")
        got = lab.rest()
        assert got.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert got.endswith(b"</html>\r\n")


@proves("bare-lf-refused")
def _bare_lf_refused(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in().data(b"Subject: x\n\nx\r\n")
        assert lab.reply().startswith(b"550 5.6.11 Message refused: 2 line ends")
        lab.data()
        assert lab.reply().startswith(b"250 ")


@proves("cisco-fixup")
def _cisco_fixup(name: str) -> None:
    with Lab(name) as lab:
        assert lab.reply().startswith(b"220 *****")
        capabilities = lab.say("EHLO client.lab.test")
        assert b"XXXXXXXA" in capabilities
        assert b"STARTTLS" not in capabilities
        assert lab.say("STARTTLS") == b"500 #5.5.1 command not recognized\r\n"


@proves("helo-only")
def _helo_only(name: str) -> None:
    for code in (b"502 ", b"500 "):
        with Lab(f"{name}:{code.decode().strip()}") as lab:
            lab.reply()
            assert lab.say("EHLO client.lab.test").startswith(code)
            assert lab.say("HELO client.lab.test").startswith(b"250 ")
            assert [reply[:3] for reply in lab.envelope()] == [b"250", b"250"]


@proves("quit-ignored")
def _quit_ignored(name: str) -> None:
    with Lab(name) as lab:
        lab.logged_in().data()
        assert lab.reply().startswith(b"250 ")
        lab.send(b"QUIT\r\n")
        assert lab.server.wait_for(lambda line: line.data == b"QUIT")
        assert lab.silent()
        assert lab.say("NOOP").startswith(b"250 "), "the connection is still there"


@proves("endless-reply")
def _endless_reply(name: str) -> None:
    with Lab(name) as lab:
        lab.reply()
        lab.send(b"EHLO client.lab.test\r\n")
        got = lab.rest()
        assert 4_000_000 < len(got) <= 4 * 1024 * 1024
        assert set(got.splitlines()) == {got.splitlines()[0]}
        assert got.startswith(b"250-")
