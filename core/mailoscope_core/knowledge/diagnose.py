"""Turns a session's log, or pasted text, into ranked findings."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources.abc import Traversable

import msgspec

from mailoscope_core.knowledge.finding import Experiment, Finding, Severity
from mailoscope_core.knowledge.matching import Hit, Matcher
from mailoscope_core.knowledge.observation import Observation
from mailoscope_core.knowledge.observe import Observer
from mailoscope_core.knowledge.origin import load_clients
from mailoscope_core.knowledge.rules import (
    EARLIER,
    UNKNOWN_REPLY,
    UNKNOWN_TEMPORARY,
    load_rules,
)
from mailoscope_core.knowledge.steps import load_step_cues
from mailoscope_core.knowledge.unwrap import PasteReader
from mailoscope_core.knowledge.vendors import Vendors, load_vendors
from mailoscope_core.record.events import Entry, Header

_UNKNOWN = frozenset({UNKNOWN_REPLY, UNKNOWN_TEMPORARY})
MAX_TEXT_PARAM = 500
MAX_JUDGED = 12_000
"""Characters of a pasted text that are judged: first the replies, then the program's words."""

_MERGED_PARAMS = ("recipient", "address")
_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_ALTERNATIVE, _DOUBT = 0.5, 0.85
_CLOSE = 1.0
"""Points of specificity within which two rules are as likely as one another."""

_ENVELOPE = ("mail", "rcpt", "data", "body-end")


class Explainer:
    """Rules, vendors and the reader of pastes, loaded once; makes findings of logs and of texts."""

    def __init__(self, matcher: Matcher, vendors: Vendors, reader: PasteReader) -> None:
        self._matcher = matcher
        self._vendors = vendors
        self.reader = reader

    def begin(self, header: Header | None = None) -> Diagnosis:
        """Return a fold that is fed entry by entry while a session runs."""
        return Diagnosis(self, Observer(self._vendors, header))

    def diagnose(
        self, entries: Iterable[Entry], header: Header | None = None
    ) -> tuple[Finding, ...]:
        """Return the findings of a log, the most important first."""
        diagnosis = self.begin(header)
        for entry in entries:
            diagnosis.feed(entry)
        return diagnosis.findings

    def explain(self, text: str) -> tuple[Finding, ...]:
        """Return the findings of pasted text, the best first; never raises.

        Empty when nothing is recognised. Looks at the first and last part of long texts.
        """
        return self.explain_seen(self.reader.read(text).observations)

    def explain_seen(self, observations: Iterable[Observation]) -> tuple[Finding, ...]:
        """Return the findings of what a paste tells, the best first."""
        claimed: list[tuple[Hit, Observation]] = []
        rivals: list[tuple[Hit, Observation]] = []
        left = MAX_JUDGED
        for seen in observations:
            hits = self._hypotheses(seen)
            claimed += [(hit, seen) for hit in hits[:1]]
            rivals += [(hit, seen) for hit in hits[1:] if seen.kind == "reply"]
            left -= len(seen.text)
            if left < 0:
                break
        firm = [(hit, seen) for hit, seen in claimed if seen.kind == "reply" or not _is_vague(hit)]
        order = sorted(firm or claimed, key=lambda pair: _pasted_order(*pair))
        return _distinct_classes(self._findings([*order, *rivals]))

    def judge(self, seen: Observation) -> Hit | None:
        """Return the rule that explains an observation best, or null.

        A refusal that no rule knows is explained by the class of its code alone.
        """
        return next(iter(self._hypotheses(seen)), None)

    def _hypotheses(self, seen: Observation) -> list[Hit]:
        """Return what explains an observation, the best first; close to it what fits as well."""
        hits = self._matcher.hits(seen)
        if hits:
            return _close(hits)
        unknown = self._unknown(seen)
        return [unknown] if unknown else []

    def _unknown(self, seen: Observation) -> Hit | None:
        if seen.kind != "reply" or (seen.code is None and seen.enhanced is None):
            return None
        first = seen.code // 100 if seen.code is not None else int((seen.enhanced or "0")[0])
        if first not in (4, 5):
            return None
        return Hit(self._matcher.book[UNKNOWN_TEMPORARY if first == 4 else UNKNOWN_REPLY], 0.0)

    def rank(self, judged: Iterable[tuple[Hit, Observation]]) -> tuple[Finding, ...]:
        """Return the findings of a log: errors first, what is known, the last attempt, in order."""
        order = sorted(judged, key=lambda pair: _log_order(*pair))
        return tuple(self._findings(order))

    def _findings(self, order: Iterable[tuple[Hit, Observation]]) -> list[Finding]:
        found: dict[str, Finding] = {}
        for hit, seen in order:
            finding = finding_of(hit, seen)
            before = found.get(finding.rule)
            found[finding.rule] = _merged(before, finding) if before else finding
        for hit, seen in order:
            for rule_id in hit.rule.alternatives:
                if rule_id not in found:
                    rule = self._matcher.book[rule_id]
                    other = finding_of(Hit(rule, 0.0), seen)
                    found[rule_id] = msgspec.structs.replace(
                        other, confidence=other.confidence * _ALTERNATIVE
                    )
        return list(found.values())


