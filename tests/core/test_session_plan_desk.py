"""The plan under the user's hands: every change lands in its place or is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.record.redactor import MASK, Redactor
from mailoscope_core.session import control
from mailoscope_core.session.plan_desk import PlanControl, PlanDesk, Refusal
from mailoscope_core.session.steps import Plan, Step, StepKind

STEPS = (
    Step("connect", StepKind.CONNECT),
    Step("ehlo", StepKind.EHLO, "EHLO a"),
    Step("mail", StepKind.MAIL, "MAIL FROM:<a@b>"),
    Step("quit", StepKind.QUIT, "QUIT"),
)


@pytest.fixture
def desk() -> PlanDesk:
    """A desk on which the connection has been made."""
    desk = PlanDesk(Plan(STEPS), Redactor())
    desk.finished.add("connect")
    return desk


def ids(desk: PlanDesk) -> list[str]:
    return [step.id for step in desk.plan.steps]


def test_next_is_the_first_that_was_not_sent(desk: PlanDesk) -> None:
    upcoming = desk.next()
    assert upcoming is not None
    assert upcoming.id == "ehlo"
    desk.running = upcoming
    after = desk.next()
    assert after is not None
    assert after.id == "mail"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (control.Edit("ehlo", 7, "EHLO x"), "stale-revision"),
        (control.Edit("nowhere", 1, "EHLO x"), "no-such-step"),
        (control.Edit("connect", 1, "x"), "already-sent"),
        (control.Skip("connect", 1), "already-sent"),
        (control.Remove("connect", 1), "already-sent"),
        (control.Insert("connect", 1, "NOOP"), "already-sent"),
        (control.Insert("nowhere", 1, "NOOP"), "no-such-step"),
        (control.Move("mail", "connect", 1), "already-sent"),
        (control.Move("mail", "nowhere", 1), "no-such-step"),
    ],
)
def test_a_refused_change_leaves_the_plan_as_it_was(
    desk: PlanDesk, change: PlanControl, rule: str
) -> None:
    before = desk.plan
    assert desk.apply(change) == Refusal(rule)  # type: ignore[arg-type]
    assert desk.plan is before


def test_a_step_without_a_line_cannot_be_edited() -> None:
    desk = PlanDesk(Plan(STEPS), Redactor())
    assert desk.apply(control.Edit("connect", 1, "x")) == Refusal("no-line")


def test_edit_keeps_the_place_and_marks_the_step(desk: PlanDesk) -> None:
    assert desk.apply(control.Edit("mail", 1, "MAIL FROM:<c@d>", force=True)) is None
    step = desk.plan.find("mail")
    assert step is not None
    assert (step.line, step.edited, step.force) == ("MAIL FROM:<c@d>", True, True)
    assert ids(desk) == ["connect", "ehlo", "mail", "quit"]
    assert desk.plan.revision == 2


def test_insert_move_remove_skip(desk: PlanDesk) -> None:
    assert desk.apply(control.Insert("mail", 1, "VRFY a")) is None
    assert ids(desk) == ["connect", "ehlo", "added-1", "mail", "quit"]
    inserted = desk.plan.find("added-1")
    assert inserted is not None
    assert inserted.kind is StepKind.VRFY
    assert desk.apply(control.Move("added-1", None, 2)) is None
    assert ids(desk) == ["connect", "ehlo", "mail", "quit", "added-1"]
    assert desk.apply(control.Move("added-1", "ehlo", 3)) is None
    assert ids(desk) == ["connect", "added-1", "ehlo", "mail", "quit"]
    assert desk.apply(control.Remove("mail", 4)) is None
    assert "mail" not in ids(desk)
    assert desk.removed == {"mail"}
    assert desk.apply(control.Skip("ehlo", 5)) is None
    skipped = desk.plan.find("ehlo")
    assert skipped is not None
    assert skipped.skip


def test_a_line_to_send_now_stands_before_the_next_step(desk: PlanDesk) -> None:
    step = desk.add_now("noop", force=False)
    assert step.kind is StepKind.NOOP
    assert ids(desk) == ["connect", step.id, "ehlo", "mail", "quit"]


def test_a_typed_log_in_is_masked_in_the_event(desk: PlanDesk) -> None:
    desk.apply(control.Insert("mail", 1, "AUTH PLAIN AGEAc2VjcmV0LXdvcmQ="))
    lines = [step.line for step in desk.event("inserted").steps]
    assert f"AUTH PLAIN {MASK}" in lines
    assert not any(line and "AGEAc2V" in line for line in lines)


some_changes = st.lists(
    st.tuples(
        st.sampled_from(["edit", "insert", "remove", "move", "skip"]),
        st.sampled_from(["connect", "ehlo", "mail", "quit", "added-1", "added-2"]),
        st.sampled_from([None, "connect", "ehlo", "mail", "quit", "added-1"]),
    ),
    max_size=12,
)


@given(some_changes)
def test_whatever_is_asked_ids_stay_unique_and_the_past_stays_put(
    changes: list[tuple[str, str, str | None]],
) -> None:
    desk = PlanDesk(Plan(STEPS), Redactor())
    desk.finished.add("connect")
    for verb, step, before in changes:
        revision = desk.plan.revision
        asked: PlanControl = {
            "edit": control.Edit(step, revision, "NOOP"),
            "insert": control.Insert(before, revision, "NOOP"),
            "remove": control.Remove(step, revision),
            "move": control.Move(step, before, revision),
            "skip": control.Skip(step, revision),
        }[verb]  # type: ignore[assignment]
        desk.apply(asked)
        assert len(set(ids(desk))) == len(ids(desk))
        assert ids(desk)[0] == "connect"
