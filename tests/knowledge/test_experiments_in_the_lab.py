"""What a finding offers to try leads somewhere: with that one change the failure is gone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.knowledge.finding import Experiment, Finding
from mailoscope_core.knowledge.rules import load_rules
from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import LabServer
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.session.experiments import Change, fork
from mailoscope_core.session.request import SessionRequest
from tests.core.session_driver import Driver, lab_profile, services_with
from tests.knowledge.lab_runs import PATIENCE
from tests.knowledge.situation_table import chief


@dataclass(frozen=True)
class Trial:
    """A situation, a scenario that shows it, and the change that its finding offers."""

    situation: int
    scenario: str
    change: Change


TRIALS = (
    Trial(5, "plain-on-tls-port", Change("tls", "implicit")),
    Trial(6, "tls-on-plain-port", Change("tls", "starttls")),
    Trial(11, "helo-rejected", Change("ehlo_name", "")),
    Trial(12, "helo-localhost", Change("ehlo_name", "")),
    Trial(13, "helo-own-name", Change("ehlo_name", "")),
    Trial(14, "starttls-required", Change("tls", "starttls")),
    Trial(30, "auth-after-tls-only", Change("tls", "starttls")),
    Trial(30, "auth-not-offered", Change("auth", "false")),
    Trial(30, "auth-mechanism-refused", Change("mechanism", "PLAIN")),
    Trial(30, "auth-mechanism-refused", Change("mechanism", "LOGIN")),
    Trial(31, "auth-needs-tls", Change("tls", "starttls")),
    Trial(33, "relay-denied", Change("auth", "true")),
    Trial(34, "auth-required", Change("auth", "true")),
    Trial(36, "sender-not-owned", Change("sender", "@user")),
    Trial(37, "sender-domain", Change("sender", "@user")),
    Trial(44, "multiple-domains", Change("recipients", "@first")),
)


def outcome(request: SessionRequest, secret: str) -> tuple[Finding | None, dict[str, str]]:
    """Run a session; return what it concludes and how each of its steps ended."""
    with Driver(request, services_with(secret), None) as driver:
        driver.run_to_end()
        return chief(diagnose(driver.log[:], driver.log.header)), driver.outcomes()


@pytest.mark.parametrize(
    "trial", TRIALS, ids=lambda trial: f"{trial.situation}-{trial.scenario}-{trial.change.value}"
)
def test_the_change_makes_the_failure_go_away(trial: Trial) -> None:
    scenario = load_scenario(trial.scenario)
    settings = scenario.settings
    with LabServer(scenario) as lab:
        values = {"ehlo_name": settings.ehlo, "ca_file": str(lab.ca_file)}
        profile = lab_profile(lab, timeouts=PATIENCE, **values)
        request = SessionRequest(
            profile=profile, stage=min(Stage[settings.stage.upper()], Stage.ASK)
        )
        before, _ = outcome(request, settings.secret)
        assert before is not None, "the scenario shows nothing"
        assert trial.situation in load_rules()[before.rule].situations, before.rule
        offered = [Change(each.field, each.value) for each in before.experiments]
        assert trial.change in offered, (before.rule, offered)
        after, steps = outcome(fork(request, trial.change), settings.secret)
    assert after is None, (after.rule, after.reported_at)
    assert before.reported_at is not None
    assert "refused" not in steps.values()
    assert "failed" not in steps.values()


def test_at_least_twelve_situations_are_tried() -> None:
    assert len({trial.situation for trial in TRIALS}) >= 12


def test_an_experiment_that_the_profile_cannot_fill_is_refused() -> None:
    offered = Experiment(id="x", field="sender", value="@user")
    with LabServer(load_scenario("blocklisted")) as lab:
        request = SessionRequest(profile=lab_profile(lab))
    with pytest.raises(UserError, match="experiment-field"):
        fork(request, Change(offered.field, offered.value))
