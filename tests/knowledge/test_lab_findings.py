"""Every lab scenario, run through the real session, is diagnosed as its file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailoscope_core.knowledge.diagnose import diagnose, load_explainer
from mailoscope_core.knowledge.finding import Finding, Severity
from mailoscope_core.practice.scenarios import list_scenarios
from mailoscope_core.practice.spec import Scenario
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record.events import ConnectionClosed, ReplyReceived
from mailoscope_core.session import control
from mailoscope_core.storage.profile import Timeouts
from tests.core.session_driver import lab_session
from tests.knowledge.lab_runs import run

IDLE = "idle-timeout"
SCENARIOS = list_scenarios()
EXPECTING = [each for each in SCENARIOS if each.expect_class and each.id != IDLE]
SLOW = {"dripping", "slow-banner"}
HEALTHY = [each for each in SCENARIOS if not each.expect_class and each.id not in SLOW]


@pytest.mark.parametrize("scenario", EXPECTING, ids=lambda scenario: scenario.id)
def test_the_first_finding_is_the_scenarios(scenario: Scenario, tmp_path: Path) -> None:
    findings = run(scenario, tmp_path)
    assert findings, "nothing was concluded"
    assert findings[0].classification == scenario.expect_class, [f.rule for f in findings]
    assert findings[0].evidence
    # Two causes may look the same from here (a silent server): then both stand, ranked.
    steps = [
        (finding.reported_at, finding.caused_at)
        for finding in findings
        if finding.classification == scenario.expect_class
    ]
    assert any(
        scenario.reported_at in ("", reported) and scenario.caused_at in ("", caused)
        for reported, caused in steps
    ), steps


@pytest.mark.parametrize("scenario", HEALTHY, ids=lambda scenario: scenario.id)
def test_where_nothing_is_wrong_no_error_is_found(scenario: Scenario, tmp_path: Path) -> None:
    errors = [each.rule for each in run(scenario, tmp_path) if each.severity is Severity.ERROR]
    assert not errors


def test_a_server_that_gives_up_waiting_is_no_broken_connection() -> None:
    with lab_session(f"{IDLE}:0.2", stage=Stage.ASK) as (driver, _):
        driver.post(control.RunTo("mail"))
        driver.event(ReplyReceived, unsolicited=True)
        driver.event(ConnectionClosed)
        findings = diagnose(driver.log[:], driver.log.header)
    assert findings[0].classification == "timeout"
    assert "connection-dropped" not in {each.classification for each in findings}


def test_a_slow_greeting_is_an_error_only_until_it_comes() -> None:
    patience = Timeouts(connect=2.0, command=0.2, final_dot=1.0)
    with lab_session("slow-banner:1", timeouts=patience) as (driver, _):
        driver.run_to_end()
        waiting = diagnose(driver.log[:], driver.log.header)
        driver.event(ReplyReceived, step="greeting")
        greeted = diagnose(driver.log[:], driver.log.header)
    assert (waiting[0].rule, waiting[0].severity) == ("rule.greeting-timeout", Severity.ERROR)
    assert all(finding.severity is not Severity.ERROR for finding in greeted)


def test_findings_while_it_runs_are_those_at_the_end(tmp_path: Path) -> None:
    """A fold that is asked after each entry concludes the same as one over the whole log."""
    with lab_session("helo-rejected", ehlo_name="printer") as (driver, _):
        driver.run_to_end()
        entries = driver.log[:]
        growing = load_explainer().begin(driver.log.header)
        shown: tuple[Finding, ...] = ()
        for entry in entries:
            growing.feed(entry)
            shown = growing.findings
        assert shown == diagnose(entries, driver.log.header)
        assert shown[0].classification == "helo-invalid"
