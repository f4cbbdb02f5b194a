"""The ordinary lab server keeps the rules of RFC 5321, 3207, 4954 and 3030."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator

import pytest

from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import LabServer
from tests.core.practice_probe import Probe, b64


@pytest.fixture
def submission() -> Iterator[Probe]:
    """A probe of the submission server, nothing read yet."""
    with LabServer(load_scenario("submission")) as server, Probe(server) as probe:
        yield probe


@pytest.fixture
def sink() -> Iterator[Probe]:
    """A probe of the plain sink, after EHLO."""
    with LabServer(load_scenario("plain-sink")) as server, Probe(server) as probe:
        assert probe.reply() == b"220 mail.lab.test ESMTP Mailoscope lab\r\n"
        assert probe.say("EHLO [127.0.0.1]").startswith(b"250-mail.lab.test Hello [127.0.0.1]\r\n")
        yield probe


def test_a_whole_submission(submission: Probe) -> None:
    probe = submission.secure()
    assert probe.log_in() == b"235 2.7.0 Authentication successful\r\n"
    assert [reply[:9] for reply in probe.envelope("lab@lab.test", "someone@example.org")] == [
        b"250 2.1.0",
        b"250 2.1.5",
    ]
    assert probe.say("DATA").startswith(b"354 ")
    probe.send(b"Subject: x\r\n\r\n..dot\r\n.\r\n")
    assert probe.reply() == b"250 2.0.0 Ok: queued as LAB000001\r\n"
    assert probe.say("QUIT").startswith(b"221 2.0.0 ")
    assert probe.rest() == b""
    (message,) = probe.server.messages
    assert (message.sender, message.recipients) == ("lab@lab.test", ("someone@example.org",))
    assert (message.user, message.tls, message.connection) == ("lab@lab.test", True, 1)
    assert message.content() == b"Subject: x\r\n\r\n.dot\r\n"
    assert message.size == 20
    assert message.wire_size == 21


def test_capabilities_before_and_after_tls(submission: Probe) -> None:
    submission.reply()
    before = submission.say("EHLO client.lab.test")
    submission.say("STARTTLS")
    submission.start_tls()
    after = submission.say("EHLO client.lab.test")
    assert b"STARTTLS" in before
    assert b"AUTH" not in before
    assert b"STARTTLS" not in after
    assert b"AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER\r\n" in after
    for extension in (b"PIPELINING", b"SIZE 268435456", b"8BITMIME", b"SMTPUTF8", b"CHUNKING"):
        assert b"250-" + extension + b"\r\n" in before
    assert b"DSN" in before
    assert b"ENHANCEDSTATUSCODES" in before


def test_tls_forgets_the_greeting_and_early_plain_text(submission: Probe) -> None:
    submission.reply()
    submission.say("EHLO client.lab.test")
    submission.send(b"STARTTLS\r\nMAIL FROM:<evil@lab.test>\r\n")
    assert submission.reply().startswith(b"220 ")
    submission.start_tls()
    assert submission.log_in().startswith(b"503 5.5.1 Send EHLO first")
    assert submission.server.wait_for(
        lambda line: line.data == b"dropped-plaintext MAIL FROM:<evil@lab.test>\r\n"
    )
    assert submission.say("NOOP").startswith(b"250 ")


@pytest.mark.parametrize(
    "line",
    ["HELO x.test", "AUTH PLAIN AGEAYg==", "MAIL FROM:<a@lab.test>", "RSET", "HELP", "VRFY x"],
)
def test_without_tls_nothing_else_is_answered(submission: Probe, line: str) -> None:
    submission.reply()
    submission.say("EHLO client.lab.test")
    assert submission.say(line) == b"530 5.7.0 Must issue a STARTTLS command first\r\n"
    assert submission.say("NOOP").startswith(b"250 ")
    assert submission.say("QUIT").startswith(b"221 ")


def test_cram_md5_login_and_tokens_over_the_wire(submission: Probe) -> None:
    probe = submission.secure()
    challenge = base64.b64decode(probe.say("AUTH CRAM-MD5").split()[1])
    digest = hmac.new(b"lab-password", challenge, hashlib.md5).hexdigest()
    assert probe.say(b64(f"lab@lab.test {digest}")).startswith(b"235 ")
    assert probe.say("AUTH PLAIN =").startswith(b"503 5.5.1 Already authenticated")


def test_xoauth2_refuses_with_json_then_535_after_the_empty_line(submission: Probe) -> None:
    probe = submission.secure()
    token = b64("user=lab@lab.test\x01auth=Bearer expired\x01\x01")
    first = probe.say(f"AUTH XOAUTH2 {token}")
    assert b'"status": "400"' in base64.b64decode(first.split()[1])
    assert probe.say("").startswith(b"535 5.7.8 ")
    token = b64("user=lab@lab.test\x01auth=Bearer lab-token\x01\x01")
    assert probe.say(f"AUTH XOAUTH2 {token}").startswith(b"235 ")


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["AUTH LOGIN", b64("lab@lab.test"), b64("wrong")], b"535 5.7.8 "),
        (["AUTH LOGIN", "*"], b"501 5.7.0 "),
        (["AUTH LOGIN", "%%%"], b"501 5.5.2 Cannot decode"),
        (["AUTH PLAIN", b64("no nul")], b"501 5.5.2 The response"),
        (["AUTH PLAIN %%%"], b"501 5.5.2 Cannot decode"),
        (["AUTH GSSAPI"], b"504 5.5.4 Unrecognised authentication type: GSSAPI"),
        (["AUTH"], b"501 5.5.4 "),
    ],
)
def test_auth_gone_wrong(submission: Probe, lines: list[str], last: bytes) -> None:
    probe = submission.secure()
    replies = [probe.say(line) for line in lines]
    assert all(reply.startswith(b"334 ") for reply in replies[:-1])
    assert replies[-1].startswith(last)
    assert probe.say("MAIL FROM:<lab@lab.test>").startswith(b"530 5.7.0 Authentication required")


MAIL, RCPT = "MAIL FROM:<a@lab.test>", "RCPT TO:<b@lab.test>"


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ([RCPT], b"503 5.5.1 "),
        (["DATA"], b"503 5.5.1 Bad sequence of commands: MAIL first"),
        ([MAIL, "DATA"], b"503 5.5.1 Bad sequence of commands: RCPT first"),
        ([MAIL, MAIL], b"503 5.5.1 "),
        ([MAIL, "RSET", RCPT], b"503 5.5.1 "),
        ([MAIL, "EHLO again.test", RCPT], b"503 5.5.1 "),
        ([MAIL, "RCPT TO:<bad address>", "DATA"], b"503 5.5.1 "),
        ([MAIL, "RCPT TO:<b@x@y>", "DATA"], b"554 5.5.1 No valid recipients"),
        (["MAIL FROM: <a@lab.test>"], b"501 5.5.4 "),
        (["MAIL FROM:a@lab.test"], b"501 5.5.4 "),
        (["MAIL TO:<a@lab.test>"], b"501 5.5.4 "),
        (["MAIL FROM:<a>"], b"501 5.1.7 "),
        (["MAIL FROM:<>"], b"250 2.1.0 "),
        ([MAIL + " SIZE=abc"], b"501 5.5.4 "),
        ([MAIL + " SIZE=99999999999"], b"552 5.3.4 "),
        ([MAIL + " BODY=8BITMIME SIZE=100 SMTPUTF8 RET=HDRS ENVID=x"], b"250 2.1.0 "),
        ([MAIL + " BODY=BINARYMIME"], b"555 5.5.4 "),
        ([MAIL + " WHAT=1"], b"555 5.5.4 Parameter not recognised: WHAT"),
        (["MAIL FROM:<मित्र@lab.test>"], b"553 5.6.7 "),
        (["MAIL FROM:<मित्र@lab.test> SMTPUTF8"], b"250 2.1.0 "),
        ([MAIL, "RCPT TO:<मित्र@lab.test>"], b"553 5.6.7 "),
        ([MAIL, RCPT + " NOTIFY=NEVER"], b"250 2.1.5 "),
        ([MAIL, RCPT + " X=1"], b"555 5.5.4 "),
        ([MAIL, "RCPT TO:<postmaster>"], b"250 2.1.5 "),
        ([MAIL, "RCPT TO:<@relay.test:b@lab.test>"], b"250 2.1.5 "),
        ([MAIL, 'RCPT TO:<"odd > name"@lab.test>'], b"250 2.1.5 "),
        ([MAIL, RCPT, "DATA now"], b"501 5.5.4 "),
        (["AUTH PLAIN ="], b"502 5.5.1 "),
        (["STARTTLS"], b"502 5.5.1 "),
        (["ETRN x"], b"502 5.5.1 "),
        (["FROBNICATE"], b"500 5.5.1 Command not recognised: FROBNICATE"),
        ([""], b"500 5.5.1 "),
        (["NOOP and more"], b"250 2.0.0 "),
        (["RSET now"], b"501 5.5.4 "),
        (["QUIT now"], b"501 5.5.4 "),
        (["VRFY someone"], b"252 2.0.0 "),
        (["EXPN list"], b"550 5.7.2 "),
        (["HELP"], b"214-2.0.0 "),
        (["EHLO"], b"501 5.5.4 "),
        (["HELO x.test", MAIL + " SIZE=1"], b"555 5.5.4 "),
        (["HELO x.test", MAIL], b"250 2.1.0 "),
        (["BDAT x"], b"501 5.5.4 "),
        (["BDAT 0"], b"503 5.5.1 "),
    ],
)
def test_order_and_syntax(sink: Probe, lines: list[str], last: bytes) -> None:
    replies = [sink.say(line) for line in lines]
    assert replies[-1].startswith(last), replies


def test_mail_needs_a_greeting_first() -> None:
    with LabServer(load_scenario("plain-sink")) as server, Probe(server) as probe:
        probe.reply()
        assert probe.say(MAIL).startswith(b"503 5.5.1 ")


def test_a_pipelined_group_is_answered_in_order(sink: Probe) -> None:
    sink.send(b"MAIL FROM:<a@lab.test>\r\nRCPT TO:<b@lab.test>\r\nRCPT TO:<nobody>\r\nDATA\r\n")
    assert [sink.reply()[:3] for _ in range(4)] == [b"250", b"250", b"501", b"354"]
    sink.send(b"x\r\n.\r\nMAIL FROM:<c@lab.test>\r\nQUIT\r\n")
    assert [sink.reply()[:3] for _ in range(3)] == [b"250", b"250", b"221"]
    assert len(sink.server.messages) == 1


def test_bdat_takes_bytes_as_they_are(sink: Probe) -> None:
    sink.envelope()
    sink.send(b"BDAT 7\r\n..a\r\n\0\xff")
    assert sink.reply() == b"250 2.0.0 Chunk of 7 octets received\r\n"
    assert sink.say("DATA").startswith(b"503 5.5.1 Bad sequence of commands: BDAT")
    sink.send(b"BDAT 6 LAST\r\n\r\n.\r\nz")
    assert sink.reply().startswith(b"250 2.0.0 Ok: queued")
    assert sink.server.messages[0].content() == b"..a\r\n\0\xff\r\n.\r\nz"
    sink.envelope()
    sink.send(b"BDAT 3\r\nabcBDAT 0 LAST\r\n")
    assert [sink.reply()[:3], sink.reply()[:3]] == [b"250", b"250"]
    assert sink.server.messages[1].content() == b"abc"


def test_bdat_out_of_order_takes_its_octets_before_it_refuses(sink: Probe) -> None:
    sink.send(b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n")
    assert sink.reply().startswith(b"503 5.5.1 ")
    assert sink.reply().startswith(b"250 2.0.0 ")
    assert not sink.server.messages


def test_an_overlong_line_is_refused_and_the_session_goes_on(sink: Probe) -> None:
    sink.send(b"NOOP " + b"x" * 20_000 + b"\r\n")
    assert sink.reply().startswith(b"500 5.5.2 Line too long")
    assert sink.say("NOOP").startswith(b"250 ")


def test_without_the_extension_there_are_no_enhanced_codes() -> None:
    with LabServer(load_scenario("helo-only")) as server, Probe(server) as probe:
        probe.reply()
        probe.say("HELO client.lab.test")
        assert probe.say(MAIL) == b"250 Sender ok\r\n"
        assert probe.say("DATA").startswith(b"503 Bad sequence")


def test_a_clients_line_cannot_add_lines_to_a_reply(sink: Probe) -> None:
    reply = sink.say("EHLO a\rb\x00c")
    assert reply.startswith(b"250-mail.lab.test Hello a b c\r\n")
