"""Finds the words of the rules in a text: which literals occur, and which stand near each other.

Each literal is filed under its first letters, so that an index of some thousand is built in a
moment and only those whose first letters occur in a text are searched for.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

MAX_GAP = 48
"""Characters that may stand between two words which belong together."""

_HEAD = 4
_WHOLE_WORD, _WHOLE_NEAR = 5, 6
"""Literals of at most so many characters count only as whole words (the latter: in `near`)."""

_MOST_PLACES = 12
_SENTENCE_ENDS = (". ", "; ", "! ", "? ")
_WORD = re.compile(r"[a-z0-9]")


class Phrases:
    """The literals of all rules, and where they stand in a text."""

    def __init__(self, literals: Iterable[str]) -> None:
        self._by_head: dict[str, list[str]] = {}
        self._tiny: list[str] = []
        for literal in literals:
            if len(literal) < _HEAD:
                self._tiny.append(literal)
            else:
                self._by_head.setdefault(literal[:_HEAD], []).append(literal)

    def present(self, text: str) -> frozenset[str]:
        """Return the literals that occur in a folded text, short ones only as whole words."""
        heads = {text[at : at + _HEAD] for at in range(len(text) - _HEAD + 1)}
        likely = [
            literal for head in self._by_head.keys() & heads for literal in self._by_head[head]
        ]
        return frozenset(
            literal
            for literal in (*likely, *self._tiny)
            if literal in text and (len(literal) > _WHOLE_WORD or _is_there(literal, text))
        )


Places = dict[str, list[tuple[int, int]]]
"""Where words stand in one text, as far as it has been asked."""


def near(groups: Sequence[Sequence[str]], text: str, known: Places | None = None) -> int:
    """Return how many letters the words make up that stand together, or 0 where none do.

    One word of each group must stand in the same sentence, at most `MAX_GAP` from a word of the
    first group. Words that lie within one another ("no such user", "user") do not count.
    `known` keeps the places of the words between calls for the same text.
    """
    seen = {} if known is None else known
    first, *others = [_all_places(group, text, seen) for group in groups]
    best = 0
    for anchor in first:
        letters = anchor[1] - anchor[0]
        for places in others:
            reach = [
                end - start for start, end in places if _stand_together(anchor, (start, end), text)
            ]
            if not reach:
                break
            letters += max(reach)
        else:
            best = max(best, letters)
    return best


def _all_places(words: Iterable[str], text: str, known: Places) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for word in words:
        if word not in known:
            known[word] = list(_places(word, text))
        found += known[word]
    return sorted(found)[:_MOST_PLACES]


def _is_there(literal: str, text: str) -> bool:
    return any(_is_word(text, *place) for place in _occurrences(literal, text))


def _places(literal: str, text: str) -> Iterable[tuple[int, int]]:
    """Return where a word begins a word of the text ("locked", not "blocked").

    A short one must be a word of its own ("sender", not "senderscore").
    """
    for start, end in _occurrences(literal, text):
        if _letter(text[start - 1 : start]) and _letter(literal[0]):
            continue
        if len(literal) > _WHOLE_NEAR or _is_word(text, start, end):
            yield start, end


def _occurrences(literal: str, text: str) -> Iterable[tuple[int, int]]:
    at = text.find(literal)
    while at >= 0:
        yield at, at + len(literal)
        at = text.find(literal, at + 1)


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit adjoins ("rbl", not "marble"); blanks at its ends do not count."""
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return not (_letter(text[start - 1 : start]) or _letter(text[end : end + 1]))


@functools.cache
def _letter(character: str) -> bool:
    return _WORD.match(character) is not None


def _stand_together(one: tuple[int, int], other: tuple[int, int], text: str) -> bool:
    (_, end), (start, _) = sorted((one, other))
    if start < end or start - end > MAX_GAP:
        return False
    between = text[end:start]
    return not any(mark in between for mark in _SENTENCE_ENDS)
