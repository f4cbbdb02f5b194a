"""What goes wrong in the field is recognised: texts, sessions and near misses of 56 situations.

The table stands in `situations/`; `situation_table` says how to read it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mailoscope_core.knowledge.diagnose import Explainer, load_explainer
from mailoscope_core.knowledge.finding import Finding, Owner
from mailoscope_core.knowledge.rules import load_rules
from mailoscope_core.practice.scenarios import load_scenario
from tests.knowledge.situation_table import NUMBERS, Situation, chief, conclude, situations

RULES = load_rules()
TEXTS = [(each, row) for each in situations() for row in each.texts]
NEAR = [(each, row) for each in situations() for row in each.near]
SESSIONS = [(each, row) for each in situations() for row in each.sessions]
NEAR_SESSIONS = [(each, row) for each in situations() for row in each.near_sessions]
BY_A_SERVER = [(row[0].removeprefix("lab:"), row) for _, row in SESSIONS if row[0][:4] == "lab:"]
COMPLETE = ("title", "cause", "fixes", "dead_ends")


def names(rows: Sequence[tuple[Situation, Sequence[object]]]) -> list[str]:
    """Return the number and the beginning of the text, for a test's id."""
    return [f"{each.number}-{str(row[0])[:40]!r}" for each, row in rows]


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return load_explainer()


def assert_is(situation: Situation, finding: Finding, expected: tuple[str, str, Owner]) -> None:
    """Check class, steps and owner, and that the rule belongs to the situation."""
    steps = f"{finding.reported_at} < {finding.caused_at}"
    assert (finding.classification, steps, finding.owner) == expected, finding.rule
    assert situation.number in RULES[finding.rule].situations, (
        f"{finding.rule} is a rule for {RULES[finding.rule].situations}"
    )


def belongs(situation: Situation, finding: Finding) -> bool:
    """Tell whether a finding says that it is this situation."""
    known = situation.number in RULES[finding.rule].situations
    return known and finding.classification in {row[1] for row in situation.texts}


def test_no_situation_is_missing() -> None:
    assert [each.number for each in situations()] == list(NUMBERS)


@pytest.mark.parametrize("situation", situations(), ids=lambda each: str(each.number))
def test_a_situation_has_all_four_kinds_of_evidence(situation: Situation) -> None:
    assert situation.texts
    assert situation.near
    assert situation.sessions
    assert situation.near_sessions
    by_a_server = any(row[0].startswith("lab:") for row in situation.sessions)
    assert by_a_server != bool(situation.no_server), "a scenario, or why there can be none"


@pytest.mark.parametrize("situation", situations(), ids=lambda each: str(each.number))
def test_a_situation_has_complete_rules(situation: Situation) -> None:
    rules = [rule for rule in RULES.rules if situation.number in rule.situations]
    assert rules
    for rule in rules:
        assert all(getattr(rule, field) for field in COMPLETE), rule.id


@pytest.mark.parametrize(("situation", "row"), TEXTS, ids=names(TEXTS))
def test_a_pasted_text_is_recognised(
    explainer: Explainer, situation: Situation, row: tuple[str, str, str, Owner]
) -> None:
    findings = explainer.explain(row[0])
    assert findings, "nothing was recognised"
    assert_is(situation, findings[0], row[1:])


@pytest.mark.parametrize(("situation", "row"), NEAR, ids=names(NEAR))
def test_a_text_that_is_close_means_something_else(
    explainer: Explainer, situation: Situation, row: tuple[str, str]
) -> None:
    finding = explainer.explain(row[0])[0]
    assert finding.classification == row[1], finding.rule
    assert not belongs(situation, finding), finding.rule


@pytest.mark.parametrize(("situation", "row"), SESSIONS, ids=names(SESSIONS))
def test_a_session_concludes_it(situation: Situation, row: tuple[str, str, str, Owner]) -> None:
    finding = chief(conclude(row[0]))
    assert finding is not None, "nothing was concluded"
    assert_is(situation, finding, row[1:])
    assert finding.evidence


@pytest.mark.parametrize(("situation", "row"), NEAR_SESSIONS, ids=names(NEAR_SESSIONS))
def test_a_session_that_is_close_concludes_something_else(
    situation: Situation, row: tuple[str, str]
) -> None:
    finding = chief(conclude(row[0]))
    assert finding is not None
    assert finding.classification == row[1], finding.rule
    assert not belongs(situation, finding), finding.rule


@pytest.mark.parametrize(("name", "row"), BY_A_SERVER, ids=[name for name, _ in BY_A_SERVER])
def test_a_scenario_says_of_itself_what_the_table_says(
    name: str, row: tuple[str, str, str, Owner]
) -> None:
    scenario = load_scenario(name)
    default = load_scenario(scenario.id)
    if scenario == default:
        assert scenario.expect_class in (row[1], "")


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.", "retype-password"),
        ("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.", "new-app-password"),
        ("454 4.7.0 Temporary authentication failure", "retype-password"),
        ("538 5.7.11 Encryption required for requested mechanism", "retype-password"),
        ("501 5.5.2 Cannot Decode response", "retype-password"),
        ("454 4.7.1 <x@example.net>: Relay access denied", "wait"),
        ("550 5.7.64 TenantAttribution; Relay Access Denied", "retype-password"),
        ("450 4.1.8 <root@web.internal>: Sender address rejected: Domain not found", "wait"),
        ("451 4.3.0 Multiple destination domains per transaction is unsupported.", "wait"),
        ("554 5.7.1 Error: open resolver; https://www.spamhaus.org/returnc/pub", "delist"),
        ("certificate verify failed: self-signed certificate", "disable-verification"),
        ("550 5.1.1 User unknown", "resend"),
        ("556 5.1.10 Recipient address has null MX", "resend"),
        ("550 5.1.8 Access denied, bad outbound sender", "wait"),
        ("554 Message rejected: Email address is not verified.", "retype-password"),
        ("521 5.3.2 mail.example.org does not accept mail", "wait"),
    ],
)
def test_no_advice_that_would_do_harm(explainer: Explainer, text: str, forbidden: str) -> None:
    for finding in explainer.explain(text):
        assert forbidden not in finding.fix_tags, finding.rule
