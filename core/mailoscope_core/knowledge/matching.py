"""Finds the rules that fit an observation and ranks them.

Order: first `priority`, then specificity, then confidence. Specificity is the sum of the weights
below for the conditions that the winning match states: words count more than codes, an exact
enhanced code more than a reply code, that more than a class; long words more than short ones. So
"5.7.139 ... disabled for the Tenant" beats "5.7.139", which beats "535", which beats "5xx".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mailoscope_core.knowledge.observation import Observation
from mailoscope_core.knowledge.rules import Match, Pattern, Rule, RuleBook

MAX_FOLDED = 8_192
"""Characters of an observation that are looked at; a reply line has 512 (RFC 5321 4.5.3.1.5)."""

_TEXT, _KIND, _EXACT_KIND, _VENDOR, _CLIENT, _STATE = 16, 12, 2, 6, 6, 3
_ENHANCED, _ENHANCED_GLOB, _CODE, _CODE_CLASS, _STEP, _VERB = 6, 3, 4, 1, 2, 2
_LETTERS_A_POINT, _MOST_LETTERS = 4, 40
_CODE_TIER = -2
_TRIGRAM = 3
_WHOLE_WORD = 5
"""Literals of at most so many characters count only as whole words."""

_SPACES = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "`": "'", "‐": "-", "‑": "-"})


def fold(text: str) -> str:
    """Return text as patterns see it: small letters, plain quotes, lines joined by single spaces.

    Codes at the beginning of continued lines (`550-5.7.26 `) are dropped, so that words which a
    server spread over lines stand together.
    """
    joined = re.sub(r"\n\d{3}[- ](?:[245]\.\d{1,3}\.\d{1,3}\s)?", " ", text[:MAX_FOLDED])
    plain = unicodedata.normalize("NFC", joined.translate(_QUOTES))
    return _SPACES.sub(" ", plain.casefold()).strip()


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fits, and how specifically."""

    rule: Rule
    specificity: float
    by_code_alone: bool = False

    @property
    def tier(self) -> int:
        """The rule's priority; a match by the reply code alone yields to any words."""
        return min(self.rule.priority, _CODE_TIER) if self.by_code_alone else self.rule.priority

    @property
    def rank(self) -> tuple[int, float, float]:
        """What hits are ordered by, the highest first."""
        return (self.tier, self.specificity, self.rule.confidence)


class Matcher:
    """Matches observations against the rules of a book; patterns compile on first use.

    Which literals a text holds is found by its trigrams: each literal is filed under one of its
    own, so that most of them are never searched for.
    """

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._compiled: dict[str, re.Pattern[str]] = {}
        self._by_trigram: dict[str, list[str]] = {}
        self._by_literal: dict[str, list[tuple[Rule, Match]]] = {}
        self._by_fact: dict[tuple[str, str], list[tuple[Rule, Match]]] = {}
        entries = [(rule, match) for rule in book.rules for match in rule.match]
        uses: Counter[str] = Counter()
        literals = sorted({literal for _, match in entries for literal in _literals(match)})
        for literal in literals:
            uses.update(_trigrams(literal))
        self._tiny = [literal for literal in literals if len(literal) < _TRIGRAM]
        for literal in literals:
            rarest = min(_trigrams(literal), key=lambda trigram: (uses[trigram], trigram))
            self._by_trigram.setdefault(rarest, []).append(literal)
        for rule, match in entries:
            needed = match.text or match.all_text[:1]
            for pattern in needed:
                self._by_literal.setdefault(_literal(pattern), []).append((rule, match))
            for fact in () if needed else _facts_wanted(match):
                self._by_fact.setdefault(fact, []).append((rule, match))

    def hits(self, observation: Observation) -> list[Hit]:
        """Return all rules that fit, the best first, each once with its best match."""
        text = fold(observation.text)
        present = self._present(text)
        candidates: dict[int, tuple[Rule, Match]] = {}
        for fact in _facts(observation):
            candidates.update((id(entry[1]), entry) for entry in self._by_fact.get(fact, ()))
        for literal in present:
            candidates.update((id(entry[1]), entry) for entry in self._by_literal.get(literal, ()))
        best: dict[str, Hit] = {}
        for rule, match in candidates.values():
            if not self._fits(match, observation, text, present):
                continue
            points = self._specificity(match, observation, text, present)
            hit = Hit(rule, points, _by_code_alone(match))
            if rule.id not in best or hit.rank > best[rule.id].rank:
                best[rule.id] = hit
        return sorted(best.values(), key=lambda hit: (*hit.rank, hit.rule.id), reverse=True)

    def _present(self, text: str) -> frozenset[str]:
        """Return the literals that occur in a folded text, short ones only as whole words."""
        filed = self._by_trigram.keys() & _trigrams(text)
        likely = [literal for trigram in filed for literal in self._by_trigram[trigram]]
        return frozenset(
            literal
            for literal in (*likely, *self._tiny)
            if literal in text and (len(literal) > _WHOLE_WORD or self._is_word(literal, text))
        )

    def _fits(self, match: Match, seen: Observation, text: str, present: frozenset[str]) -> bool:
        return (
            _kind_fits(match.kind, seen.kind)
            and (not match.text or any(self._says(p, text, present) for p in match.text))
            and all(self._says(p, text, present) for p in match.all_text)
            and not any(self._says(p, text, present) for p in match.not_text)
            and _state_fits(match, seen)
        )

    def _says(self, pattern: str | Pattern, text: str, present: frozenset[str]) -> bool:
        if isinstance(pattern, str):
            return pattern in present
        if pattern.literal not in present:
            return False
        return not pattern.regex or self._regex(pattern.regex).search(text) is not None

    def _regex(self, regex: str) -> re.Pattern[str]:
        if regex not in self._compiled:
            self._compiled[regex] = re.compile(regex)
        return self._compiled[regex]

    def _is_word(self, literal: str, text: str) -> bool:
        """Whether a short literal stands as a word: "rbl" is not in "marble"."""
        return (
            self._regex(rf"(?<![a-z0-9]){re.escape(literal.strip())}(?![a-z0-9])").search(text)
            is not None
        )

    def _specificity(
        self, match: Match, seen: Observation, text: str, present: frozenset[str]
    ) -> float:
        said = [p for p in (*match.text, *match.all_text) if self._says(p, text, present)]
        letters = max((len(_literal(pattern)) for pattern in said), default=0)
        points = min(letters, _MOST_LETTERS) / _LETTERS_A_POINT
        points += _TEXT * bool(said) + _TEXT / 2 * len(match.all_text)
        points += _KIND * bool(match.kind) + _EXACT_KIND * (seen.kind in match.kind)
        points += _VENDOR * bool(match.vendor)
        points += _CLIENT * bool(match.client) + _STEP * bool(match.step)
        points += _VERB * bool(match.verb) + _STATE * len(match.params)
        points += _STATE * (match.tls is not None) + _STATE * (match.authenticated is not None)
        points += _CODE * bool(match.code) + _CODE_CLASS * bool(match.code_class)
        if match.enhanced:
            exact = any(entry.endswith(_detail(seen.enhanced)) for entry in match.enhanced)
            points += _ENHANCED if exact else _ENHANCED_GLOB
        return points


