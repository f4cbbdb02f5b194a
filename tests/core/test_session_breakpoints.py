"""Where a session stops: before steps by id or kind, after replies by class, code or text."""

from __future__ import annotations

import pytest

from mailoscope_core.record.events import ReplyReceived
from mailoscope_core.session.breakpoints import at_reply, at_step
from mailoscope_core.session.control import Breakpoint
from mailoscope_core.session.steps import Step, StepKind

REPLY = ReplyReceived(code=550, raw="550-5.1.1 No such\r\n550 5.1.1 USER here\r\n")


@pytest.mark.parametrize(
    ("on", "value", "stops"),
    [
        ("class", "5", True),
        ("class", "5xx", True),
        ("class", "4", False),
        ("code", "550", True),
        ("code", " 550 ", True),
        ("code", "55", False),
        ("text", "user HERE", True),
        ("text", "", False),
        ("text", "quota", False),
        ("step", "550", False),
    ],
)
def test_after_a_reply(on: str, value: str, stops: bool) -> None:
    point = Breakpoint("b", on, value)  # type: ignore[arg-type]
    assert at_reply([point], REPLY) == (point if stops else None)


def test_a_reply_without_a_code_has_no_class() -> None:
    points = [Breakpoint("a", "class", ""), Breakpoint("b", "code", "")]
    assert at_reply(points, ReplyReceived(code=None, raw="hello")) is None


@pytest.mark.parametrize(
    ("value", "stops"), [("rcpt-2", True), ("rcpt", True), ("rcpt-1", False), ("mail", False)]
)
def test_before_a_step(value: str, stops: bool) -> None:
    point = Breakpoint("b", "step", value)
    step = Step("rcpt-2", StepKind.RCPT, "RCPT TO:<a@b>")
    assert at_step([point], step) == (point if stops else None)
