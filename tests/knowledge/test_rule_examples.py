"""Each rule explains its example, and does not claim its near miss."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mailoscope_core.knowledge.diagnose import Explainer, load_explainer
from mailoscope_core.knowledge.observation import Observation
from mailoscope_core.knowledge.rules import load_rules

EXAMPLES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("examples.toml").read_text(encoding="utf-8")
)
# Rules that only stand beside another one as its alternative.
ALTERNATIVES = {rule_id for rule in load_rules().rules for rule_id in rule.alternatives}


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return load_explainer()


def rule_for(explainer: Explainer, example: str | dict[str, Any]) -> str | None:
    """Return the rule that explains pasted text or an observation first."""
    if isinstance(example, str):
        findings = explainer.explain(example)
        return findings[0].rule if findings else None
    hit = explainer.judge(Observation(**example))
    return hit.rule.id if hit is not None else None


def test_every_rule_has_its_example() -> None:
    rules = {rule.id.removeprefix("rule.") for rule in load_rules().rules}
    alternatives = {rule_id.removeprefix("rule.") for rule_id in ALTERNATIVES}
    assert rules - alternatives == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_rule_explains_its_example(explainer: Explainer, name: str) -> None:
    assert rule_for(explainer, EXAMPLES[name]["yes"]) == f"rule.{name}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_rule_does_not_claim_its_near_miss(explainer: Explainer, name: str) -> None:
    assert rule_for(explainer, EXAMPLES[name]["no"]) != f"rule.{name}"