def _facts_wanted(match: Match) -> list[tuple[str, str]]:
    """Return under which facts a match without words is filed: its rarest kind of condition."""
    if match.kind:
        return [("kind", kind.partition("/")[0]) for kind in match.kind]
    if match.enhanced:
        return [("enhanced", entry.partition(".")[2]) for entry in match.enhanced]
    if match.code:
        return [("code", str(code)) for code in match.code]
    if match.code_class:
        return [("class", str(first)) for first in match.code_class]
    return [("any", "")]


def _facts(seen: Observation) -> list[tuple[str, str]]:
    """Return all facts under which a match for this observation may be filed."""
    facts = [("any", ""), ("kind", seen.kind.partition("/")[0])]
    if seen.code is not None:
        facts.append(("code", str(seen.code)))
    if seen.enhanced:
        subject, _, detail = _detail(seen.enhanced).partition(".")
        facts += [("enhanced", f"{subject}.{detail}"), ("enhanced", f"{subject}.*")]
    return [*facts, ("class", str(_class_of(seen)))]


def _by_code_alone(match: Match) -> bool:
    """Whether a match goes by nothing but a reply code, or a whole subject of enhanced codes."""
    vague = match.code or match.code_class or match.enhanced
    exact = any(not entry.endswith("*") for entry in match.enhanced)
    return bool(vague) and not (match.text or match.all_text or match.kind or exact)


def _literals(match: Match) -> Iterable[str]:
    return (_literal(p) for p in (*match.text, *match.all_text, *match.not_text))


def _trigrams(text: str) -> set[str]:
    """Return the runs of three characters; a shorter text is its own run."""
    return {text[at : at + _TRIGRAM] for at in range(max(1, len(text) - _TRIGRAM + 1))}


def _literal(pattern: str | Pattern) -> str:
    return pattern if isinstance(pattern, str) else pattern.literal


def _detail(enhanced: str | None) -> str:
    return (enhanced or "").partition(".")[2]


def _kind_fits(wanted: tuple[str, ...], kind: str) -> bool:
    if not wanted:
        return kind in ("reply", "text")
    return any(
        kind == entry or (entry.endswith("/*") and kind.startswith(entry[:-1])) for entry in wanted
    )


def _state_fits(match: Match, seen: Observation) -> bool:
    return (
        (not match.code or seen.code in match.code)
        and (not match.code_class or _class_of(seen) in match.code_class)
        and (not match.enhanced or any(_enhanced_fits(e, seen.enhanced) for e in match.enhanced))
        and (not match.step or seen.step in match.step)
        and (not match.verb or seen.verb in match.verb)
        and (not match.vendor or seen.vendor in match.vendor)
        and (not match.client or seen.client in match.client)
        and match.tls in (None, seen.tls)
        and match.authenticated in (None, seen.authenticated)
        and match.pasted in (None, seen.pasted)
        and all(seen.params.get(name) in values for name, values in match.params.items())
    )


def _class_of(seen: Observation) -> int | None:
    if seen.code is not None:
        return seen.code // 100
    return int(seen.enhanced[0]) if seen.enhanced else None


def _enhanced_fits(glob: str, enhanced: str | None) -> bool:
    if enhanced is None:
        return False
    wanted, given = glob.split("."), enhanced.split(".")
    return len(wanted) == len(given) and all(
        one in ("*", other) for one, other in zip(wanted, given, strict=True)
    )
