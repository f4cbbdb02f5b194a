"""Sessions in the window as a person runs them: against the lab server, with the real runner."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QPushButton

from mailoscope_core.record.events import (
    BodySent,
    ControlRefused,
    DeadlineExtended,
    LoginTried,
    Paused,
    StepFinished,
)
from mailoscope_core.record.log import load_session
from mailoscope_gui.dialogs.breakpoints_dialog import BreakpointsDialog
from mailoscope_gui.models import ladder_model
from tests.gui.person import Person


def test_stepping_shows_one_reply_after_the_other(person: Person) -> None:
    person.practise("submission")
    assert person.page.command.line.text() == ""
    assert person.page.command.line.placeholderText()
    for step in ("dns", "connect", "greeting"):
        person.step()
        assert person.rung(step).state == "done"
    assert person.rung("greeting").code == 220
    assert person.rung("ehlo").state == "next"
    assert person.page.command.line.text() == "EHLO [127.0.0.1]"
    assert not person.sent()
    person.click(person.page.command.send)
    person.wait(lambda: person.rung("ehlo").state == "done")
    assert person.sent() == ["EHLO [127.0.0.1]"]


def test_a_whole_run_sends_one_message_and_says_so(person: Person) -> None:
    person.practise("submission")
    person.press("run")
    person.wait_for_stop("end")
    assert len(person.events(BodySent)) == 1
    assert {rung.state for rung in person.application.controller.view.ladder.rungs} == {"done"}
    shown = person.page.state.outcome.text.text()
    assert "accepted" in shown
    assert person.state.queue_id in shown
    assert not person.enabled("step")
    assert person.enabled("restart")


def test_a_refused_log_in_is_explained(person: Person) -> None:
    person.practise("auth-rejected")
    person.press("run")
    person.wait_for_stop("trouble")
    person.wait(lambda: person.page.inspector.explanation is not None)
    person.wait(lambda: bool(person.session.findings))
    person.wait(lambda: person.page.findings.model.rowCount() > 0)
    person.wait(lambda: _explanation(person).finding is not None)
    explanation = _explanation(person)
    assert explanation.code == 535
    assert explanation.finding is not None
    assert explanation.finding.classification == "auth-failed"
    assert explanation.words is not None
    assert explanation.words.owner
    title = person.find(QLabel, "inspector-title")
    assert isinstance(title, QLabel)
    assert title.text() == explanation.words.title
    assert title.textFormat() is Qt.TextFormat.PlainText


def test_a_run_that_ends_explains_what_was_refused_on_the_way(person: Person) -> None:
    person.practise("relay-denied")
    person.press("run")
    person.wait_for_stop("end")
    assert "refused" in person.page.state.outcome.text.text()
    inspector = person.page.inspector
    person.wait(lambda: inspector.explanation is not None and inspector.explanation.code == 554)


def test_clicking_a_step_explains_its_reply(person: Person) -> None:
    person.practise("auth-rejected")
    person.press("run")
    person.wait_for_stop("trouble")
    row = person.application.controller.view.ladder.row_of("starttls")
    assert row is not None
    person.click_cell(person.page.ladder.table, row, ladder_model.STEP)
    person.wait(lambda: _explanation(person).code == 220)
    assert not person.application.controller.selection.following
    person.click(person.page.inspector.follow)
    person.wait(lambda: _explanation(person).code == 535)


def test_an_edited_line_goes_out_as_it_was_typed(person: Person) -> None:
    person.practise("submission")
    for _ in range(3):
        person.step()
    person.type_line("EHLO typed.example")
    assert person.page.command.dirty
    person.qtbot.keyClick(person.page.command.line, Qt.Key.Key_Return)
    person.wait(lambda: person.rung("ehlo").state == "done")
    assert person.sent() == ["EHLO typed.example"]
    assert person.rung("ehlo").edited
    assert not person.page.command.dirty


def test_escape_brings_the_planned_line_back(person: Person) -> None:
    person.practise("submission")
    for _ in range(3):
        person.step()
    planned = person.page.command.line.text()
    person.type_line("something else")
    person.qtbot.keyClick(person.page.command.line, Qt.Key.Key_Escape)
    assert person.page.command.line.text() == planned
    assert not person.page.command.dirty


def test_what_the_protocol_forbids_needs_force(person: Person) -> None:
    person.practise("submission")
    for _ in range(4):
        person.step()
    person.type_line("DATA")
    finished = person.application.controller.view.finished_steps
    person.click(person.page.command.send)
    person.wait(lambda: person.application.controller.view.finished_steps > finished)
    person.wait_for_stop("trouble")
    assert "DATA" not in person.sent()
    person.press("restart")
    person.wait(lambda: person.state.attempt == 2 and person.state.waiting == "start")
    for _ in range(4):
        person.step()
    person.type_line("NOOP")
    person.click(person.page.command.force)
    person.click(person.page.command.send)
    person.wait(lambda: "NOOP" in person.sent())
    assert not person.page.command.force.isChecked(), "force is for one line"


def test_commands_of_the_menu_go_out_at_once(person: Person) -> None:
    person.practise("submission")
    for _ in range(4):
        person.step()
    person.press("say-noop")
    person.wait(lambda: "NOOP" in person.sent() and person.state.waiting == "step")
    assert person.rung("starttls").state == "next", "the plan stands where it stood"
    person.press("say-vrfy")
    assert person.page.command.line.text() == "VRFY "


def test_a_breakpoint_in_the_margin_stops_the_run(person: Person) -> None:
    person.practise("submission")
    row = person.application.controller.view.ladder.row_of("starttls")
    assert row is not None
    person.click_cell(person.page.ladder.table, row, ladder_model.GUTTER)
    person.wait(lambda: person.rung("starttls").breakpoint)
    person.press("run")
    person.wait_for_stop("breakpoint")
    assert person.rung("starttls").state == "next"
    assert "STARTTLS" not in person.sent()
    person.click_cell(person.page.ladder.table, row, ladder_model.GUTTER)
    person.wait(lambda: not person.rung("starttls").breakpoint)
    person.press("run")
    person.wait_for_stop("end")


def test_a_breakpoint_on_a_code_from_the_dialog(person: Person) -> None:
    person.practise("submission")
    person.press("breakpoints")
    dialog = person.application.window.findChild(BreakpointsDialog)
    assert isinstance(dialog, BreakpointsDialog)
    dialog.kind.setCurrentIndex(1)
    assert not dialog.add.isEnabled(), "nothing typed yet"
    person.type_into(dialog.value, "235")
    person.click(dialog.add)
    person.wait(lambda: dialog.list.count() == 1)
    assert "235" in dialog.list.item(0).text()
    dialog.buttons.button(QDialogButtonBox.StandardButton.Close).click()
    person.press("run")
    person.wait_for_stop("breakpoint")
    assert person.state.last_code == 235


def test_run_to_here_skip_and_repeat(person: Person) -> None:
    person.practise("submission")
    person.page.ladder.choose_step("starttls")
    assert person.enabled("run-to")
    person.press("run-to")
    person.wait_for_stop("step")
    assert person.rung("starttls").state == "next"
    person.page.ladder.choose_step("ehlo")
    finished = person.application.controller.view.finished_steps
    person.press("repeat")
    person.wait(lambda: person.application.controller.view.finished_steps > finished)
    assert person.sent().count("EHLO [127.0.0.1]") == 2
    person.wait_for_stop("step")
    person.page.ladder.choose_step("quit")
    person.press("skip")
    person.wait(lambda: person.rung("quit").skip)
    person.press("skip")
    person.wait(lambda: not person.rung("quit").skip)


def test_a_line_is_inserted_into_the_plan(person: Person) -> None:
    person.practise("submission")
    person.page.ladder.choose_step("quit")
    person.type_line("NOOP first")
    person.press("insert")
    person.wait(lambda: any(r.line == "NOOP first" for r in _rungs(person)))
    lines = [rung.line for rung in _rungs(person)]
    assert lines.index("NOOP first") == lines.index("QUIT") - 1
    assert person.page.command.line.text() == "", "the field shows the next step again"


def test_dropping_and_restarting_to_a_step(person: Person) -> None:
    person.practise("submission")
    for _ in range(4):
        person.step()
    person.press("drop")
    person.wait(lambda: not person.state.connected)
    person.page.ladder.choose_step("starttls")
    person.press("restart-to")
    person.wait(lambda: person.state.attempt == 2 and person.state.waiting == "step")
    assert person.rung("starttls").state == "next"
    assert person.sent() == ["EHLO [127.0.0.1]", "EHLO [127.0.0.1]"]


def test_cancel_ends_the_session_and_its_controls(person: Person) -> None:
    person.practise("slow-banner")
    person.press("run")
    person.wait(lambda: person.state.running == "greeting")
    person.press("cancel")
    person.wait(lambda: person.state.finished == "cancelled")
    person.wait(lambda: not person.session.live)
    person.application.window.follow()
    for action in ("step", "run", "pause", "restart", "cancel", "drop"):
        assert not person.enabled(action), action
    assert person.enabled("again")


def test_a_missing_secret_is_asked_for_in_the_window(person: Person) -> None:
    person.practise("submission")
    profile = person.application.controller.profile
    assert profile is not None
    person.application.services.credentials.delete(profile.id, profile.user)
    person.press("run")
    person.wait_for_stop("secret")
    person.wait(person.page.question.isVisible)
    field = person.find(QLineEdit, "secret")
    assert isinstance(field, QLineEdit)
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert not person.enabled("step"), "the question comes first"
    person.qtbot.keyClicks(field, "lab-password")
    person.qtbot.keyClick(field, Qt.Key.Key_Return)
    person.wait_for_stop("end")
    assert [event.outcome for event in _logins(person)] == ["accepted"]
    assert field.text() == ""
    assert not person.page.question.isVisible()


def test_a_refused_secret_is_not_sent_again_unasked(person: Person) -> None:
    person.practise("auth-rejected")
    person.press("run")
    person.wait_for_stop("trouble")
    assert len(_logins(person)) == 1
    person.page.ladder.choose_step("auth")
    person.press("restart-to")
    person.wait(lambda: person.state.attempt == 2 and person.state.waiting == "step")
    person.press("step")
    person.wait_for_stop("confirmation")
    person.wait(person.page.question.isVisible)
    question = person.find(QLabel, "question")
    assert isinstance(question, QLabel)
    assert "1" in question.text(), "the attempts so far are named"
    no = person.find(QPushButton, "no")
    assert isinstance(no, QPushButton)
    person.click(no)
    person.wait(lambda: person.state.waiting in ("trouble", "step"))
    assert [event.outcome for event in _logins(person)].count("refused") == 1


def test_a_bad_certificate_can_be_accepted_for_this_session(person: Person) -> None:
    person.practise("cert-expired")
    person.press("run")
    person.wait_for_stop("trouble")
    person.wait(person.page.question.isVisible)
    yes = person.find(QPushButton, "yes")
    assert isinstance(yes, QPushButton)
    person.click(yes)
    person.wait(lambda: person.state.attempt == 2 and person.state.tls_version != "")
    person.wait_for_stop("step")
    assert "NOT" in person.page.state.tls.text.text()
    assert not person.page.question.isVisible()


def test_a_late_answer_is_waited_for(person: Person) -> None:
    person.practise("missing-banner")
    controller = person.application.controller
    assert controller.request is not None
    import msgspec

    short = msgspec.structs.replace(controller.request.profile.timeouts, command=0.05)
    profile = msgspec.structs.replace(controller.request.profile, timeouts=short)
    controller.use_profile(profile)
    person.wait_for_stop("start")
    person.press("run")
    person.wait(lambda: person.state.waiting == "deadline")
    person.wait(person.page.wait.isVisible)
    assert person.page.wait.keep.isVisible()
    person.click(person.page.wait.endless)
    person.wait(lambda: bool(person.events(DeadlineExtended)))
    person.wait(lambda: person.state.deadline is None)
    assert person.state.connected, "nothing was closed"


def test_the_note_for_the_admin(person: Person) -> None:
    person.practise("unknown-user")
    person.press("run")
    person.wait_for_stop("end", "trouble")
    QGuiApplication.clipboard().setText("")
    person.press("copy-admin")
    person.wait(lambda: bool(QGuiApplication.clipboard().text()))
    note = QGuiApplication.clipboard().text()
    assert len(note.splitlines()) < 15
    assert "550" in note
    assert "127.0.0.1" in note
    person.wait(person.application.window.notice.isVisible)


def test_a_saved_session_looks_the_same_when_it_is_opened(person: Person, tmp_path: Path) -> None:
    person.practise("auth-rejected")
    person.press("run")
    person.wait_for_stop("trouble")
    person.wait(lambda: bool(person.session.findings))
    live = person.application.controller.view
    rungs = list(live.ladder.rungs)
    lines = [row.text for row in live.transcript.snapshot]
    findings = person.session.findings
    count = len(person.session.entries)
    path = tmp_path / "kept.mailoscope.jsonl"
    person.application.controller.save_as(path)
    person.wait(path.exists)
    assert len(load_session(path).entries) == count
    person.application.controller.open_file(path)
    person.wait(lambda: person.session.path == path)
    person.wait_for_all()
    assert person.application.controller.view.ladder.rungs == rungs
    assert [row.text for row in live.transcript.snapshot] == lines
    assert person.session.findings == findings
    assert not person.session.live
    assert not person.enabled("step")
    assert not person.page.command.send.isEnabled()


def test_refused_controls_are_told(person: Person) -> None:
    person.practise("submission")
    person.type_line("NOOP")
    person.click(person.page.command.send)
    person.wait(lambda: bool(person.events(ControlRefused)))
    person.wait(person.application.window.notice.isVisible)
    assert person.application.window.notice.text.text()


def test_pausing_a_run(person: Person) -> None:
    person.practise("submission")
    person.press("run")
    if person.enabled("pause"):
        person.press("pause")
    person.wait(lambda: person.state.waiting in ("asked", "end"))
    finished = [e for e in person.events(StepFinished) if isinstance(e, StepFinished)]
    assert len(finished) <= len(_rungs(person))


def test_one_shown_pause_for_each_stop(person: Person) -> None:
    person.practise("submission")
    person.step()
    person.step()
    pauses = [e.why for e in person.events(Paused) if isinstance(e, Paused)]
    assert pauses == ["start", "step", "step"]


def _explanation(person: Person):  # type: ignore[no-untyped-def]
    explanation = person.page.inspector.explanation
    assert explanation is not None
    return explanation


def _rungs(person: Person):  # type: ignore[no-untyped-def]
    return person.application.controller.view.ladder.rungs


def _logins(person: Person) -> list[LoginTried]:
    return [event for event in person.events(LoginTried) if isinstance(event, LoginTried)]


def test_a_finding_leads_to_the_line_that_proves_it(person: Person) -> None:
    person.practise("auth-rejected")
    person.press("run")
    person.wait_for_stop("trouble")
    person.page.tabs.setCurrentWidget(person.page.findings)
    person.wait(lambda: person.page.findings.model.rowCount() > 0)
    person.click_cell(person.page.findings.table, 0, 1)
    finding = person.session.findings[0]
    selection = person.application.controller.selection
    assert selection.seq == finding.evidence[0]
    table = person.page.transcript.table
    marked = table.selectionModel().selectedRows()
    assert person.application.controller.view.transcript.row_at(marked[0].row()).code == 535


def test_a_second_attempt_is_named(person: Person) -> None:
    person.practise("submission")
    person.step()
    person.press("restart")
    person.wait(lambda: person.state.attempt == 2 and person.state.waiting == "start")
    assert person.page.state.title.text().endswith("attempt 2")
