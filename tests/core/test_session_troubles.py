"""What breaks on this side: files, disks, waits without end; each becomes an event and no more."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.record.log import SessionLog, load_session
from mailoscope_core.session import control
from mailoscope_core.session.launch import new_log
from mailoscope_core.session.request import Names, SessionRequest
from mailoscope_core.storage.profile import Profile, TlsMode
from tests.core.messages import PLAIN, prepared
from tests.core.session_driver import Driver, lab_session, services_with
from tests.fakes import ScriptedConnection, answers, opens, says

# 100 ms is the promise; a machine that is busy with other tests gets some more.
CANCEL_S = 0.4


def rules(session: Driver) -> list[str]:
    """Return the rules of all surprises so far."""
    return [surprise.rule for surprise in session.all(events.Surprise)]


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda path: path.unlink(), "message-unreadable"),
        (lambda path: path.write_bytes(PLAIN[:20]), "message-changed"),
        (lambda path: path.write_bytes(PLAIN + b"more"), "message-changed"),
        (lambda path: path.write_bytes(b""), "message-changed"),
    ],
)
def test_a_message_file_that_is_no_longer_what_it_was_is_not_delivered_in_part(
    tmp_path: Path, change: Callable[[Path], object], rule: str
) -> None:
    message = prepared(tmp_path)
    with lab_session("plain-sink", stage=Stage.SEND, message=message) as (session, lab):
        session.post(control.RunTo("body"))
        session.paused("step", step="body")
        change(message.path)
        session.post(control.RunToEnd())
        session.paused("trouble")
        assert rules(session) == [rule]
        assert session.outcomes()["body"] == "failed"
        assert session.all(events.ConnectionClosed)[-1].by == "us"
        session.post(control.Restart(run_to="mail"))
        session.paused("step", step="mail")
        assert not lab.messages
        assert not session.all(events.ConfirmationNeeded), "nothing was delivered, nothing to ask"


def test_a_ca_file_that_cannot_be_read_fails_the_tls_step(tmp_path: Path) -> None:
    with lab_session("submission", stage=Stage.LOGIN, ca_file=str(tmp_path / "none.pem")) as (
        session,
        _,
    ):
        assert session.run_to_end().why == "trouble"
        assert rules(session) == ["error.ca-file-missing"]
        assert session.outcomes()["tls"] == "failed"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's always full device")
def test_a_full_disk_is_an_event_and_the_session_goes_on(tmp_path: Path) -> None:
    full = tmp_path / "s.mailoscope.jsonl"
    with lab_session("plain-sink", stage=Stage.LOGIN, path=full) as (session, _):
        session.paused("start")
        file = session.log._file  # the disk fills up while the session runs
        assert file is not None
        os.dup2(os.open("/dev/full", os.O_WRONLY), file)
        assert session.run_to_end().why == "end"
        trouble = session.all(events.RecordTrouble)
        assert [event.path for event in trouble] == [str(full)]
        assert load_session(full).entries == tuple(session.log)[: len(load_session(full).entries)]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told_before_the_session_begins(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="session-file-unwritable"):
        new_log(SessionRequest(Profile(name="p", host="h")), tmp_path / "s.mailoscope.jsonl")


def test_a_folder_that_is_a_file_is_told_before_the_session_begins(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("")
    path = tmp_path / "history" / "s.mailoscope.jsonl"
    with pytest.raises(UserError, match="session-file-unwritable"):
        new_log(SessionRequest(Profile(name="p", host="h")), path)


def test_what_no_file_can_hold_is_written_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    header = events.Header(schema=1, session="s", started="2026-11-23T00:00:00Z", app="Mailoscope")
    log = SessionLog(header, path)
    log.append(events.LookupFailed(host="h\udcffx", source="os", kind="malformed"))
    log.append(events.NamesFound(host="a", source="os", addresses=("\ud800",), ms=0.0))
    log.close()
    assert list(load_session(path).entries) == list(log)
    assert log[0].event == events.LookupFailed(host="h\ufffdx", source="os", kind="malformed")


# --- what the server has said it will not take --------------------------------------------------


def test_smtputf8_that_is_not_offered_stops_before_mail_unless_forced() -> None:
    with lab_session(
        "smtputf8-missing", stage=Stage.ASK, sender="grün@lab.test", recipients=("a@lab.test",)
    ) as (session, _):
        assert session.run_to_end().why == "trouble"
        assert rules(session)[-1] == "smtputf8-not-offered"
        assert session.outcomes()["mail"] == "failed"
        assert not any(line.startswith("MAIL") for line in session.sent())
        session.post(control.SendRaw("MAIL FROM:<grün@lab.test>", force=True))
        assert session.event(events.LineSent).verb == "mail"


def test_smtputf8_is_needed_for_a_recipient_alone_and_for_no_domain() -> None:
    with lab_session("smtputf8-missing", stage=Stage.ASK, recipients=("grün@lab.test",)) as (
        session,
        _,
    ):
        session.run_to_end()
        assert rules(session)[-1] == "smtputf8-not-offered"
        assert not any(line.startswith("MAIL") for line in session.sent())
    with lab_session("smtputf8-missing", stage=Stage.ASK, recipients=("a@grün.test",)) as (
        session,
        _,
    ):
        session.run_to_end()
        assert "smtputf8-not-offered" not in rules(session)
        assert "RCPT TO:<a@xn--grn-ioa.test>" in session.sent()


@pytest.mark.parametrize("at", ["mail", "dot"])
def test_a_message_beyond_the_advertised_size_is_told_before_the_upload(
    tmp_path: Path, at: str
) -> None:
    message = prepared(tmp_path, PLAIN + b"x" * 70 + b"\r\n" + b"more text here\r\n" * 10_000)
    with lab_session(f"too-big:{at}", stage=Stage.SEND, message=message) as (session, _):
        session.run_to_end()
        told = [s for s in session.all(events.Surprise) if s.rule == "size-exceeds-limit"]
        if at == "mail":
            assert told[0].params == {"size": str(message.size), "limit": "100000"}
            assert told[0].step == "mail"
        else:
            assert not told


# --- cancelling -----------------------------------------------------------------------------------


def cancel(session: Driver) -> None:
    """Cancel, and fail if the worker takes longer than a person notices."""
    began = time.monotonic()
    session.post(control.Cancel())
    assert session.runner.join(5)
    assert time.monotonic() - began < CANCEL_S
    assert session.event(events.SessionFinished).outcome == "cancelled"
    assert "internal-error" not in rules(session)


def start(session: Driver, kind: str) -> None:
    session.post(control.RunToEnd())
    session.event(events.StepStarted, kind=kind)


@pytest.fixture
def hangs() -> Iterator[Callable[..., object]]:
    """Return a call that returns only when the test is over."""
    over = threading.Event()

    def wait(*args: object) -> object:
        over.wait(60)
        raise OSError

    yield wait
    over.set()


def test_cancel_while_a_name_is_looked_up(hangs: Callable[..., object]) -> None:
    names = Names(os=hangs, dns=hangs, mx=hangs)  # type: ignore[arg-type]
    services = replace(services_with(None), names=names)
    request = SessionRequest(Profile(name="p", host="mail.example.org"))
    with Driver(request, services, None) as session:
        session.post(control.RunToEnd())
        session.event(events.LookupStarted, source="os")
        cancel(session)


def test_cancel_while_the_keyring_hangs(hangs: Callable[..., object]) -> None:
    script = (*says("220 hi"), *answers("EHLO", "250-hi", "250 AUTH PLAIN"))
    services = replace(
        services_with(None),
        connection=lambda: ScriptedConnection(*opens(), *script),
        fetch_secret=hangs,  # type: ignore[arg-type]
    )
    profile = Profile(name="p", host="127.0.0.1", tls=TlsMode.NONE, user="me")
    with Driver(SessionRequest(profile), services, None) as session:
        start(session, "auth")
        cancel(session)


def test_a_keyring_that_breaks_is_no_fault_of_the_session() -> None:
    def breaks(profile: Profile) -> object:
        raise RuntimeError(profile.user)

    script = (*says("220 hi"), *answers("EHLO", "250-hi", "250 AUTH PLAIN"))
    services = replace(
        services_with(None),
        connection=lambda: ScriptedConnection(*opens(), *script),
        fetch_secret=breaks,  # type: ignore[arg-type]
    )
    profile = Profile(name="p", host="127.0.0.1", tls=TlsMode.NONE, user="me")
    with Driver(SessionRequest(profile), services, None) as session:
        session.post(control.RunToEnd())
        assert session.event(events.SecretNeeded).problem == "keyring-failed"
        cancel(session)


def test_a_look_up_that_breaks_is_a_failed_step() -> None:
    def breaks(*args: object) -> object:
        raise RuntimeError("no")

    names = Names(os=breaks, dns=breaks, mx=breaks)  # type: ignore[arg-type]
    request = SessionRequest(Profile(name="p", host="mail.example.org"))
    with Driver(request, replace(services_with(None), names=names), None) as session:
        assert session.run_to_end().why == "trouble"
        assert session.all(events.LookupFailed)
        cancel(session)


def test_cancel_while_connecting() -> None:
    services = replace(services_with(None), connection=ScriptedConnection)
    with Driver(SessionRequest(Profile(name="p", host="127.0.0.1")), services, None) as session:
        start(session, "connect")
        cancel(session)


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [("missing-banner", "greeting"), ("tls-stalls", "tls"), ("quit-ignored", "quit")],
)
def test_cancel_while_the_server_is_silent(scenario: str, kind: str) -> None:
    with lab_session(scenario, stage=Stage.LOGIN) as (session, _):
        start(session, kind)
        cancel(session)


def test_cancel_while_the_user_is_asked() -> None:
    with lab_session("submission", stage=Stage.LOGIN, secret=None) as (session, _):
        session.post(control.RunToEnd())
        session.event(events.SecretNeeded)
        cancel(session)


@pytest.mark.parametrize("restarted", [False, True])
def test_cancel_while_a_server_does_not_read_the_message(tmp_path: Path, restarted: bool) -> None:
    """The kernel's buffers are full: nothing can be written, and nobody waits for it."""
    size = 32 * 1024 * 1024
    path = tmp_path / "large.eml"
    with path.open("wb") as file:
        file.truncate(size)
    message = replace(prepared(tmp_path), path=path, size=size)
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()
        thread = threading.Thread(target=_answer_until_data, args=(server, over), daemon=True)
        thread.start()
        profile = Profile(
            name="p",
            host="127.0.0.1",
            port=server.getsockname()[1],
            tls=TlsMode.NONE,
            auth=False,
            sender="a@lab.test",
            recipients=("b@lab.test",),
        )
        request = SessionRequest(profile, Stage.SEND, message=message)
        try:
            with Driver(request, services_with(None), None) as session:
                session.post(control.RunToEnd())
                session.event(events.BodyStarted)
                if restarted:
                    session.post(control.Pause())
                    session.event(events.ControlAccepted, control="pause")
                cancel(session)
        finally:
            over.set()
            thread.join(5)


