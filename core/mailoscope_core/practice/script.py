"""Decides which rule of a scenario acts at a moment; keeps the counts and times that needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailoscope_core.practice.spec import Rule, Then, When

# The moments that are a line of the client, at which an `any` rule acts too.
LINES = frozenset(When) - {
    When.CONNECT,
    When.BANNER,
    When.TLS,
    When.IDLE,
    When.CREDENTIALS,
    When.BODY,
    When.DOT,
    When.ANY,
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the conditions of a rule are held against."""

    line: str = ""
    ehlo: str = ""
    sender: str = ""


class Script:
    """The rules of one server with what outlives a connection: `times` used, first looks.

    `clock` gives monotonic seconds. Used by the server's one thread only.
    """

    def __init__(self, rules: Sequence[Rule], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._fired: Counter[int] = Counter()
        self._first_look: dict[int, float] = {}
        self._compiled = tuple(_Compiled(place, rule) for place, rule in enumerate(rules))
        self._by_moment = {moment: self._rules_for(moment) for moment in When}

    def connection(self) -> Matcher:
        """Return the matcher of a new connection, its `nth` counts at zero."""
        return Matcher(self)

    def candidates(self, moment: When) -> tuple[_Compiled, ...]:
        """Return the rules that may act at `moment`, in the order of the file."""
        return self._by_moment[moment]

    def timely(self, candidate: _Compiled) -> bool:
        """Tell whether a rule's window of seconds is open and its `times` are not used up."""
        rule = candidate.rule
        if rule.times and self._fired[candidate.place] >= rule.times:
            return False
        if rule.when is When.IDLE or not (rule.until_seconds or rule.after_seconds):
            return True
        now = self._clock()
        elapsed = now - self._first_look.setdefault(candidate.place, now)
        if rule.until_seconds and elapsed >= rule.until_seconds:
            return False
        return elapsed >= rule.after_seconds

    def fired(self, candidate: _Compiled) -> None:
        """Note that a rule acts now."""
        self._fired[candidate.place] += 1

    def _rules_for(self, moment: When) -> tuple[_Compiled, ...]:
        moments = {moment, When.ANY} if moment in LINES else {moment}
        found = [each for each in self._compiled if each.rule.when in moments]
        # The first rule that matches decides: one that changes nothing only matters before others.
        while found and not found[-1].acts:
            found.pop()
        return tuple(found)


class Matcher:
    """Finds the rule for a moment of one connection."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._seen: Counter[int] = Counter()

    def find(self, moment: When, situation: Callable[[], Situation]) -> Rule | None:
        """Return the first rule that matches, and count it; every `nth` on the way is counted.

        `situation` is asked only where a rule has patterns.
        """
        for candidate in self._script.candidates(moment):
            if not candidate.matches(situation):
                continue
            self._seen[candidate.place] += 1
            nth = candidate.rule.nth
            if nth and self._seen[candidate.place] != nth:
                continue
            if not self._script.timely(candidate):
                continue
            self._script.fired(candidate)
            return candidate.rule
        return None

    def waiting(self, moment: When) -> Rule | None:
        """Return the first rule for `moment` without counting it."""
        candidates = self._script.candidates(moment)
        return candidates[0].rule if candidates else None


class _Compiled:
    """A rule with its place in the file and its patterns compiled."""

    __slots__ = ("_patterns", "acts", "place", "rule")

    def __init__(self, place: int, rule: Rule) -> None:
        self.place = place
        self.rule = rule
        silent = not (rule.delay_s or rule.drip or rule.reply or rule.raw or rule.suffix)
        self.acts = not silent or rule.then is not Then.NORMAL or rule.close is not None
        written = {"line": rule.match, "ehlo": rule.match_ehlo, "sender": rule.match_sender}
        self._patterns = {
            field: re.compile(pattern, re.IGNORECASE)
            for field, pattern in written.items()
            if pattern
        }

    def matches(self, situation: Callable[[], Situation]) -> bool:
        """Tell whether every given pattern is found."""
        if not self._patterns:
            return True
        text = situation()
        return all(
            pattern.search(getattr(text, field)) for field, pattern in self._patterns.items()
        )
