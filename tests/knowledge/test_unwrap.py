"""Pasted errors of programs, logs and bounces are unwrapped to step, code and words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailoscope_core.knowledge.diagnose import Explainer, load_explainer
from mailoscope_core.knowledge.pasted_replies import find_replies
from mailoscope_core.knowledge.pasted_text import clean, logical_lines

EXPLAINER = load_explainer()
LIMIT_S = 0.25
"""Processor time; below 50 ms on an idle machine, and what backtracks takes seconds."""


@pytest.fixture
def explainer() -> Explainer:
    return EXPLAINER


@pytest.mark.parametrize(
    ("text", "rule", "step", "code", "enhanced"),
    [
        # a plain reply, on one line and on several
        ("554 5.7.1 <x@y.example>: Relay access denied", "relay-denied", "rcpt", 554, "5.7.1"),
        (
            "535-5.7.8 Username and Password\n535 5.7.8 not accepted.",
            "auth-failed",
            "auth",
            535,
            "5.7.8",
        ),
        # Python
        (
            "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed')",
            "auth-failed",
            "auth",
            535,
            "5.7.8",
        ),
        (
            "smtplib.SMTPRecipientsRefused: {'a@b.example': (550, b'5.1.1 User unknown')}",
            "unknown-recipient",
            "rcpt",
            550,
            "5.1.1",
        ),
        (
            "smtplib.SMTPSenderRefused: (530, b'5.7.0 Authentication Required', 'a@b.example')",
            "auth-required",
            "mail",
            530,
            "5.7.0",
        ),
        # nodemailer, PHPMailer, curl
        (
            "Error: Can't send mail - all recipients were rejected: 550 5.1.1 No such user",
            "unknown-recipient",
            "rcpt",
            550,
            "5.1.1",
        ),
        (
            "SMTP ERROR: RCPT TO command failed: 554 5.7.1 <a@b.example>: Relay access denied",
            "relay-denied",
            "rcpt",
            554,
            "5.7.1",
        ),
        ("curl: (67) Login denied", "auth-failed", "auth", None, None),
        ("* RCPT failed: 550", "unknown-recipient-code", "rcpt", 550, None),
        # .NET, Java, Go, Rust
        (
            (
                "System.Net.Mail.SmtpException: ... The server response was: 5.7.57 Client not "
                "authenticated to send mail. [X.PROD.OUTLOOK.COM]\n   at "
                "System.Net.Mail.MailCommand.CheckResponse(SmtpStatusCode statusCode)"
            ),
            "auth-required",
            "mail",
            None,
            "5.7.57",
        ),
        (
            "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 User unknown\n\tat x",
            "unknown-recipient",
            "rcpt",
            550,
            "5.1.1",
        ),
        (
            "gomail: could not send email 1: 552 5.3.4 Too big",
            "message-too-big",
            "body-end",
            552,
            "5.3.4",
        ),
        (
            (
                "Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, "
                "detail: Five })"
            ),
            "auth-refused",
            "auth",
            535,
            None,
        ),
        # Postfix, Exim, a bounce
        (
            (
                "postfix/smtp[9]: AB12: to=<a@b.example>, relay=mx[192.0.2.1]:25, dsn=5.1.1, "
                "status=bounced (host mx[192.0.2.1] said: 550 5.1.1 <a@b.example>: User unknown "
                "(in reply to RCPT TO command))"
            ),
            "unknown-recipient",
            "rcpt",
            550,
            "5.1.1",
        ),
        (
            (
                "  a@b.example\n    SMTP error from remote mail server after end of data:\n"
                "    552 5.3.4 Message size exceeds fixed limit"
            ),
            "message-too-big",
            "body-end",
            552,
            "5.3.4",
        ),
        (
            (
                "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.2.2\n"
                "Diagnostic-Code: smtp; 552 5.2.2 Mailbox is full"
            ),
            "mailbox-full",
            None,
            552,
            "5.2.2",
        ),
        # a transcript: the step is that of the command before
        (
            (
                "<- 220 mx ESMTP\n-> EHLO me.example\n<- 250 ok\n-> MAIL FROM:<a@b.example>\n"
                "<- 250 ok\n-> RCPT TO:<c@d.example>\n<- 550 5.7.1 Refused by our policy"
            ),
            "policy-other",
            "rcpt",
            550,
            "5.7.1",
        ),
        # JSON and HTML around it
        (
            '{"error":"550 5.1.1 \\u003ca@b.example\\u003e: User unknown"}',
            "unknown-recipient",
            None,
            550,
            "5.1.1",
        ),
        (
            "<p>Failed: 550 5.1.1 &lt;a@b.example&gt;: User unknown</p>",
            "unknown-recipient",
            None,
            550,
            "5.1.1",
        ),
    ],
)
def test_wrappers_are_taken_off(
    explainer: Explainer,
    text: str,
    rule: str,
    step: str | None,
    code: int | None,
    enhanced: str | None,
) -> None:
    finding = explainer.explain(text)[0]
    assert finding.rule == f"rule.{rule}"
    assert (finding.code, finding.enhanced) == (code, enhanced)
    if step is not None:
        assert finding.reported_at == step


@pytest.mark.parametrize(
    "text",
    [
        "File smtp.py, line 587, in send",
        "sent 535 bytes in 450 ms",
        "delay=551, delays=551/0.13/0.23/0",
        "192.0.2.55.1 version 5.4.2",
        "index.js:784:19",
        "at process.processTimers (node:internal/timers:512:7)",
        "to=<a@b.example>, relay=none, dsn=4.4.1, status=deferred (connect to b: timed out)",
        "Port: 465",
        "took 550 ms",
        "Outcome: Success(500 Internal Server Error)",
    ],
)
def test_numbers_are_not_taken_for_codes(text: str) -> None:
    assert find_replies(clean(text)) == []


@pytest.mark.parametrize("text", ["", "   \n", "Hello, how are you?", "everything went fine"])
def test_nothing_is_claimed_without_a_reason(explainer: Explainer, text: str) -> None:
    assert explainer.explain(text) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("failed to send to asha@mail.example.org: 535 Authentication failed", 535),
        ('rcpt to:<asha@example.org>\n550 "You are not allowed to send email"', 550),
        ("dsn=5.0.0, status=bounced (host a.example said: 554 No (in reply to RCPT TO))", 554),
    ],
)
def test_codes_are_found_in_odd_places(text: str, code: int) -> None:
    assert [reply.code for reply in find_replies(clean(text))] == [code]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (
            "<a@b.example>: host mx.example\n said: 550 5.7.1 No (in reply to MAIL\n FROM command)",
            "mail",
        ),
        ("failed to issue MAIL command: 501 5.1.7 Bad sender address syntax", "mail"),
        ("MAIL FROM failed: '550 Authentication is required for relay'", "mail"),
        (
            "with STARTTLS: stream_socket_enable_crypto(): certificate verify failed",
            "starttls",
        ),
    ],
)
def test_the_step_is_read_where_words_are_wrapped_or_cut(
    explainer: Explainer, text: str, step: str
) -> None:
    assert explainer.explain(text)[0].reported_at == step


def test_a_reply_to_vrfy_belongs_to_no_step(explainer: Explainer) -> None:
    text = (
        "< 250-AUTH PLAIN\n< 250 OK\n> AUTH PLAIN\n< 235 2.7.0 Authentication successful\n"
        "> VRFY asha@example.org\n< 502 5.5.1 VRFY command is disabled\n> QUIT"
    )
    assert explainer.explain(text)[0].rule == "rule.command-not-implemented"


def test_properties_of_an_error_object_are_read_together(explainer: Explainer) -> None:
    text = (
        "Error: queryA ECONNREFUSED smtp.example.org {\n  errno: 'ECONNREFUSED',\n  code: 'EDNS',"
        "\n  syscall: 'queryA',\n  command: 'CONN'\n}"
    )
    assert [found.rule for found in explainer.explain(text)] == ["rule.dns-temporary"]


def test_two_failures_give_two_findings(explainer: Explainer) -> None:
    text = "Error: certificate has expired\nError: ssl3_get_record:wrong version number"
    classes = {finding.classification for finding in explainer.explain(text)}
    assert {"cert-expired", "tls-mode-mismatch"} <= classes


def test_a_wrapper_does_not_hide_what_it_wraps(explainer: Explainer) -> None:
    text = (
        "Could not connect to SMTP host: mail.example.org, port: 465;\n  nested exception is:\n"
        "SSLHandshakeException: No appropriate protocol (protocol is disabled)"
    )
    assert explainer.explain(text)[0].classification == "tls-protocol"


def test_wrapped_lines_are_put_together() -> None:
    text = "An error occurred while sending mail. The mail server said something that is\nlong"
    assert len(logical_lines(text)) == 1


SNIPPETS = st.sampled_from(
    [
        "550 5.1.1 User unknown\n",
        "535-5.7.8 x\n",
        "(535, b'",
        "5.7.1",
        "\\r\\n",
        "&lt;",
        "<br>",
        "[x](http://y)",
        "severity: Permanent",
        "from=<a@b> ",
        "over " * 20,
        "too many " * 20,
        "user " * 40,
        "\x1b[0m",
        "\u202e",
        "AUTH LOGIN\n334 VXNlcg==\n",
        "MAIL FROM:<",
        "Final-Recipient: rfc822; a@b.example\nAction: delayed\n",
        "Diagnostic-Code: smtp; 550 5.1.1 x\n",
        'File "smtplib.py", line 1, in connect\n',
        "password='x y z'",
        "354 go on\n",
        "\n.\n",
        'Expected response code 250 but got code ""',
    ]
)


WORST = {
    "unknown": "user unknown " * 5000,
    "enhanced": "5.7.1 " * 10000,
    "codes": "550 " * 16000,
    "letters": "a" * 65536,
    "brackets": "<" * 65536,
    "escapes": "\\" * 65536,
    "lines": "\n" * 65536,
    "continued": "550-5.7.1 x\n" * 5000,
    "replies": "550 5.1.1 user unknown, mailbox full, relay denied\n" * 1300,
    "nouns": "exceeded the maximum limit of messages per hour from sender ip host domain " * 800,
    "addresses": "to=<a@b.example> " * 3800,
    "commands": "MAIL FROM:<a@b.example>\n250 ok\n" * 2000,
    "challenges": "334 " + "QUJD" * 16000,
    "answers": "334 x\n" * 10000,
    "settings": "password=" * 7000,
    "log-ins": "login('a'," * 6500,
    "python frames": '  File "/a/smtplib.py", line 3, in login\n' * 1600,
    "other frames": "    at a.b.c(x)\n" * 5000,
    "fields": "Final-Recipient: rfc822; a@b\nAction: failed\nDiagnostic-Code: smtp; 550 x\n" * 900,
    "headers": "Received: x\nFrom: y\nTo: z\nSubject: x\n" * 1600,
    "services": "web_1  | " * 7000,
    "dots": "a." * 32000,
}


def seconds_for(text: str) -> float:
    """Return the processor time of the fastest of three runs: others use the machine, too."""
    best = LIMIT_S * 100
    for _ in range(3):
        began = time.process_time()
        EXPLAINER.explain(text)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("name", WORST)
def test_hostile_texts_of_64_kib_take_no_longer_than_others(name: str) -> None:
    assert seconds_for(WORST[name][:65536]) < LIMIT_S


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(SNIPPETS, st.text(max_size=40)), max_size=40).map("".join))
def test_any_text_is_explained_quickly_and_without_raising(text: str) -> None:
    findings = EXPLAINER.explain(text)
    assert len({finding.classification for finding in findings}) == len(findings)
    assert seconds_for(text) < LIMIT_S