def _answer_until_data(server: socket.socket, over: threading.Event) -> None:
    peer, _ = server.accept()
    with peer, peer.makefile("rb") as lines:
        peer.sendall(b"220 hi\r\n")
        for line in lines:
            ends = line.upper().startswith(b"DATA")
            peer.sendall(b"354 go on\r\n" if ends else b"250 ok\r\n")
            if ends:
                break
        over.wait(30)


def test_cancel_after_the_dot(tmp_path: Path) -> None:
    script = (
        *says("220 hi"),
        *answers("EHLO", "250 hi"),
        *answers("MAIL", "250 ok"),
        *answers("RCPT", "250 ok"),
        *answers("DATA", "354 go on"),
    )
    services = replace(
        services_with(None), connection=lambda: ScriptedConnection(*opens(), *script)
    )
    profile = Profile(name="p", host="127.0.0.1", tls=TlsMode.NONE, auth=False, sender="a@lab.test")
    request = SessionRequest(
        profile, Stage.SEND, recipients=("b@lab.test",), message=prepared(tmp_path)
    )
    with Driver(request, services, None) as session:
        session.post(control.RunToEnd())
        session.event(events.BodySent)
        session.post(control.Restart())
        asked = session.event(events.ConfirmationNeeded, kind="second-copy")
        assert asked.params["state"] == "unanswered"
        cancel(session)
