"""The words of decision trees in the user's language; a leaf becomes a finding with its words."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.finding import Experiment, Finding, FindingWords
from mailoscope_core.knowledge.rules import EARLIER
from mailoscope_core.knowledge.text import Wording
from mailoscope_core.knowledge.trees import Leaf, Node, Tree


@dataclass(frozen=True, slots=True)
class LeafText:
    """A leaf in words.

    `finding` has the experiment of an experiment, if that is what the leaf is; `change` says what
    is changed and `results` what each outcome shows. `words.fallback` names what is in English.
    """

    finding: Finding
    words: FindingWords
    change: str = ""
    results: tuple[str, ...] = ()


class TreeText:
    """Words of one tree in one language."""

    def __init__(self, tree: Tree, wording: Wording, texts: Texts) -> None:
        self._tree, self._wording, self._texts = tree, wording, texts

    @property
    def title(self) -> str:
        """What does not work."""
        return self._say("", "title", self._tree.content.title)

    @property
    def description(self) -> str:
        """When this tree is the right one."""
        return self._say("", "description", self._tree.content.description)

    def question(self, node: Node) -> str:
        """Return a node's question."""
        return self._say(node.id, "question", node.question)

    def hint(self, node: Node) -> str:
        """Return where to look for the answer; empty where that is clear."""
        return self._say(node.id, "hint", node.hint)

    def choices(self, node: Node) -> tuple[str, ...]:
        """Return the answers that can be given."""
        return tuple(
            self._say(node.id, f"choice.{index}.text", choice.text)
            for index, choice in enumerate(node.choice)
        )

    def is_english(self, node: Node | None = None) -> bool:
        """Tell whether parts of a question and its answers are not translated.

        Without a node: of the tree's title and description.
        """
        content = self._tree.content
        if node is None:
            fields = {"title": content.title, "description": content.description}
            return any(self._lacks("", field, text) for field, text in fields.items())
        fields = {"question": node.question, "hint": node.hint}
        fields |= {f"choice.{index}.text": choice.text for index, choice in enumerate(node.choice)}
        return any(self._lacks(node.id, field, text) for field, text in fields.items())

    def leaf(self, leaf: Leaf) -> LeafText:
        """Return a leaf as a finding with words."""
        return self._of_rule(leaf) if leaf.rule else self._of_its_own(leaf)

    def _of_rule(self, leaf: Leaf) -> LeafText:
        rule = self._wording.rule(leaf.rule)
        finding = Finding(
            rule=rule.id,
            classification=rule.classification,
            severity=rule.severity,
            owner=rule.owner,
            reported_at=rule.reported_at or None,
            caused_at=rule.caused_at if rule.caused_at not in ("", EARLIER) else None,
            confidence=rule.confidence,
            fix_tags=() if leaf.fixes else rule.fix_tags,
        )
        words = self._wording.words(finding, self._texts)
        # What the leaf says itself stands instead of the rule's words, translated or not.
        kept = (field for field in words.fallback if not getattr(leaf, field.partition(".")[0]))
        return LeafText(
            finding,
            msgspec.structs.replace(
                words,
                title=self._say(leaf.id, "title", leaf.title) or words.title,
                cause=self._say(leaf.id, "cause", leaf.cause) or words.cause,
                fixes=self._list(leaf.id, "fixes", leaf.fixes) or words.fixes,
                dead_ends=self._list(leaf.id, "dead_ends", leaf.dead_ends) or words.dead_ends,
                fallback=(*kept, *self._fallback(leaf)),
            ),
        )

    def _of_its_own(self, leaf: Leaf) -> LeafText:
        assert leaf.owner is not None  # checked when the tree was loaded
        trial, context = leaf.experiment, self._context(leaf.id)
        finding = Finding(
            rule=context,
            classification="",
            severity=leaf.severity,
            owner=leaf.owner,
            reported_at=None,
            caused_at=None,
            confidence=1.0,
            experiments=(
                (Experiment(id=f"{context}.experiment", field=trial.field, value=trial.value),)
                if trial
                else ()
            ),
        )
        words = FindingWords(
            title=self._say(leaf.id, "title", leaf.title),
            cause=self._say(leaf.id, "cause", leaf.cause),
            fixes=self._list(leaf.id, "fixes", leaf.fixes),
            dead_ends=self._list(leaf.id, "dead_ends", leaf.dead_ends),
            owner=self._wording.owner(leaf.owner, self._texts),
            reported_at="",
            caused_at="",
            fallback=self._fallback(leaf),
        )
        if trial is None:
            return LeafText(finding, words)
        change = self._say(leaf.id, "experiment.text", trial.text)
        results = self._list(leaf.id, "experiment.results", trial.results)
        return LeafText(finding, words, change, results)

    def _fallback(self, leaf: Leaf) -> tuple[str, ...]:
        """Return the fields of a leaf that are shown in English for want of a translation."""
        fields = {"title": leaf.title, "cause": leaf.cause}
        lists = {"fixes": leaf.fixes, "dead_ends": leaf.dead_ends}
        if leaf.experiment is not None:
            fields["experiment.text"] = leaf.experiment.text
            lists["experiment.results"] = leaf.experiment.results
        for name, entries in lists.items():
            fields |= {f"{name}.{index}": entry for index, entry in enumerate(entries)}
        return tuple(field for field, text in fields.items() if self._lacks(leaf.id, field, text))

    def _lacks(self, place: str, field: str, english: str) -> bool:
        context = self._context(place)
        return bool(english) and not self._texts.has_record(context, field, english)

    def _list(self, place: str, field: str, entries: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            self._say(place, f"{field}.{index}", entry) for index, entry in enumerate(entries)
        )

    def _say(self, place: str, field: str, english: str) -> str:
        return self._texts.record(self._context(place), field, english) if english else ""

    def _context(self, place: str) -> str:
        return f"tree.{self._tree.id}.{place}" if place else f"tree.{self._tree.id}"
