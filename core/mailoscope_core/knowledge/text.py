"""Words for findings in the user's language: from a rule's data and a finding's parameters."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources.abc import Traversable

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.finding import Experiment, Finding, FindingWords, Owner
from mailoscope_core.knowledge.records import TermFile, TermRecord
from mailoscope_core.knowledge.reproduce import Verdict
from mailoscope_core.knowledge.rules import Rule, RuleBook, load_rules

MAX_VALUE = 300
"""Characters of a parameter that are shown inside a sentence."""


class Terms:
    """Names of owners, steps and classes, and what stands for a value that is not known."""

    def __init__(self, records: tuple[TermRecord, ...]) -> None:
        self._by_id = {record.id: record for record in records}

    def name(self, term: str, texts: Texts) -> str:
        """Return a name (`owner.user`, `step.rcpt`, `trouble.spf-fail`), else the id's end."""
        record = self._by_id.get(term)
        if record is None:
            return term.partition(".")[2]
        return texts.record(record.id, "name", record.name)

    def has(self, term: str) -> bool:
        """Whether there is such a term."""
        return term in self._by_id

    @property
    def placeholders(self) -> frozenset[str]:
        """Names that the words of rules may hold in braces."""
        return frozenset(
            term.removeprefix("missing.") for term in self._by_id if term.startswith("missing.")
        )


class _Values(dict[str, str]):
    """A finding's parameters for `format_map`; what is missing is named as such."""

    def __init__(self, params: Mapping[str, str], terms: Terms, texts: Texts) -> None:
        shown = {name: _shown(value) for name, value in params.items() if value}
        super().__init__(shown)
        self._terms, self._texts = terms, texts

    def __missing__(self, name: str) -> str:
        return self._terms.name(f"missing.{name}", self._texts)


class Wording:
    """Makes the words of findings from the rules' data."""

    def __init__(self, book: RuleBook, terms: Terms) -> None:
        self._book = book
        self.terms = terms

    def words(self, finding: Finding, texts: Texts) -> FindingWords:
        """Return a finding's words; a rule that is not known here is shown by its id.

        Values come from servers and users: they are plain text and may hold anything.
        """
        rule = self._book.get(finding.rule)
        if rule is None:
            return self._bare(finding, texts)
        values = _Values(finding.params, self.terms, texts)
        fallback: list[str] = []

        def say(field: str, english: str) -> str:
            if english and not texts.has_record(rule.id, field, english):
                fallback.append(field)
            return texts.record(rule.id, field, english).format_map(values)

        return FindingWords(
            title=say("title", rule.title),
            cause=say("cause", rule.cause),
            fixes=tuple(say(f"fixes.{n}.text", fix.text) for n, fix in enumerate(rule.fixes)),
            dead_ends=tuple(say(f"dead_ends.{n}", text) for n, text in enumerate(rule.dead_ends)),
            owner=self.owner(finding.owner, texts),
            reported_at=self.step(finding.reported_at, texts),
            caused_at=self.step(finding.caused_at, texts),
            source=f"{rule.source} ({rule.seen})" if rule.source and rule.seen else rule.source,
            fallback=tuple(fallback),
        )

    def rule(self, rule_id: str) -> Rule:
        """Return a rule that is known to be there."""
        return self._book[rule_id]

    def experiment(self, experiment: Experiment, texts: Texts) -> str:
        """Return what an experiment changes, in words."""
        rule_id, _, number = experiment.id.partition(".experiments.")
        rule = self._book.get(rule_id)
        if rule is None or not number.isdecimal() or int(number) >= len(rule.experiments):
            return f"{experiment.field} = {experiment.value}"
        return texts.record(experiment.id, "text", rule.experiments[int(number)].text)

    def reproduction(self, verdict: Verdict, texts: Texts) -> str:
        """Return why it cannot be reproduced here, or what to bear in mind; maybe empty."""
        said = verdict.reason or verdict.caveat
        return self.terms.name(f"reproduce.{said}", texts) if said else ""

    def owner(self, owner: Owner, texts: Texts) -> str:
        """Return who has to act, in words."""
        return self.terms.name(f"owner.{owner.value}", texts)

    def step(self, step: str | None, texts: Texts) -> str:
        """Return a step's name; empty when it is not known."""
        return self.terms.name(f"step.{step}", texts) if step else ""

    def _bare(self, finding: Finding, texts: Texts) -> FindingWords:
        return FindingWords(
            title=finding.rule,
            cause="",
            fixes=(),
            dead_ends=(),
            owner=self.owner(finding.owner, texts),
            reported_at=self.step(finding.reported_at, texts),
            caused_at=self.step(finding.caused_at, texts),
        )


def load_terms(root: Traversable | None = None) -> Terms:
    """Return the terms of the data file; raises `UserError` knowledge-invalid."""
    base = root if root is not None else data_files.knowledge_root()
    return Terms(data_files.read(base.joinpath("terms.toml"), TermFile).term)


def load_wording(root: Traversable | None = None) -> Wording:
    """Return the words' maker with the product's data."""
    return Wording(load_rules(root), load_terms(root))


def words(finding: Finding, texts: Texts) -> FindingWords:
    """Return a finding's words, with the product's data."""
    return _product_wording().words(finding, texts)


def experiment_words(experiment: Experiment, texts: Texts) -> str:
    """Return what an experiment changes, in words, with the product's data."""
    return _product_wording().experiment(experiment, texts)


def reproduction_words(verdict: Verdict, texts: Texts) -> str:
    """Return what there is to say about reproducing a finding, with the product's data."""
    return _product_wording().reproduction(verdict, texts)


@functools.cache
def _product_wording() -> Wording:
    return load_wording()


def _shown(value: str) -> str:
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
    return plain if len(plain) <= MAX_VALUE else plain[: MAX_VALUE - 1] + "…"
