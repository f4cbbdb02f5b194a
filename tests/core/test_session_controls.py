"""Controls at awkward moments: what was asked for happens, and nothing besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.record.log import load_session
from mailoscope_core.session import control
from mailoscope_core.session.control import Breakpoint
from mailoscope_core.storage.profile import TlsMode
from tests.core.messages import prepared
from tests.core.session_driver import Driver, lab_session


def revision(session: Driver) -> int:
    """Return the revision of the plan as last logged."""
    return session.all(events.PlanChanged)[-1].revision


def rules(session: Driver) -> list[str]:
    """Return the rules of all surprises so far."""
    return [surprise.rule for surprise in session.all(events.Surprise)]


def test_running_to_the_step_one_stands_before_sends_nothing() -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        assert session.sent() == ["EHLO [127.0.0.1]"]


def test_running_to_a_step_that_goes_away_stops_where_it_would_have_been(tmp_path: Path) -> None:
    with lab_session("starttls-missing", tls=TlsMode.OPTIONAL, auth=False, stage=Stage.ASK) as (
        session,
        _,
    ):
        session.post(control.RunTo("ehlo-tls"))
        session.paused("step", step="mail")
        assert len(session.sent()) == 1


@pytest.mark.parametrize("target", ["nowhere", "added-1"])
def test_a_restart_to_a_step_that_is_not_in_the_plan_does_not_run_away(target: str) -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        session.post(control.SendRaw("NOOP"))
        session.paused("step", step="mail")
        session.post(control.Restart(run_to=target))
        if target == "nowhere":
            assert session.event(events.ControlRefused).rule == "no-such-step"
            assert len(session.all(events.AttemptStarted)) == 1
        else:
            session.event(events.AttemptStarted, number=2)
            session.paused("step", step="mail")


def test_a_step_skipped_before_ehlo_stays_skipped(tmp_path: Path) -> None:
    with lab_session("plain-sink", message=prepared(tmp_path)) as (session, lab):
        session.paused("start")
        first = revision(session)  # read once: each change that is taken in raises it by one
        for place, step in enumerate(("mail", "rcpt-1", "data", "body")):
            session.post(control.Skip(step, first + place))
        session.run_to_end()
        assert [line.split()[0] for line in session.sent()] == ["EHLO", "QUIT"]
        assert not lab.messages


def test_an_edited_line_is_handled_as_what_it_is() -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        session.post(control.Edit("quit", revision(session), "NOOP"))
        session.post(control.StepOver())
        session.paused("end")
        assert not session.all(events.ConnectionClosed)
        assert {s.id: s.kind for s in session.all(events.PlanChanged)[-1].steps}["quit"] == "noop"


def test_cancel_at_the_question_about_a_second_copy_is_a_cancel(tmp_path: Path) -> None:
    with lab_session("plain-sink", stage=Stage.SEND, message=prepared(tmp_path)) as (session, _):
        session.run_to_end()
        session.post(control.Restart(run_to=None))
        session.event(events.ConfirmationNeeded, kind="second-copy")
        session.post(control.Cancel())
        assert session.event(events.SessionFinished).outcome == "cancelled"
        assert "internal-error" not in rules(session)


@pytest.mark.parametrize("answer", [control.Restart(), control.Finish()])
def test_other_controls_at_that_question(tmp_path: Path, answer: control.Control) -> None:
    with lab_session("plain-sink", stage=Stage.SEND, message=prepared(tmp_path)) as (session, lab):
        session.run_to_end()
        session.post(control.Restart(run_to=None))
        session.event(events.ConfirmationNeeded, kind="second-copy")
        session.post(answer)
        if isinstance(answer, control.Finish):
            assert session.event(events.SessionFinished).outcome == "done"
        else:
            session.event(events.ConfirmationNeeded, kind="second-copy")
        assert "internal-error" not in rules(session)
        assert len(lab.messages) == 1


def test_a_message_typed_by_hand_is_a_copy_as_well(tmp_path: Path) -> None:
    with lab_session("plain-sink", stage=Stage.SEND, message=prepared(tmp_path)) as (session, lab):
        session.post(control.RunTo("data"))
        session.paused("step", step="data")
        for line in ("DATA", "Subject: by hand", "", "text", "."):
            session.post(control.SendRaw(line, force=True))
            session.event(events.StepFinished)
            session.paused("step", step="data")
        assert len(lab.messages) == 1
        session.post(control.Restart(run_to=None))
        asked = session.event(events.ConfirmationNeeded)
        assert (asked.kind, asked.params["state"]) == ("second-copy", "accepted")


def test_a_pipelined_line_does_not_answer_for_the_next_step() -> None:
    with lab_session("slow-banner:0.3", stage=Stage.LOGIN, tls=TlsMode.NONE, auth=False) as (
        session,
        _,
    ):
        session.post(control.RunTo("quit"))
        session.event(events.StepStarted, kind="greeting")
        session.post(control.SendRaw("NOOP early", force=True))
        session.event(events.ControlAccepted, control="send-raw")
        session.paused("step", step="quit")
        verbs = [reply.verb for reply in session.all(events.ReplyReceived)]
        assert verbs == ["greeting", "noop", "ehlo"]
        assert session.outcomes()["ehlo"] == "done"
        assert session.all(events.CapabilitiesSeen)
        assert session.run_to_end().why == "end"
        assert set(session.outcomes().values()) == {"done"}


def test_the_certificate_cannot_be_accepted_before_it_is_seen() -> None:
    with lab_session("submission", stage=Stage.LOGIN) as (session, _):
        session.paused("start")
        session.post(control.Confirm("unverified-tls", True))
        assert session.event(events.ControlRefused).rule == "not-asked"
        session.run_to_end()
        assert session.all(events.TlsEstablished)[0].verified
        session.post(control.Confirm("unverified-tls", True))
        assert session.event(events.ControlRefused).rule == "not-asked"


def test_a_certificate_may_be_declined() -> None:
    with lab_session("cert-expired", auth=False) as (session, _):
        session.run_to_end()
        session.post(control.Confirm("unverified-tls", False))
        assert session.event(events.ConfirmationGiven).accepted is False
        session.post(control.Confirm("unverified-tls", True))
        assert session.event(events.ControlRefused).rule == "not-asked"


def test_pause_takes_effect_inside_the_log_in() -> None:
    with lab_session("submission", stage=Stage.LOGIN, mechanism="LOGIN", secret=None) as (
        session,
        lab,
    ):
        session.post(control.RunToEnd())
        session.event(events.SecretNeeded)
        session.post(control.Pause())
        session.event(events.ControlAccepted, control="pause")
        session.post(control.ProvideSecret(Secret(lab.scenario.settings.secret)))
        session.paused("asked", step="auth")
        assert not any(line.startswith("AUTH") for line in session.sent())
        session.post(control.RunToEnd())
        session.paused("end")


@pytest.mark.parametrize("line", ["\udc80", "NOOP \ud800", "AUTH PLAIN \udfff"])
def test_a_line_that_is_no_text_does_not_end_the_session(tmp_path: Path, line: str) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    with lab_session("plain-sink", stage=Stage.LOGIN, path=path) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        session.post(control.SendRaw(line, force=True))
        session.event(events.ControlRefused, rule="not-text")
        session.post(control.Insert("quit", revision(session), line))
        session.event(events.ControlRefused, rule="not-text")
        session.finish()
        assert "internal-error" not in rules(session)
        session.runner.join()
        assert list(load_session(path).entries) == list(session.log)


@pytest.mark.parametrize("seconds", [float("inf"), 1e18, 3e9])
def test_waiting_for_ages_is_possible(seconds: float) -> None:
    with lab_session("slow-banner:0.3", stage=Stage.LOGIN) as (session, _):
        session.post(control.RunToEnd())
        session.event(events.StepStarted, kind="greeting")
        session.post(control.KeepWaiting(seconds))
        session.event(events.DeadlineExtended)
        session.paused("end")
        assert "internal-error" not in rules(session)


def test_a_closing_server_is_not_asked_about_the_next_recipient() -> None:
    with lab_session("shutdown:rcpt", stage=Stage.ASK, recipients=("a@lab.test", "b@lab.test")) as (
        session,
        _,
    ):
        assert session.run_to_end().why == "trouble"
        assert [line for line in session.sent() if line.startswith("RCPT")] == [
            "RCPT TO:<a@lab.test>"
        ]


def test_helo_does_not_lead_around_required_tls() -> None:
    with lab_session("helo-only", tls=TlsMode.STARTTLS, auth=False, stage=Stage.ASK) as (
        session,
        _,
    ):
        assert session.run_to_end().why == "trouble"
        assert not any(line.startswith("MAIL") for line in session.sent())
        assert session.outcomes()["starttls"] == "failed"


def test_a_breakpoint_on_a_challenge_keeps_the_hand_on_every_line() -> None:
    """Answering one challenge by hand does not let the next answer go out by itself."""
    with lab_session("submission", stage=Stage.LOGIN, mechanism="LOGIN") as (session, _):
        session.post(control.RunTo("auth"))
        session.paused("step", step="auth")
        session.post(control.StepInto())
        session.paused("step", step="auth")
        session.post(control.SendRaw("bGFiQGxhYi50ZXN0"))
        session.paused("step", step="auth")
        session.post(control.RunToEnd())
        session.paused("end")
        assert session.codes()[-2:] == [235, 221]


def test_breakpoint_value_is_logged_without_ending_anything() -> None:
    with lab_session("plain-sink", stage=Stage.LOGIN) as (session, _):
        session.post(control.SetBreakpoint(Breakpoint("b", "code", "250")))
        session.post(control.RunTo("quit"))
        session.paused("breakpoint", step="quit")
