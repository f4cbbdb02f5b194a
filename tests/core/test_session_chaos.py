"""Any control at any moment against any lab scenario: what must hold whatever happens.

The controls are drawn from seeds, so that a run can be repeated; when they meet the server is up to
the two threads, and nothing that is asserted depends on it.
"""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

from mailoscope_core.base.secret import Secret
from mailoscope_core.practice.scenarios import list_scenarios
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.record.log import load_session
from mailoscope_core.session import control
from mailoscope_core.session.control import Breakpoint
from mailoscope_core.storage.profile import Timeouts
from tests.core.messages import prepared
from tests.core.session_driver import Driver, lab_session

SECRET = "Sw0rdfish-in-no-file"
CONTROLS = 25
STEPS = ("dns", "ehlo", "starttls", "tls", "auth", "mail", "rcpt-1", "data", "body", "quit", "gone")
LINES = (
    "NOOP",
    "EHLO me",
    "HELO me",
    "STARTTLS",
    "MAIL FROM:<>",
    "RCPT TO:<friend@lab.test>",
    "DATA",
    "BDAT 4 LAST",
    "BDAT 0",
    ".",
    "",
    "RSET",
    "QUIT",
    "*",
    "AUTH LOGIN",
    "AUTH XOAUTH2",
    "NOOP\r\nDATA",
    "\udc80",
    "पता",
    f"AUTH PLAIN {base64.b64encode(f'{chr(0)}lab@lab.test{chr(0)}{SECRET}'.encode()).decode()}",
    base64.b64encode(b"lab@lab.test").decode(),
)
KINDS = ("spent-secret", "second-copy", "unverified-tls", "cleartext-credentials")


def draw(chance: random.Random, revision: int) -> control.Control:
    """Return any control but the ones that end the session."""
    line, step = chance.choice(LINES), chance.choice(STEPS)
    force = chance.random() < 0.5
    return chance.choice(
        (
            control.StepOver(),
            control.StepOver(),
            control.StepInto(),
            control.RunTo(step),
            control.RunToEnd(),
            control.RunToEnd(),
            control.Pause(),
            control.Skip(step, revision),
            control.Edit(step, revision, line, force=force),
            control.Insert(chance.choice((None, step)), revision, line, force=force),
            control.Remove(step, revision),
            control.Move(step, chance.choice((None, *STEPS)), revision),
            control.Repeat(step),
            control.SendRaw(line, force=force),
            control.SendRaw(line, force=force),
            control.Restart(chance.choice((None, step))),
            control.Drop(),
            control.KeepWaiting(chance.choice((None, 0.0, 0.01))),
            control.SetBreakpoint(Breakpoint("b", "class", chance.choice("2345"))),
            control.SetBreakpoint(Breakpoint("c", "step", step)),
            control.ClearBreakpoint("b"),
            control.ClearBreakpoint("c"),
            control.ProvideSecret(chance.choice((None, Secret(SECRET)))),
            control.Confirm(chance.choice(KINDS), chance.random() < 0.7),
        )
    )


def answer_questions(session: Driver) -> None:
    """Give the session what it waits for, so that it goes on."""
    for kind in KINDS:
        session.post(control.Confirm(kind, True))
    session.post(control.ProvideSecret(Secret(SECRET)))


def scenarios() -> list[str]:
    """Return every lab scenario, and every choice of those that have one."""
    named = []
    for scenario in list_scenarios():
        choices = scenario.parameter.choices if scenario.parameter else ()
        named += [f"{scenario.id}:{choice}" for choice in choices] or [scenario.id]
    return named


@pytest.mark.parametrize("scenario", scenarios())
def test_whatever_is_asked_whenever_the_session_stays_in_order(
    tmp_path: Path, scenario: str
) -> None:
    chance = random.Random(scenario)
    path = tmp_path / "s.mailoscope.jsonl"
    stage = chance.choice(tuple(Stage))
    with lab_session(
        scenario,
        stage=stage,
        message=prepared(tmp_path),
        secret=chance.choice((SECRET, None)),
        path=path,
        timeouts=Timeouts(connect=0.05, command=0.05, final_dot=0.05),
        recipients=("friend@lab.test", "other@lab.test"),
        sender="lab@lab.test",
    ) as (session, lab):
        for _ in range(CONTROLS):
            session.post(draw(chance, len(session.all(events.PlanChanged))))
            if chance.random() < 0.5:  # let it get somewhere: every control is answered
                asked = control.ClearBreakpoint(f"marker-{_}")
                session.post(asked)
                session.event(events.ControlAccepted, control="clear-breakpoint", detail=asked.id)
            if chance.random() < 0.3:
                answer_questions(session)
        session.post(control.Cancel())
        assert session.runner.join(5), "a cancelled session ends"
        received = b"".join(seen.data for seen in lab.events if seen.direction == "client")
        delivered = list(lab.messages)
    surprises = [s for s in session.all(events.Surprise) if s.rule == "internal-error"]
    assert not surprises
    assert session.log[-1].event == session.all(events.SessionFinished)[0]
    assert list(load_session(path).entries) == list(session.log)
    everything = (path.read_text("utf-8") + repr(list(session.log))).lower()
    assert SECRET.lower() not in everything
    assert base64.b64encode(SECRET.encode()).decode().lower() not in everything
    if stage < Stage.SEND:
        assert not delivered
    if stage < Stage.ASK:
        assert b"RCPT" not in received
