"""The data of the knowledge is sound: unique ids, known references, plain words, safe patterns."""

from __future__ import annotations

import datetime
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.finding import Owner, Severity
from mailoscope_core.knowledge.presets import load_presets
from mailoscope_core.knowledge.records import CodeRecord, RecordFile
from mailoscope_core.knowledge.rules import EARLIER, Pattern, Rule, load_rules
from mailoscope_core.knowledge.steps import load_step_cues
from mailoscope_core.knowledge.text import load_terms
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.session.experiments import Change, fork
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile

RULES = load_rules().rules
RECORDS = load_catalogue().records()
TERMS = load_terms()
FIX_TAGS = {
    "retype-password",
    "new-app-password",
    "disable-verification",
    "turn-off-tls",
    "change-port",
    "wait",
    "resend",
    "contact-receiver",
    "delist",
}
MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^>]*)?/?>|\*\*|__|`|\]\(|&[a-z]+;", re.IGNORECASE)
# `a(b+)+`: a repeat of something that repeats without bound.
NESTED = re.compile(r"\((?:[^()\\]|\\.)*[+*](?:[^()\\]|\\.)*\)[+*]")
UNBOUNDED = re.compile(r"(?<!\\)(?:\.|\])[+*]")
RFC = re.compile(r"^(RFC \d{3,5}( section [\d.]+)?|RFC \d+, RFC \d+|IANA registry.*|draft-.*\))$")
SEEN = re.compile(r"^\d{4}-\d\d(-\d\d)?$")


def words_of(rule: Rule) -> Iterator[str]:
    yield from (rule.title, rule.cause, *rule.dead_ends)
    yield from (fix.text for fix in rule.fixes)
    yield from (experiment.text for experiment in rule.experiments)


def record_words(record: CodeRecord) -> Iterator[str]:
    yield from (record.name, record.description)
    yield from (*record.when_seen, *record.how_to_fix, *record.notes)


def patterns_of(rule: Rule) -> Iterator[Pattern]:
    for match in rule.match:
        for pattern in (*match.text, *match.all_text, *match.not_text):
            yield Pattern(literal=pattern) if isinstance(pattern, str) else pattern


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_ids_are_unique() -> None:
    ids = [record.id for record in RECORDS]
    ids += [rule.id for rule in RULES]
    ids += [pair.id for pair in load_catalogue().pairs()]
    ids += [preset.id for preset in load_presets()]
    assert [each for each, count in Counter(ids).items() if count > 1] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: Rule) -> None:
    assert re.fullmatch(r"rule\.[a-z0-9-]+", rule.id)
    assert TERMS.has(f"trouble.{rule.classification}")
    assert rule.title
    assert rule.cause
    assert rule.fixes
    assert rule.dead_ends
    assert 0 < rule.confidence <= 1
    assert {fix.tag for fix in rule.fixes} <= FIX_TAGS | {""}
    for step in (rule.reported_at, rule.caused_at):
        assert step in ("", EARLIER) or TERMS.has(f"step.{step}")
    assert not rule.seen or SEEN.match(rule.seen)
    assert rule.source or not rule.seen
    assert not rule.source.startswith("https://") or rule.seen or "spamhaus" in rule.source


def test_rules_refer_to_what_exists() -> None:
    ids = {rule.id for rule in RULES}
    vendors = {vendor.id.removeprefix("vendor.") for vendor in load_vendors().records}
    fields = {field.name for field in msgspec.structs.fields(Profile)}
    for rule in RULES:
        assert set(rule.alternatives) <= ids, rule.id
        assert {vendor for match in rule.match for vendor in match.vendor} <= vendors, rule.id
        assert {experiment.field for experiment in rule.experiments} <= fields, rule.id


def test_experiments_fit_the_profile() -> None:
    profile = Profile(
        name="x", host="mail.example.org", user="a@example.org", recipients=("b@example.org",)
    )
    for rule in RULES:
        for experiment in rule.experiments:
            fork(SessionRequest(profile), Change(experiment.field, experiment.value))


def test_words_are_plain_and_their_placeholders_known() -> None:
    for rule in RULES:
        for text in words_of(rule):
            assert not MARKUP.search(text), (rule.id, text)
            assert placeholders(text) <= TERMS.placeholders, (rule.id, text)
            assert text == text.strip()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_a_code_record_is_sound(record: CodeRecord) -> None:
    catalogue = load_catalogue()
    for text in record_words(record):
        assert text
        assert not MARKUP.search(text.replace("< >", "")), text
        assert "{" not in text
    assert all(TERMS.has(f"step.{step}") for step in record.steps)
    assert all(catalogue.record(code) is not None for code in record.related)
    if record.scope == "vendor":
        assert record.source.startswith("https://")
    elif record.standard:
        assert record.rfc
    assert not record.seen or SEEN.match(record.seen)
    assert record.source or not record.seen
    assert all(RFC.match(entry) for entry in record.rfc), record.rfc


def test_patterns_are_literal_first_and_cannot_run_away() -> None:
    for rule in RULES:
        for pattern in patterns_of(rule):
            assert pattern.literal == pattern.literal.casefold(), (rule.id, pattern.literal)
            assert "  " not in pattern.literal
            assert len(pattern.literal) >= 2
            if pattern.regex:
                re.compile(pattern.regex)
                assert not NESTED.search(pattern.regex), (rule.id, pattern.regex)
                assert not UNBOUNDED.search(pattern.regex), (rule.id, pattern.regex)


def test_pairs_compare_codes_that_exist() -> None:
    catalogue = load_catalogue()
    for pair in catalogue.pairs():
        assert all(catalogue.record(code) is not None for code in pair.codes), pair.id
        assert pair.key_differences
        assert pair.when_to_use
        assert all(RFC.match(entry) for entry in pair.rfc), pair.rfc
        for text in (pair.description, *pair.key_differences, *pair.when_to_use):
            assert not MARKUP.search(text.replace("< >", "")), text


def test_every_owner_and_severity_has_a_name() -> None:
    for owner in Owner:
        assert TERMS.has(f"owner.{owner.value}")
    for severity in Severity:
        assert TERMS.has(f"severity.{severity.value}")


def test_step_cues_name_steps() -> None:
    for cue in load_step_cues().cue:
        assert cue.literal == cue.literal.lower()
        assert TERMS.has(f"step.{cue.step}")


def test_presets_are_sound() -> None:
    presets = load_presets()
    domains = Counter(domain for preset in presets for domain in preset.domains)
    assert max(domains.values()) == 1
    for preset in presets:
        assert preset.endpoints
        assert preset.seen <= datetime.date(2026, 11, 28)
        assert preset.source


def test_wrong_data_is_named_by_file_and_field(tmp_path: Path) -> None:
    wrong = tmp_path / "4xx.toml"
    wrong.write_text('[[record]]\nid = "code.450"\ncode = 450\n', encoding="utf-8")
    with pytest.raises(UserError) as caught:
        data_files.read(wrong, RecordFile)
    assert caught.value.code == "knowledge-invalid"
    assert caught.value.params["file"] == "4xx.toml"
    assert "$.record[0].code" in str(caught.value.params["detail"])
    assert "4xx.toml" in Texts().error(caught.value)


@pytest.mark.parametrize("content", ["not toml [", '[[record]]\nid = "x"\nsurprise = 1\n'])
def test_damaged_or_unknown_data_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.toml").write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        data_files.read(tmp_path / "x.toml", RecordFile)
    assert caught.value.code == "knowledge-invalid"