class Diagnosis:
    """The findings of a log that is still growing; cheap to ask after each entry."""

    def __init__(self, explainer: Explainer, observer: Observer) -> None:
        self._explainer = explainer
        self._observer = observer
        self._judged: list[tuple[Observation, Hit | None]] = []

    def feed(self, entry: Entry) -> None:
        """Take one entry of the log into account."""
        self._observer.feed(entry)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings so far, the most important first."""
        current = self._observer.observations
        for place, seen in enumerate(current):
            if place == len(self._judged):
                self._judged.append((seen, self._explainer.judge(seen)))
            elif self._judged[place][0] is not seen:  # only `recovered` has changed
                self._judged[place] = (seen, self._judged[place][1])
        return self._explainer.rank((hit, seen) for seen, hit in self._judged if hit is not None)


def load_explainer(root: Traversable | None = None) -> Explainer:
    """Return an explainer with the product's data; raises `UserError` knowledge-invalid."""
    vendors = load_vendors(root)
    reader = PasteReader(load_step_cues(root), load_clients(root), vendors.of_reply)
    return Explainer(Matcher(load_rules(root)), vendors, reader)


def diagnose(entries: Iterable[Entry], header: Header | None = None) -> tuple[Finding, ...]:
    """Return the ranked findings of a log, with the product's data."""
    return product_explainer().diagnose(entries, header)


def explain(text: str) -> tuple[Finding, ...]:
    """Return the ranked findings of pasted text, with the product's data."""
    return product_explainer().explain(text)


@functools.cache
def product_explainer() -> Explainer:
    """Return the explainer with the product's data, loaded once."""
    return load_explainer()


def finding_of(hit: Hit, seen: Observation) -> Finding:
    """Return what a rule that fits says about an observation."""
    rule = hit.rule
    told = hit.match.reported_at or rule.reported_at
    reported = told if rule.fixed_step or not seen.step else seen.step
    named = hit.match.caused_at or rule.caused_at
    caused = seen.earlier if named == EARLIER else named
    if not rule.fixed_step:
        caused = _not_after(caused, reported)
    severity = rule.severity
    if seen.recovered and severity is Severity.ERROR:
        severity = Severity.WARNING
    params = {
        "code": str(seen.code) if seen.code is not None else "",
        "enhanced": seen.enhanced or "",
        "text": " ".join(seen.text.split())[:MAX_TEXT_PARAM],
        **seen.params,
    }
    return Finding(
        rule=rule.id,
        classification=rule.classification,
        severity=severity,
        owner=hit.match.owner or rule.owner_for(seen.client),
        reported_at=reported or None,
        caused_at=caused or reported or None,
        confidence=round(hit.confidence, 2),
        code=seen.code,
        enhanced=seen.enhanced,
        vendor=seen.vendor,
        params={name: value for name, value in params.items() if value},
        evidence=seen.evidence,
        fix_tags=rule.fix_tags,
        experiments=tuple(
            Experiment(id=f"{rule.id}.experiments.{number}", field=data.field, value=data.value)
            for number, data in enumerate(rule.experiments)
        ),
    )


def _not_after(caused: str | None, reported: str) -> str | None:
    """Return the step of the cause; what is reported cannot have been caused by a later step."""
    if caused not in _ENVELOPE or reported not in _ENVELOPE:
        return caused
    return min(caused, reported, key=_ENVELOPE.index)


def _log_order(hit: Hit, seen: Observation) -> tuple[int, bool, int, int, int]:
    """Errors first; what is known; the last attempt; strong rules; then as it happened."""
    finding = finding_of(hit, seen)
    first = seen.evidence[0] if seen.evidence else 0
    unknown = hit.rule.id in _UNKNOWN
    strength = -max(0, hit.rule.priority)
    return (_SEVERITIES.index(finding.severity), unknown, -seen.attempt, strength, first)


def _close(hits: list[Hit]) -> list[Hit]:
    """Return the best hit, and those of another class that words make nearly as likely."""
    best = hits[0]
    rivals = [
        replace(hit, share=_ALTERNATIVE)
        for hit in hits[1:]
        if hit.tier == best.tier == 0
        and best.specificity - hit.specificity <= _CLOSE
        and hit.rule.classification != best.rule.classification
    ]
    return [replace(best, share=_DOUBT), *rivals[:1]] if rivals else [best]


def _is_vague(hit: Hit) -> bool:
    """Whether a rule only repeats that something failed, as the wrappers of programs do."""
    return hit.tier < 0


def _pasted_order(hit: Hit, seen: Observation) -> tuple[bool, bool, int, float]:
    """What is known first; the server's own words before the program's; then by rank."""
    unknown = hit.rule.id in _UNKNOWN
    special = hit.tier > 0
    return (unknown, seen.kind != "reply" and not special, -hit.tier, -hit.specificity)


def _merged(before: Finding, more: Finding) -> Finding:
    """Return one finding for two observations of the same rule, with the evidence of both.

    A server's reply leads, also where something told of it beforehand.
    """
    evidence = tuple(dict.fromkeys((*before.evidence, *more.evidence)))
    if before.code is None and more.code is not None:
        before, more = more, before
    params = {**more.params, **before.params}
    for name in _MERGED_PARAMS:
        value = more.params.get(name, "")
        if value and value not in params.get(name, "").split(", "):
            params[name] = ", ".join(filter(None, (params.get(name), value)))
    return msgspec.structs.replace(before, params=params, evidence=evidence)


def _distinct_classes(findings: list[Finding]) -> tuple[Finding, ...]:
    """Keep the best finding of each class: a program and the log of it say the same thing twice."""
    best: dict[str, Finding] = {}
    for finding in findings:
        best.setdefault(finding.classification, finding)
    return tuple(best.values())
