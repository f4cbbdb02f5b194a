"""Panels with a runner of the test's own: what is shown, and which controls a click posts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from mailoscope_core.base.errors import UserError
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record.events import (
    CapabilitiesSeen,
    ConfirmationNeeded,
    DeadlinePassed,
    Paused,
    PlanChanged,
    ReplyReceived,
    StepStarted,
)
from mailoscope_core.session.control import (
    Confirm,
    Edit,
    KeepWaiting,
    SendRaw,
    SetBreakpoint,
    StepOver,
)
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.profile import Profile
from tests.gui.conftest import window_of
from tests.gui.fakes import PLAN, FakeLauncher, play_step
from tests.gui.person import Person

PROFILE = Profile(
    name="Work",
    host="mail.example.net",
    user="u",
    sender="a@example.net",
    recipients=("b@example.net",),
)


@pytest.fixture
def launcher() -> FakeLauncher:
    """Makes the sessions of these tests."""
    return FakeLauncher()


@pytest.fixture
def person(
    qapp: QApplication, qtbot: QtBot, directories: Directories, launcher: FakeLauncher
) -> Iterator[Person]:
    """Somebody at a window whose sessions do nothing by themselves."""
    with window_of(qtbot, directories, launcher) as built:
        somebody = Person(built, qtbot)
        built.controller.use_profile(PROFILE)
        somebody.wait_for_stop("start")
        yield somebody


def test_the_profile_is_only_logged_in(person: Person, launcher: FakeLauncher) -> None:
    request = person.application.controller.request
    assert request is not None
    assert request.stage is Stage.LOGIN
    assert person.page.arming.stage.currentIndex() == 0
    assert not person.page.arming.recipients.isVisible()


def test_sending_is_armed_with_the_recipients_in_sight(
    person: Person, launcher: FakeLauncher
) -> None:
    arming = person.page.arming
    arming.stage.setCurrentIndex(2)
    arming.stage.activated.emit(2)
    controller = person.application.controller
    person.wait(lambda: controller.request is not None and controller.request.stage is Stage.SEND)
    assert arming.recipients.isVisible()
    assert arming.recipients.text() == "b@example.net"
    assert controller.request is not None
    assert controller.request.message is not None
    assert len(launcher.runners) == 2, "a new run; the old one is over"
    assert not launcher.runners[0].alive


def test_after_the_start_another_stage_is_another_run(
    person: Person, launcher: FakeLauncher
) -> None:
    play_step(launcher.runner.log, "ehlo", "ehlo", "EHLO client.test", 250, "hi")
    person.wait_for_all()
    arming = person.page.arming
    arming.stage.setCurrentIndex(1)
    arming.stage.activated.emit(1)
    assert len(launcher.runners) == 1, "nothing is thrown away unasked"
    assert arming.begin.isVisible()
    person.click(arming.begin)
    assert len(launcher.runners) == 2
    assert not arming.begin.isVisible()


def test_too_many_recipients_are_refused_in_words(person: Person, launcher: FakeLauncher) -> None:
    arming = person.page.arming
    arming.stage.setCurrentIndex(1)
    arming.recipients.setText(", ".join(f"u{n}@example.net" for n in range(11)))
    arming.stage.activated.emit(1)
    person.wait(person.application.window.notice.isVisible)
    assert "11" in person.application.window.notice.text.text()
    assert len(launcher.runners) == 1


def test_send_posts_a_step_or_an_edit_and_a_step(person: Person, launcher: FakeLauncher) -> None:
    log = launcher.runner.log
    for step in PLAN[:2]:
        play_step(log, step.id, step.kind, "", 220, "ok")
    log.append(Paused(why="step", step="ehlo"))
    person.wait_for_all()
    person.click(person.page.command.send)
    assert launcher.runner.posted == [StepOver()]
    launcher.runner.posted.clear()
    person.type_line("EHLO other")
    person.click(person.page.command.force)
    person.click(person.page.command.send)
    assert launcher.runner.posted == [Edit("ehlo", 1, "EHLO other", force=True), StepOver()]


def test_typing_survives_a_change_of_the_plan(person: Person, launcher: FakeLauncher) -> None:
    log = launcher.runner.log
    for step in PLAN[:2]:
        play_step(log, step.id, step.kind, "", 220, "ok")
    person.wait_for_all()
    person.type_line("half a li")
    log.append(PlanChanged(revision=2, reason="expanded", steps=PLAN))
    person.wait_for_all()
    assert person.page.command.line.text() == "half a li"
    assert person.page.command.dirty


def test_a_line_before_a_step_without_one_is_sent_raw(
    person: Person, launcher: FakeLauncher
) -> None:
    person.type_line("NOOP")
    person.qtbot.keyClick(person.page.command.line, Qt.Key.Key_Return)
    assert launcher.runner.posted == [SendRaw("NOOP", False)]


def test_a_late_answer_offers_to_wait_on(person: Person, launcher: FakeLauncher) -> None:
    log = launcher.runner.log
    log.append(StepStarted(step="greeting", kind="greeting"))
    person.wait_for_all()
    person.wait(person.page.wait.isVisible)
    assert person.page.wait.progress.isVisible()
    assert not person.page.wait.keep.isVisible()
    log.append(DeadlinePassed(what="greeting", seconds=60.0, step="greeting"))
    log.append(Paused(why="deadline", step="greeting"))
    person.wait_for_all()
    assert person.page.wait.keep.isVisible()
    person.click(person.page.wait.keep)
    person.click(person.page.wait.endless)
    assert launcher.runner.posted == [KeepWaiting(60.0), KeepWaiting(None)]


@pytest.mark.parametrize(
    "kind",
    [
        "cleartext-credentials",
        "unverified-credentials",
        "unverified-tls",
        "spent-secret",
        "second-copy",
        "leave-body",
    ],
)
def test_questions_can_be_answered_both_ways(
    person: Person, launcher: FakeLauncher, kind: str
) -> None:
    params = {"host": "h", "user": "u", "attempts": "2", "server_name": "h", "state": "accepted"}
    launcher.runner.log.append(ConfirmationNeeded(kind=kind, params=params))
    launcher.runner.log.append(Paused(why="confirmation"))
    person.wait_for_all()
    assert person.page.question.isVisible()
    assert person.page.question.text.text()
    person.click(person.page.question.yes)
    person.click(person.page.question.no)
    assert launcher.runner.posted == [Confirm(kind, True), Confirm(kind, False)]


def test_server_text_is_never_mark_up(person: Person, launcher: FakeLauncher) -> None:
    text = "<h1>hostile</h1><img src=file:///etc/passwd>"
    log = launcher.runner.log
    log.append(StepStarted(step="greeting", kind="greeting"))
    log.append(ReplyReceived(code=554, lines=(text,), raw=f"554 {text}\r\n", step="greeting"))
    person.wait_for_all()
    person.wait(lambda: person.application.window.findChild(QLabel, "said") is not None)
    said = person.find(QLabel, "said")
    assert isinstance(said, QLabel)
    assert said.text() == f"554 {text}"
    for label in person.application.window.findChildren(QLabel):
        if "hostile" in label.text():
            assert label.textFormat() is Qt.TextFormat.PlainText


def test_breakpoints_by_key(person: Person, launcher: FakeLauncher) -> None:
    person.page.ladder.choose_step("auth")
    person.press("breakpoint")
    posted = launcher.runner.posted[0]
    assert isinstance(posted, SetBreakpoint)
    assert (posted.breakpoint.on, posted.breakpoint.value) == ("step", "auth")


def test_capabilities_before_and_after_tls(person: Person, launcher: FakeLauncher) -> None:
    log = launcher.runner.log
    log.append(
        CapabilitiesSeen(
            phase="clear", greeting_name="m", keywords=(("STARTTLS", ""), ("SIZE", "1000"))
        )
    )
    log.append(
        CapabilitiesSeen(
            phase="tls", greeting_name="m", keywords=(("SIZE", "2000"), ("AUTH", "PLAIN LOGIN"))
        )
    )
    person.wait_for_all()
    model = person.page.capabilities.model
    shown = {
        model.index(row, 0).data(): [model.index(row, column).data() for column in (1, 2, 3)]
        for row in range(model.rowCount())
    }
    assert shown == {
        "STARTTLS": ["offered", "–", "only before TLS"],
        "SIZE": ["1000", "2000", "changed"],
        "AUTH": ["–", "PLAIN LOGIN", "only with TLS"],
    }


def test_the_filter_of_the_transcript(person: Person, launcher: FakeLauncher) -> None:
    log = launcher.runner.log
    for number in range(50):
        play_step(log, f"s{number}", "noop", f"NOOP {number}", 250, f"answer {number}")
    person.wait_for_all()
    panel = person.page.transcript
    total = panel.table.model().rowCount()
    person.press("find")
    person.type_into(panel.filter, "answer 4")
    person.wait(lambda: panel.table.model().rowCount() == 11)
    assert "11" in panel.count.text()
    panel.filter.clear()
    person.wait(lambda: panel.table.model().rowCount() == total)


def test_an_error_says_what_to_do(person: Person) -> None:
    controller, notice = person.application.controller, person.application.window.notice
    controller.tell(UserError("scenario-unknown", name="nonsense"))
    assert notice.isVisible()
    assert "nonsense" in notice.text.text()
    controller.tell(RuntimeError("with a secret in it"))
    assert "secret" not in notice.text.text()
    person.click(notice.close_button)
    assert not notice.isVisible()


def test_everything_has_a_name_for_screen_readers(person: Person) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTableView

    nameless = []
    for kind in (QLineEdit, QComboBox, QTableView, QAbstractButton):
        for widget in person.page.findChildren(kind):
            if widget.objectName().startswith("qt_") or not widget.isVisible():
                continue
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            if not (widget.accessibleName() or text or widget.toolTip()):
                nameless.append(f"{type(widget).__name__} {widget.objectName()}")
    assert nameless == []


def test_the_keyboard_reaches_the_whole_page(person: Person) -> None:
    reached = set()
    first: QWidget = person.page.command.line
    widget = first
    while True:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.add(widget.objectName())
        widget = widget.nextInFocusChain()
        if widget is first:
            break
    for name in ("send", "next-line", "ladder", "transcript", "transcript-filter", "stage"):
        assert name in reached, name
