"""Sessions against the lab server: the plan, the controls, and what the log says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.record.log import load_session
from mailoscope_core.session import control
from mailoscope_core.session.control import Breakpoint
from mailoscope_core.storage.profile import Timeouts, TlsMode
from tests.core.messages import PLAIN, prepared
from tests.core.session_driver import lab_session


def test_a_whole_submission_arrives_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    with lab_session("submission", message=prepared(tmp_path), path=path) as (session, lab):
        assert session.run_to_end().why == "end"
        assert [message.content() for message in lab.messages] == [PLAIN]
        assert session.finish().outcome == "done"
        assert set(session.outcomes().values()) == {"done"}
        assert session.codes()[-2:] == [250, 221]
        assert list(load_session(path).entries) == list(session.log)
    assert PLAIN[60:70].decode() not in path.read_text()


def test_step_by_step_each_step_waits_for_the_user() -> None:
    with lab_session("plain-sink", stage=Stage.LOGIN) as (session, _):
        session.paused("start", step="dns")
        for step in ("connect", "greeting", "ehlo", "quit"):
            session.post(control.StepOver())
            session.paused("step", step=step)
        assert session.sent() == ["EHLO [127.0.0.1]"]


def test_run_to_a_step_stops_before_it() -> None:
    with lab_session("submission", stage=Stage.LOGIN) as (session, _):
        session.post(control.RunTo("auth"))
        session.paused("step", step="auth")
        assert session.sent()[-1].startswith("EHLO")


@pytest.mark.parametrize(
    ("on", "value", "before"),
    [
        ("step", "starttls", "starttls"),
        ("step", "auth", "auth"),
        ("code", "235", "quit"),
        ("class", "2", "ehlo"),
        ("text", "ready TO start", "tls"),
    ],
)
def test_breakpoints(on: str, value: str, before: str) -> None:
    with lab_session("submission", stage=Stage.LOGIN) as (session, _):
        session.post(control.SetBreakpoint(Breakpoint("b", on, value)))  # type: ignore[arg-type]
        session.post(control.RunToEnd())
        session.paused("breakpoint", step=before, breakpoint="b")
        session.post(control.ClearBreakpoint("b"), control.RunToEnd())
        session.paused("end")


def test_a_breakpoint_beats_run_to() -> None:
    with lab_session("submission", stage=Stage.LOGIN) as (session, _):
        session.post(control.SetBreakpoint(Breakpoint("b", "step", "greeting")))
        session.post(control.RunTo("auth"))
        session.paused("breakpoint", step="greeting")


def test_stepping_into_a_log_in_stops_at_each_challenge() -> None:
    with lab_session("submission", stage=Stage.LOGIN, mechanism="LOGIN") as (session, _):
        session.post(control.RunTo("auth"))
        session.paused("step", step="auth")
        session.post(control.StepInto())
        session.paused("step", step="auth")
        assert session.codes()[-1] == 334
        session.post(control.StepInto())
        session.paused("step", step="auth")
        session.post(control.StepOver())
        session.paused("step", step="quit")
        assert session.codes()[-3:] == [334, 334, 235]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("initial", [True, False])
def test_every_mechanism_logs_in(mechanism: str, initial: bool) -> None:
    with lab_session("submission", stage=Stage.LOGIN, mechanism=mechanism) as (session, _):
        if not initial:
            session.post(control.RunTo("auth"))
            plan = session.event(events.PlanChanged, reason="initial")
            session.paused("step", step="auth")
            revision = session.all(events.PlanChanged)[-1].revision
            assert plan.revision <= revision
            session.post(control.Edit("auth", revision, f"AUTH {mechanism}"))
        assert session.run_to_end().why == "end"
        assert 235 in session.codes()
        assert (334 in session.codes()) == (not initial or mechanism != "PLAIN")


def test_an_edited_line_is_what_goes_out_and_a_late_edit_is_refused() -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        revision = session.all(events.PlanChanged)[-1].revision
        session.post(control.Edit("mail", revision, "MAIL FROM:<other@lab.test>"))
        session.post(control.Edit("mail", revision, "MAIL FROM:<late@lab.test>"))
        refused = session.event(events.ControlRefused)
        assert refused.rule == "stale-revision"
        session.post(control.StepOver())
        session.paused("step")
        assert session.sent()[-1] == "MAIL FROM:<other@lab.test>"
        session.post(control.Edit("mail", revision + 1, "NOOP"))
        assert session.event(events.ControlRefused).rule == "already-sent"


def test_insert_skip_remove_and_raw_lines() -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        revision = session.all(events.PlanChanged)[-1].revision
        session.post(
            control.Insert("mail", revision, "VRFY friend@lab.test"),
            control.Skip("rset", revision + 1),
            control.Remove("quit", revision + 2),
        )
        session.paused("step", step="added-1")
        session.post(control.SendRaw("NOOP hello"))
        session.paused("step")
        assert session.run_to_end().why == "end"
        said = [line.split()[0] for line in session.sent()]
        assert said == ["EHLO", "NOOP", "VRFY", "MAIL", "RCPT"]
        assert session.outcomes()["rset"] == "skipped"
        assert "quit" not in session.outcomes()


def test_repeat_sends_the_same_line_again() -> None:
    with lab_session("plain-sink", stage=Stage.LOGIN) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        session.post(control.Repeat("ehlo"))
        session.paused("step", step="quit")
        assert session.sent() == ["EHLO [127.0.0.1]"] * 2


@pytest.mark.parametrize("line", ["DATA", "data", " DATA", "BDAT 3 LAST", "MAIL FROM:<a@b>"])
@pytest.mark.parametrize("way", ["raw", "insert", "edit"])
def test_nothing_gets_past_the_armed_stage(line: str, way: str) -> None:
    with lab_session("plain-sink", stage=Stage.LOGIN) as (session, lab):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        revision = session.all(events.PlanChanged)[-1].revision
        if way == "raw":
            session.post(control.SendRaw(line, force=True))
        elif way == "insert":
            session.post(control.Insert("quit", revision, line, force=True), control.StepOver())
        else:
            session.post(control.Edit("quit", revision, line, force=True), control.StepOver())
        surprise = session.event(events.Surprise)
        assert surprise.rule in ("not-armed-ask", "not-armed-send", "no-recipient-accepted")
        session.finish()
        said = [seen.data for seen in lab.events if seen.direction == "client"]
        assert not any(verb in b"".join(said).upper() for verb in (b"DATA", b"BDAT", b"MAIL"))


def test_an_injected_line_break_is_refused_with_its_place() -> None:
    with lab_session("plain-sink", stage=Stage.LOGIN) as (session, lab):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        session.post(control.SendRaw("NOOP\r\nDATA", force=True))
        surprise = session.event(events.Surprise)
        assert surprise.rule == "injection"
        assert not any(b"NOOP" in seen.data for seen in lab.events)


def test_force_sends_what_is_out_of_order_and_the_server_answers() -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        session.post(control.SendRaw("RCPT TO:<friend@lab.test>"))
        assert session.event(events.Surprise).rule == "needs-mail"
        session.paused("trouble", step="mail")
        session.post(control.SendRaw("RCPT TO:<friend@lab.test>", force=True))
        assert session.event(events.ReplyReceived).code == 503


def test_each_recipient_has_its_own_outcome() -> None:
    with lab_session("unknown-user") as (session, _):
        session.run_to_end()
        codes = [r.code for r in session.all(events.ReplyReceived) if r.verb == "rcpt"]
        assert 250 in codes
        assert 550 in codes
        assert session.finish().outcome == "done"


def test_no_accepted_recipient_is_no_success(tmp_path: Path) -> None:
    with lab_session("relay-denied", stage=Stage.SEND, message=prepared(tmp_path)) as (session, _):
        assert session.run_to_end().why == "trouble"
        assert session.all(events.Surprise)[-1].rule == "no-recipient-accepted"
        assert not any(line == "DATA" for line in session.sent())
        assert session.finish().outcome == "failed"
    with lab_session("relay-denied", stage=Stage.ASK) as (session, _):
        assert session.run_to_end().why == "end"
        assert session.finish().outcome == "refused"


def test_helo_comes_only_after_a_refused_ehlo_and_is_seen() -> None:
    with lab_session("helo-only") as (session, _):
        session.run_to_end()
        assert [line.split()[0] for line in session.sent()][:2] == ["EHLO", "HELO"]
        assert "helo-after-refused-ehlo" in [s.rule for s in session.all(events.Surprise)]
        assert session.outcomes()["helo"] == "done"


def test_required_starttls_that_is_not_offered_sends_no_credentials() -> None:
    with lab_session("starttls-missing", auth=True, user="lab@lab.test", secret="pw-pw-pw-pw") as (
        session,
        lab,
    ):
        assert session.run_to_end().why == "trouble"
        assert session.all(events.Surprise)[-1].rule == "starttls-not-offered"
        session.finish()
        assert not any(seen.data.upper().startswith(b"AUTH") for seen in lab.events)


def test_starttls_if_offered_goes_on_without_it() -> None:
    with lab_session("starttls-missing", tls=TlsMode.OPTIONAL, auth=False) as (session, _):
        assert session.run_to_end().why == "end"
        assert "starttls" not in session.outcomes()


def test_a_restart_keeps_edits_and_counts_attempts() -> None:
    with lab_session("plain-sink", stage=Stage.ASK) as (session, _):
        session.post(control.RunTo("mail"))
        session.paused("step", step="mail")
        revision = session.all(events.PlanChanged)[-1].revision
        session.post(control.Edit("mail", revision, "MAIL FROM:<edited@lab.test>"))
        session.post(control.Insert("mail", revision + 1, "NOOP kept"))
        session.post(control.Restart(run_to="rcpt-1"))
        assert session.event(events.AttemptStarted, number=2).why == "restart"
        session.paused("step", step="rcpt-1")
        assert session.sent()[-2:] == ["NOOP kept", "MAIL FROM:<edited@lab.test>"]
        assert session.log[-1].attempt == 2


@pytest.mark.parametrize("answer", [True, False])
def test_a_restart_after_the_dot_asks_because_of_a_second_copy(
    tmp_path: Path, answer: bool
) -> None:
    with lab_session("plain-sink", stage=Stage.SEND, message=prepared(tmp_path)) as (session, lab):
        session.run_to_end()
        session.post(control.Restart(run_to=None))
        session.event(events.ConfirmationNeeded, kind="second-copy")
        session.post(control.Confirm("second-copy", answer))
        session.event(events.ConfirmationGiven, accepted=answer)
        session.paused("start" if answer else "end")
        assert len(lab.messages) == 1
        assert len(session.all(events.AttemptStarted)) == (2 if answer else 1)


@pytest.mark.parametrize(
    ("scenario", "where"),
    [("missing-banner", "step-started"), ("tls-stalls", "tls-started"), ("plain-sink", "paused")],
)
def test_cancel_ends_the_session_wherever_it_is(scenario: str, where: str) -> None:
    with lab_session(scenario, stage=Stage.LOGIN) as (session, _):
        if where == "paused":
            session.paused("start")
        else:
            session.post(control.RunToEnd())
            session.wait_for(
                lambda entry: (
                    entry.event.__struct_config__.tag == where
                    and getattr(entry.event, "kind", "greeting") == "greeting"
                )
            )
        session.post(control.Cancel())
        assert session.event(events.SessionFinished).outcome == "cancelled"


def test_a_deadline_tells_and_a_late_reply_still_belongs_to_its_verb() -> None:
    patience = Timeouts(connect=5, command=0.05, final_dot=5)
    with lab_session("slow-banner:0.5", stage=Stage.LOGIN, timeouts=patience) as (session, _):
        session.post(control.RunToEnd())
        passed = session.event(events.DeadlinePassed)
        assert passed.what == "greeting"
        session.paused("deadline", step="greeting")
        session.post(control.KeepWaiting(30))
        session.event(events.DeadlineExtended, seconds=30.0)
        late = session.event(events.ReplyReceived)
        assert (late.code, late.verb) == (220, "greeting")
        session.paused("end")


def test_what_an_idle_server_says_is_logged_at_once() -> None:
    with lab_session("idle-timeout:1", stage=Stage.LOGIN) as (session, _):
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        said = session.event(events.ReplyReceived, unsolicited=True)
        assert (said.code, said.step) == (421, None)
        assert session.event(events.ConnectionClosed).by == "server"


def test_drop_in_the_middle_of_a_step_and_start_again() -> None:
    with lab_session("missing-banner", stage=Stage.LOGIN) as (session, _):
        session.post(control.RunToEnd())
        session.event(events.StepStarted, kind="greeting")
        session.post(control.Drop())
        assert session.event(events.ConnectionClosed).by == "us"
        assert session.event(events.StepFinished).outcome == "cancelled"
        session.post(control.Restart(run_to="greeting"))
        session.paused("step", step="greeting")


def test_a_bad_certificate_is_put_to_the_user_and_going_on_is_a_new_attempt() -> None:
    with lab_session("cert-expired", auth=False) as (session, _):
        assert session.run_to_end().why == "trouble"
        failed = session.all(events.TlsFailed)[-1]
        assert failed.kind == "expired"
        assert failed.chain
        assert session.all(events.ConfirmationNeeded)[-1].kind == "unverified-tls"
        session.post(control.Confirm("unverified-tls", True))
        assert session.event(events.AttemptStarted).why == "accepted-tls"
        assert session.event(events.TlsEstablished).verified is False
        session.paused("step", step="ehlo-tls")


def test_pause_in_a_body_stops_between_chunks(tmp_path: Path) -> None:
    message = prepared(tmp_path, PLAIN + b"x" * 70 + b"\r\n" * 2_000_000)
    with lab_session("plain-sink", stage=Stage.SEND, message=message) as (session, lab):
        session.post(control.RunToEnd())
        session.event(events.BodyStarted)
        session.post(control.Pause())
        session.paused("asked")
        assert not lab.messages
        session.post(control.RunToEnd())
        session.paused("end")
        assert len(lab.messages) == 1


def test_pipelining_by_force_keeps_the_order_of_replies() -> None:
    patience = Timeouts(connect=5, command=30, final_dot=5)
    with lab_session("plain-sink:0.2", stage=Stage.LOGIN, timeouts=patience) as (session, _):
        session.post(control.RunTo("quit"))
        session.event(events.LineSent, verb="ehlo")
        session.post(control.SendRaw("NOOP one"))
        assert session.event(events.ControlRefused).rule == "reply-pending"
        session.post(control.SendRaw("NOOP two", force=True))
        session.event(events.LineSent, verb="noop")
        assert session.event(events.ReplyReceived).verb == "ehlo"
        assert session.event(events.ReplyReceived).verb == "noop"
