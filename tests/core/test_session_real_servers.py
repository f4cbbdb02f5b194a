"""Sessions against servers that others wrote: Postfix with Cyrus SASL, and aiosmtpd."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.session import control
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile, TlsMode
from tests.core.messages import prepared
from tests.core.session_driver import Driver, services_with
from tests.servers.greylist import Greylist
from tests.servers.postfix import Postfix
from tests.servers.process import free_ports


@contextlib.contextmanager
def session_with(
    server: Postfix,
    port: int,
    tls: TlsMode,
    stage: Stage = Stage.LOGIN,
    *,
    message: PreparedMessage | None = None,
    secret: str = "",
    **profile: object,
) -> Iterator[Driver]:
    values: dict[str, object] = {
        "user": server.user,
        "sender": server.user,
        "recipients": (server.user,),
        "ca_file": str(server.certificates.ca_file),
        "ehlo_name": "client.lab.test",
        **profile,
    }
    made = Profile(name="postfix", host=server.host, port=port, tls=tls, **values)  # type: ignore[arg-type]
    request = SessionRequest(made, stage=stage, message=message)
    with Driver(request, services_with(secret or server.password), None) as session:
        yield session


@pytest.mark.servers
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("tls", [TlsMode.STARTTLS, TlsMode.IMPLICIT])
def test_postfix_takes_a_message_after_every_log_in(
    postfix: Postfix, tmp_path: Path, tls: TlsMode, mechanism: str
) -> None:
    port = postfix.submission if tls is TlsMode.STARTTLS else postfix.smtps
    before = len(postfix.delivered())
    message = prepared(tmp_path)
    with session_with(
        postfix, port, tls, Stage.SEND, message=message, mechanism=mechanism
    ) as session:
        assert session.run_to_end().why == "end"
        assert session.finish().outcome == "done"
        assert session.all(events.TlsEstablished)[0].verified
    postfix.wait_until(lambda: len(postfix.delivered()) > before, "delivery")
    newest = max(postfix.delivered(), key=lambda path: path.stat().st_mtime)
    assert newest.read_bytes().endswith(b"\n\n.dot first\nbye\n")


@pytest.mark.servers
def test_postfix_refuses_a_wrong_password(postfix: Postfix) -> None:
    with session_with(
        postfix, postfix.submission, TlsMode.STARTTLS, secret="not-the-password"
    ) as session:
        assert session.run_to_end().why == "trouble"
        assert session.codes()[-1] == 535
        assert session.all(events.LoginTried)[-1].outcome == "refused"


@pytest.mark.servers
def test_postfix_names_each_recipients_fate(postfix: Postfix) -> None:
    people = ("unknown", "full", "blocked", "moved", "tempfail", "alice")
    with session_with(
        postfix,
        postfix.smtp,
        TlsMode.NONE,
        Stage.ASK,
        auth=False,
        recipients=(*(f"{name}@lab.test" for name in people), "someone@example.org"),
    ) as session:
        session.run_to_end()
        codes = [r.code for r in session.all(events.ReplyReceived) if r.verb == "rcpt"]
        assert codes == [550, 452, 554, 551, 451, 250, 554]


@pytest.mark.servers
def test_postfix_greylists_and_then_lets_through(postfix: Postfix, greylist: Greylist) -> None:
    with session_with(postfix, postfix.grey, TlsMode.NONE, Stage.ASK, auth=False) as session:
        session.run_to_end()
        assert 450 in session.codes()


@pytest.mark.servers
def test_postfix_closes_after_421(postfix: Postfix) -> None:
    with session_with(
        postfix,
        postfix.smtp,
        TlsMode.NONE,
        Stage.ASK,
        auth=False,
        recipients=("drop@lab.test", "alice@lab.test"),
    ) as session:
        assert session.run_to_end().why == "trouble"
        assert session.codes()[-1] == 421
        assert [line.split(":")[0] for line in session.sent()].count("RCPT TO") == 1
        session.event(events.ConnectionClosed)


@pytest.mark.servers
def test_postfix_says_503_to_data_before_mail(postfix: Postfix, tmp_path: Path) -> None:
    with session_with(
        postfix,
        postfix.smtp,
        TlsMode.NONE,
        Stage.SEND,
        message=prepared(tmp_path),
        auth=False,
    ) as session:
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        session.post(control.SendRaw("DATA", force=True))
        session.event(events.StepFinished)
        session.post(control.SendRaw("DATA", force=True))
        reply = session.event(events.ReplyReceived)
        assert reply.code == 503


def test_aiosmtpd_takes_a_message(tmp_path: Path) -> None:
    [port] = free_ports(1)
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        profile = Profile(
            name="aiosmtpd",
            host="127.0.0.1",
            port=port,
            tls=TlsMode.OPTIONAL,
            auth=False,
            sender="a@lab.test",
            recipients=("b@lab.test",),
        )
        request = SessionRequest(profile, stage=Stage.SEND, message=prepared(tmp_path))
        with Driver(request, services_with(None), None) as session:
            assert session.run_to_end().why == "end"
            assert session.finish().outcome == "done"
    finally:
        controller.stop()
