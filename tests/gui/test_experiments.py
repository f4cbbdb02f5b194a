"""Fixes as buttons: a new session in which one thing is different."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from mailoscope_core.knowledge.finding import Experiment, Severity
from mailoscope_core.record.events import LoginTried
from tests.gui.person import Person


def buttons(person: Person) -> list[QPushButton]:
    """The experiments that the inspector offers."""
    found = person.page.inspector.findChildren(QPushButton)
    return [button for button in found if button.objectName().startswith("experiment-")]


def test_a_finding_offers_what_to_try(person: Person) -> None:
    person.practise("starttls-missing")
    person.press("run")
    person.wait_for_stop("trouble")
    person.wait(lambda: bool(person.session.findings))
    offered = [e for finding in person.session.findings for e in finding.experiments]
    assert offered, [finding.rule for finding in person.session.findings]
    person.page.findings.table.selectRow(0)
    person.wait(lambda: bool(buttons(person)))
    parent = person.session
    person.click(buttons(person)[0])
    person.wait(lambda: person.session is not parent)
    assert person.session.header.parent == parent.header.session
    assert person.session.header.change is not None
    assert person.session.header.change["field"] == offered[0].field
    person.wait_for_stop("start")


def test_a_fork_changes_one_thing(person: Person) -> None:
    person.practise("submission")
    controller = person.application.controller
    before = controller.request
    assert before is not None
    controller.fork(Experiment(id="x", field="mechanism", value="LOGIN"))
    person.wait_for_stop("start")
    assert controller.request is not None
    assert controller.request.profile.mechanism == "LOGIN"
    assert controller.request.stage is before.stage
    person.press("run")
    person.wait_for_stop("end")
    logins = [e for e in person.events(LoginTried) if isinstance(e, LoginTried)]
    assert [each.mechanism for each in logins] == ["LOGIN"]


def test_the_log_in_that_was_left_out_is_what_was_missing(person: Person) -> None:
    person.practise("relay-denied")
    person.press("run")
    person.wait_for_stop("end")
    person.wait(lambda: bool(person.session.findings))
    offered = [e for e in person.session.findings[0].experiments if e.field == "auth"]
    person.application.controller.fork(offered[0])
    person.wait_for_stop("start")
    person.press("run")
    person.wait_for_stop("end")
    assert [e.outcome for e in person.events(LoginTried) if isinstance(e, LoginTried)] == [
        "accepted"
    ]
    assert all(each.severity is not Severity.ERROR for each in person.session.findings)


def test_a_fork_notes_what_the_value_stood_for(person: Person) -> None:
    person.practise("sender-not-owned")
    person.application.controller.fork(Experiment(id="x", field="sender", value="@user"))
    person.wait_for_stop("start")
    assert person.session.header.change == {"field": "sender", "value": "lab@lab.test"}


def test_an_experiment_that_makes_no_sense_is_refused_in_words(person: Person) -> None:
    person.practise("submission")
    session = person.session
    person.application.controller.fork(Experiment(id="x", field="port", value="many"))
    assert person.application.window.notice.isVisible()
    assert "many" in person.application.window.notice.text.text()
    assert person.session is session
