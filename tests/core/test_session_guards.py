"""No way leads around the guards: what carries a secret is asked about, whatever it is called."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.session import control
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.spent import SpentSecrets
from tests.core.session_driver import Driver, lab_session, services_with
from tests.fakes import Act, ScriptedConnection, answers, closes, opens, says

TYPED = base64.b64encode(b"\0me\0hand-typed-1").decode()
OFFERS = (*says("220 hi"), *answers("EHLO", "250-hi", "250 AUTH PLAIN LOGIN XOAUTH2"))


@contextlib.contextmanager
def far_session(
    *script: Act, secret: str | None = None, spent: SpentSecrets | None = None, **profile: object
) -> Iterator[tuple[Driver, list[ScriptedConnection]]]:
    """Run a session against a scripted server far away, in the clear."""
    made: list[ScriptedConnection] = []

    def connection() -> ScriptedConnection:
        made.append(ScriptedConnection(*opens("192.0.2.1"), *script))
        return made[-1]

    services = replace(services_with(secret, spent=spent), connection=connection)
    values: dict[str, object] = {"tls": TlsMode.NONE, "auth": False, "user": "me", **profile}
    profile_ = Profile(name="far", host="192.0.2.25", sender="me@lab.test", **values)  # type: ignore[arg-type]
    request = SessionRequest(profile_, Stage.ASK, recipients=("you@lab.test",))
    with Driver(request, services, None) as session:
        yield session, made


@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt-1", "rset", "quit"])
@pytest.mark.parametrize(
    "line",
    [
        f"AUTH PLAIN {TYPED}",
        f"\tauth  plain\t{TYPED}",
        f"AUTHX PLAIN {TYPED}",
        f"\x01AUTH PLAIN {TYPED}",
        f"AUTH {TYPED}",
        "AUTH\x0bPLAIN\x0b" + TYPED,
    ],
)
def test_no_edited_step_carries_a_secret_past_the_guard(step: str, line: str) -> None:
    script = (
        *OFFERS,
        *answers("MAIL", "250 ok"),
        *answers("RCPT", "250 ok"),
        *answers("RSET", "250"),
    )
    with far_session(*script) as (session, made):
        session.paused("start")
        session.post(control.Edit(step, 1, line, force=True), control.RunToEnd())
        asked = session.event(events.ConfirmationNeeded)
        assert asked.kind == "cleartext-credentials"
        session.post(control.Confirm(asked.kind, False))
        session.paused("trouble")
        assert session.all(events.Surprise)[-1].rule == "credentials-held-back"
        assert TYPED.encode() not in made[-1].written
        log = repr(list(session.log))
        assert TYPED not in log
        assert "hand-typed-1" not in log


def test_a_response_cannot_be_pipelined_behind_auth() -> None:
    with far_session(*OFFERS, *answers("AUTH LOGIN")) as (session, made):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        session.post(control.SendRaw("AUTH LOGIN"))
        session.event(events.LineSent)
        session.post(control.SendRaw("c2VjcmV0", force=True))
        assert session.event(events.ControlRefused).rule == "not-pipelined"
        assert b"c2VjcmV0" not in made[-1].written


def test_a_yes_for_one_host_is_none_for_another() -> None:
    script = (*OFFERS, *answers("AUTH PLAIN", "235 yes"))
    with far_session(*script, secret="Sw0rdfish-1", auth=True) as (session, _):
        session.post(control.RunTo("mail"))
        session.event(events.ConfirmationNeeded)
        session.post(control.Confirm("cleartext-credentials", True))
        session.paused("step", step="mail")
        run = session.runner._run  # the memory of the yes is not in the log
        assert run.confirmed == {("cleartext-credentials", "192.0.2.25")}


@pytest.mark.parametrize("ends", [closes(), ()])
def test_a_token_refused_by_challenge_is_spent_before_the_end(ends: tuple[Act, ...]) -> None:
    spent = SpentSecrets()
    error = base64.b64encode(b'{"status":"401"}').decode()
    script = (*OFFERS, *answers("AUTH XOAUTH2", f"334 {error}"), *ends)
    with far_session(
        *script, secret="token-token", spent=spent, auth=True, secret_kind="token"
    ) as (session, _):
        session.post(control.RunTo("mail"))
        session.event(events.ConfirmationNeeded)
        session.post(control.Confirm("cleartext-credentials", True))
        session.event(events.ReplyReceived, code=334)
        if ends:
            session.paused("trouble")
        else:
            session.event(events.LineSent)
            session.post(control.Restart(run_to="mail"))
            asked = session.event(events.ConfirmationNeeded, kind="spent-secret")
            assert asked.params["attempts"] == "1"
    assert spent.is_spent("192.0.2.25", "me", Secret("token-token"))


def test_a_typed_log_in_counts_as_one_attempt_and_under_its_mechanism() -> None:
    script = (
        *OFFERS,
        *answers("AUTH LOGIN", "334 VXNlcm5hbWU6"),
        *answers("bWU=", "334 UGFzc3dvcmQ6"),
    )
    script += answers("aGFuZC10eXBlZC0x", "535 5.7.8 no")
    with far_session(*script) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        session.post(control.SendRaw("AUTH LOGIN"))
        session.paused("step")
        for number, line in enumerate(("bWU=", "aGFuZC10eXBlZC0x")):
            session.post(control.SendRaw(line))
            if not number:
                session.event(events.ConfirmationNeeded)
                session.post(control.Confirm("cleartext-credentials", True))
            session.event(events.StepFinished)
        tried = session.all(events.LoginTried)[-1]
        assert (tried.mechanism, tried.outcome, tried.attempts) == ("LOGIN", "refused", 1)


def test_a_refused_secret_is_asked_about_when_typed_as_a_response() -> None:
    spent = SpentSecrets()
    with lab_session("auth-rejected", spent=spent, mechanism="LOGIN", secret="wrong-wrong") as (
        session,
        lab,
    ):
        session.run_to_end()
        assert session.all(events.LoginTried)[-1].attempts == 1
        session.post(control.Repeat("auth"))
        session.event(events.ConfirmationNeeded, kind="spent-secret")
        session.post(control.Confirm("spent-secret", False))
        session.paused("trouble")
        for line in ("AUTH LOGIN", base64.b64encode(b"lab@lab.test").decode()):
            session.post(control.SendRaw(line))
            session.event(events.StepFinished, outcome="done")
        session.post(control.SendRaw(base64.b64encode(b"wrong-wrong").decode()))
        session.event(events.ConfirmationNeeded, kind="spent-secret")
        session.post(control.Confirm("spent-secret", False))
        session.event(events.StepFinished, outcome="cancelled")
        tries = [seen.data for seen in lab.events if seen.data.startswith(b"d3Jvbmctd3Jvbmc=")]
        assert len(tries) == 1


@pytest.mark.parametrize("response", ["YWJj", base64.b64encode(b"hand-typed-1").decode()])
@pytest.mark.parametrize("way", ["raw", "insert"])
def test_a_response_is_masked_in_the_plan_however_short(
    tmp_path: Path, response: str, way: str
) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    with lab_session("submission", stage=Stage.LOGIN, auth=False, path=path) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        lines = ("AUTH LOGIN", "bGFiQGxhYi50ZXN0", response, "NOOP seen")
        if way == "raw":
            for line in lines:
                session.post(control.SendRaw(line))
                session.event(events.StepFinished)
        else:
            revision = session.all(events.PlanChanged)[-1].revision
            for number, line in enumerate(lines):
                session.post(control.Insert("quit", revision + number, line))
            session.post(control.RunTo("quit"))
            session.event(events.LoginTried)
        session.post(control.Restart())
        session.event(events.AttemptStarted, number=2)
        session.paused("start")
    text = path.read_text()
    assert response not in text
    assert "NOOP seen" in text


def test_a_secret_that_the_user_mistypes_into_auth_is_masked() -> None:
    with lab_session("submission", stage=Stage.LOGIN, auth=False) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        session.post(control.SendRaw("AUTH abc-secret", force=True))
        session.event(events.StepFinished)
        assert "abc-secret" not in repr(list(session.log))
        assert session.sent()[-1] == "AUTH ********"
