"""Findings become words: placeholders filled, what is missing named, hostile values kept plain."""

from __future__ import annotations

import msgspec
import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.diagnose import explain
from mailoscope_core.knowledge.finding import Experiment, Finding
from mailoscope_core.knowledge.rules import load_rules
from mailoscope_core.knowledge.text import MAX_VALUE, Wording, load_wording, words

ENGLISH = Texts()


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording()


def relay_denied(**params: str) -> Finding:
    finding = explain("554 5.7.1 <bela@example.net>: Relay access denied")[0]
    return msgspec.structs.replace(finding, params={**finding.params, **params})


def test_a_finding_in_words() -> None:
    said = words(relay_denied(), ENGLISH)
    assert said.title
    assert len(said.fixes) >= 2
    assert said.dead_ends
    assert said.owner == "you: the settings of this account or program"
    assert (said.reported_at, said.caused_at) == ("recipient (RCPT TO)", "log-in (AUTH)")
    assert said.fallback == ()


def test_values_fill_the_sentences(wording: Wording) -> None:
    finding = explain("Error: getaddrinfo ENOTFOUND smtp.exmaple.com")[0]
    named = msgspec.structs.replace(finding, params={"host": "smtp.exmaple.com"})
    assert "smtp.exmaple.com" in wording.words(named, ENGLISH).cause


def test_what_is_not_known_is_named_as_such(wording: Wording) -> None:
    finding = explain("Error: getaddrinfo ENOTFOUND smtp.exmaple.com")[0]
    bare = msgspec.structs.replace(finding, params={})
    assert "{" not in wording.words(bare, ENGLISH).cause
    assert "the server" in wording.words(bare, ENGLISH).cause


@pytest.mark.parametrize("hostile", ["{port}", "{0.__class__}", "<b>x</b>\x1b[31m", "%s" * 50])
def test_hostile_values_are_neither_formatted_nor_hidden(wording: Wording, hostile: str) -> None:
    finding = explain("Error: getaddrinfo ENOTFOUND smtp.exmaple.com")[0]
    named = msgspec.structs.replace(finding, params={"host": hostile})
    said = wording.words(named, ENGLISH).cause
    assert hostile.replace("\x1b", " ").split()[0] in said
    assert "\x1b" not in said


def test_long_values_are_cut(wording: Wording) -> None:
    finding = explain("Error: getaddrinfo ENOTFOUND smtp.exmaple.com")[0]
    named = msgspec.structs.replace(finding, params={"host": "x" * 5000})
    assert "x" * MAX_VALUE not in wording.words(named, ENGLISH).cause


def test_all_rules_can_be_said_without_any_value(wording: Wording) -> None:
    sample = relay_denied()
    for rule in load_rules().rules:
        bare = msgspec.structs.replace(sample, rule=rule.id, params={})
        said = wording.words(bare, ENGLISH)
        for text in (said.title, said.cause, *said.fixes, *said.dead_ends):
            assert "{" not in text


def test_a_rule_of_a_newer_version_is_shown_by_its_id(wording: Wording) -> None:
    unknown = msgspec.structs.replace(relay_denied(), rule="rule.from-the-future")
    assert wording.words(unknown, ENGLISH).title == "rule.from-the-future"


def test_experiments_have_words(wording: Wording) -> None:
    experiment = relay_denied().experiments[0]
    assert wording.experiment(experiment, ENGLISH) == "The same with log-in"
    strange = Experiment(id="rule.none.experiments.7", field="port", value="587")
    assert wording.experiment(strange, ENGLISH) == "port = 587"
