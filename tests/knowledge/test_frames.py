"""The innermost known frame of a trace tells the step, whatever the language."""

from __future__ import annotations

import pytest

from mailoscope_core.knowledge.frames import trace_of
from mailoscope_core.knowledge.origin import load_clients
from mailoscope_core.knowledge.steps import load_step_cues

TABLE = load_step_cues().frame


def python(*frames: tuple[str, str, str]) -> str:
    return "\n".join(
        f'  File "/usr/lib/{file}", line 1, in {name}\n    {source}'
        for file, name, source in frames
    )


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (
            python(
                ("smtplib.py", "connect", "(code, msg) = self.getreply()"),
                ("smtplib.py", "getreply", "line = self.file.readline()"),
            ),
            "greeting",
        ),
        (
            python(
                ("smtplib.py", "connect", "self.sock = self._get_socket(host)"),
                ("smtplib.py", "_get_socket", "return socket.create_connection(host)"),
                ("socket.py", "create_connection", "sock.connect(sa)"),
            ),
            "connect",
        ),
        (python(("socket.py", "create_connection", "x"), ("socket.py", "getaddrinfo", "y")), "dns"),
        (
            python(
                ("smtplib.py", "data", "(code, repl) = self.getreply()"),
                ("smtplib.py", "getreply", "raise SMTPServerDisconnected"),
            ),
            "data",
        ),
        (
            python(
                ("smtplib.py", "data", "(code, msg) = self.getreply()"),
                ("smtplib.py", "getreply", "raise SMTPServerDisconnected"),
            ),
            "body-end",
        ),
        (
            python(
                ("smtplib.py", "starttls", "self.sock = context.wrap_socket(self.sock)"),
                ("ssl.py", "wrap_socket", "return self.sslsocket_class._create("),
                ("ssl.py", "do_handshake", "self._sslobj.do_handshake()"),
            ),
            "starttls",
        ),
        (python(("ssl.py", "do_handshake", "self._sslobj.do_handshake()")), "tls"),
        (
            (
                "Error: x\n    at SMTPConnection._formatError (/a/index.js:1:1)\n"
                "    at SMTPConnection._actionAUTHComplete (/a/index.js:2:2)"
            ),
            "auth",
        ),
        (
            (
                "x\n\tat com.sun.mail.smtp.SMTPTransport.readServerResponse(SMTPTransport.java:1)\n"
                "\tat com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:2)"
            ),
            "rcpt",
        ),
        ("x\n   at System.Net.Mail.MailCommand.Send(SmtpConnection conn)", "mail"),
        ("#0 a.php(1): X->assertResponseCode()\n#1 b.php(2): Y->doMailFromCommand('a')", "mail"),
        (
            (
                "net/protocol.rb:1:in `rbuf_fill'\nnet/smtp.rb:2:in `recv_response'\n"
                "net/smtp.rb:3:in `block in do_start'"
            ),
            "greeting",
        ),
    ],
)
def test_a_trace_tells_its_step(text: str, step: str) -> None:
    trace = trace_of(text, TABLE)
    assert trace is not None
    assert trace.step == step


@pytest.mark.parametrize("text", ["", "nothing here", 'File "a.py", line 1, in main'])
def test_no_trace_tells_nothing(text: str) -> None:
    assert trace_of(text, TABLE) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hi. This is the qmail-send program at x.", "bounce"),
        ("postfix/smtpd[1]: NOQUEUE: reject", "receiving"),
        ("postfix/smtp[1]: status=deferred", "relay"),
        ("Kyocera scan to e-mail: 1102", "device"),
        ("smtplib.SMTPException", "program"),
        ("imaplib.IMAP4.error: no", "other-service"),
    ],
)
def test_the_writer_of_a_text_is_recognised(text: str, kind: str) -> None:
    client = load_clients().of(text)
    assert client is not None
    assert client.kind == kind
