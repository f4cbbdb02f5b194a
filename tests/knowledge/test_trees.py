"""Decision trees: their data is sound, each place is reached, walks go forward and back."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.finding import Owner
from mailoscope_core.knowledge.rules import load_rules
from mailoscope_core.knowledge.text import load_wording
from mailoscope_core.knowledge.tree_text import TreeText
from mailoscope_core.knowledge.trees import Leaf, Node, Tree, TreeFile, Walk, load_trees
from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.storage.profile import Profile
from tests.knowledge.test_data_files import MARKUP

TREES = load_trees()
RULES = load_rules()
WORDING = load_wording()
CATALOGUE = load_catalogue()
LEAVES = [(tree, leaf) for tree in TREES for leaf in tree.leaves]
NAMES = [f"{tree.id}.{leaf.id}" for tree, leaf in LEAVES]
MOST_QUESTIONS = 7
MOST_CHOICES = 9
WANTED = (
    "cannot-connect",
    "tls-fails",
    "cannot-log-in",
    "mail-bounces",
    "accepted-but-never-arrives",
    "works-here-not-there",
)


def walks(walk: Walk) -> Iterator[Walk]:
    """Every walk from here to a leaf."""
    if isinstance(walk.current, Leaf):
        yield walk
        return
    for number in range(1, len(walk.current.choice) + 1):
        yield from walks(walk.choose(number))


def words_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from words_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from words_in(item)


def test_the_trees_that_people_need_are_there() -> None:
    assert tuple(tree.id for tree in TREES) == WANTED


@pytest.mark.parametrize("tree", list(TREES), ids=lambda tree: tree.id)
def test_a_tree_is_sound(tree: Tree) -> None:
    assert list(tree.faults()) == []
    assert 10 <= len(tree.nodes) <= 25
    assert {leaf.kind for leaf in tree.leaves} == {"finding", "experiment"}
    for node in tree.nodes:
        assert len(node.choice) <= MOST_CHOICES, "the keys 1 to 9 pick"
        assert node.question.endswith("?")
    for text in words_in(msgspec.to_builtins(tree.content)):
        assert text == text.strip()
        assert not MARKUP.search(text), text
        assert "{" not in text
    assert all(re.fullmatch(r"[a-z0-9-]+", place.id) for place in (*tree.nodes, *tree.leaves))


@pytest.mark.parametrize("tree", list(TREES), ids=lambda tree: tree.id)
def test_every_place_is_reached_and_every_walk_ends_soon(tree: Tree) -> None:
    ends = list(walks(Walk(tree)))
    reached = {walk.current.id for walk in ends}
    assert reached == {leaf.id for leaf in tree.leaves}
    asked = {answer.node.id for walk in ends for answer in walk.answers}
    assert asked == {node.id for node in tree.nodes}
    assert max(len(walk.answers) for walk in ends) <= MOST_QUESTIONS
    for walk in ends:
        assert Walk(tree).along(walk.path) == walk


def test_not_knowing_leads_to_an_experiment_or_on() -> None:
    """Whoever does not know is never told what is the case as if it were known."""
    sure = []
    for tree in TREES:
        for node in tree.nodes:
            for choice in node.choice:
                place = tree.place(choice.to)
                knows = not choice.text.startswith(("I do not know", "I cannot", "I have not"))
                if knows or isinstance(place, Node) or place.kind == "experiment":
                    continue
                if place.severity.value != "info":
                    sure.append(f"{tree.id}.{node.id}")
    # A wrong name is what is left when nobody has compared it: the finding says how to.
    assert sure == ["cannot-connect.name", "works-here-not-there.program"]


@pytest.mark.parametrize(("tree", "leaf"), LEAVES, ids=NAMES)
def test_a_leaf_says_who_must_act_and_what_to_do(tree: Tree, leaf: Leaf) -> None:
    text = TreeText(tree, WORDING, Texts()).leaf(leaf)
    assert text.words.title
    assert text.words.cause
    assert text.words.owner == WORDING.owner(text.finding.owner, Texts())
    assert isinstance(text.finding.owner, Owner)
    if leaf.kind == "finding":
        assert text.words.fixes
    else:
        assert text.change
        assert len(text.results) >= 2


@pytest.mark.parametrize(("tree", "leaf"), LEAVES, ids=NAMES)
def test_a_leaf_refers_to_what_exists(tree: Tree, leaf: Leaf) -> None:
    assert all(CATALOGUE.record(code) is not None for code in leaf.see)
    if leaf.scenario:
        assert load_scenario(leaf.scenario).id == leaf.scenario
    if leaf.rule:
        assert RULES.get(leaf.rule) is not None
    if leaf.experiment is not None:
        trial = leaf.experiment
        assert trial.field not in ("id", "name", "schema_version")
        profile: dict[str, Any] = msgspec.to_builtins(Profile(name="x", host="mail.example.org"))
        assert trial.field in {field.name for field in msgspec.structs.fields(Profile)}
        msgspec.convert({**profile, trial.field: trial.value}, Profile, strict=False)


@pytest.mark.parametrize(("tree", "leaf"), [pair for pair in LEAVES if pair[1].rule])
def test_a_leaf_says_nothing_about_values_of_a_session(tree: Tree, leaf: Leaf) -> None:
    rule = RULES[leaf.rule]
    said = [leaf.title or rule.title, leaf.cause or rule.cause]
    said += leaf.fixes or [fix.text for fix in rule.fixes]
    said += leaf.dead_ends or rule.dead_ends
    open_names = {name for text in said for _, name, _, _ in string.Formatter().parse(text) if name}
    assert open_names == set(), f"{leaf.id} needs words of its own instead of {leaf.rule}'s"


def test_a_finding_keeps_what_its_rule_says() -> None:
    tree = TREES["cannot-log-in"]
    leaf = tree.place("wrong-password")
    assert isinstance(leaf, Leaf)
    text = TreeText(tree, WORDING, Texts()).leaf(leaf)
    rule = RULES["rule.auth-failed"]
    assert text.finding.rule == rule.id
    assert text.finding.classification == rule.classification
    assert (text.words.title, text.words.cause) == (rule.title, rule.cause)
    assert text.finding.experiments == ()


def test_own_words_replace_those_of_the_rule() -> None:
    tree = TREES["tls-fails"]
    leaf = tree.place("expired")
    assert isinstance(leaf, Leaf)
    text = TreeText(tree, WORDING, Texts()).leaf(leaf)
    assert text.words.cause == leaf.cause
    assert text.words.title == RULES["rule.cert-expired"].title


def test_hindi_has_words_for_every_place() -> None:
    english, hindi = Texts(), Texts("hi")
    for tree in TREES:
        for walk in walks(Walk(tree)):
            leaf = walk.current
            assert isinstance(leaf, Leaf)
            here, there = (
                TreeText(tree, WORDING, texts).leaf(leaf).words for texts in (english, hindi)
            )
            assert here.title != there.title, leaf.id
            assert here.cause != there.cause, leaf.id
        for node in tree.nodes:
            assert TreeText(tree, WORDING, hindi).question(node) != node.question


# --- walking ----------------------------------------------------------------------------------


def test_walking_forward_and_back() -> None:
    start = Walk(TREES["cannot-log-in"])
    assert not start.done
    assert start.path == ()
    assert start.back() == start
    end = start.choose(1).choose(3).choose(1)
    assert end.done
    assert end.current.id == "wrong-password"
    assert [answer.choice.to for answer in end.answers] == ["code-535", "webmail", "wrong-password"]
    assert end.back().path == (1, 3)
    assert end.back(3) == start
    assert end.back(99) == start
    assert start.along((1, 3, 1)) == end


@pytest.mark.parametrize("number", [0, -1, 8, 99])
def test_a_choice_that_is_not_there(number: int) -> None:
    with pytest.raises(UserError) as caught:
        Walk(TREES["cannot-log-in"]).choose(number)
    assert caught.value.code == "tree-choice"
    assert "1 to 7" in Texts().error(caught.value)


def test_nothing_is_chosen_at_a_leaf() -> None:
    with pytest.raises(UserError) as caught:
        Walk(TREES["cannot-log-in"]).along((1, 3, 1, 1))
    assert caught.value.code == "tree-end"


def test_an_unknown_tree_is_named_with_those_there_are() -> None:
    with pytest.raises(UserError) as caught:
        TREES["larch"]
    assert "mail-bounces" in Texts().error(caught.value)


# --- wrong data -------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "order": 1,
    "title": "T",
    "description": "D",
    "first": "a",
    "node": [
        {
            "id": "a",
            "question": "?",
            "choice": [{"text": "1", "to": "b"}, {"text": "2", "to": "x"}],
        },
        {
            "id": "b",
            "question": "?",
            "choice": [{"text": "1", "to": "x"}, {"text": "2", "to": "y"}],
        },
    ],
    "leaf": [
        {"id": "x", "rule": "rule.auth-failed"},
        {"id": "y", "title": "T", "cause": "C", "owner": "user", "fixes": ["F"]},
    ],
}


def changed(*way: str | int, value: object) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(GOOD))
    inner: Any = made
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = value
    return made


def faults(data: dict[str, Any]) -> str:
    return "; ".join(Tree("t", msgspec.convert(data, TreeFile)).faults())


def test_a_good_tree_has_no_faults() -> None:
    assert faults(GOOD) == ""


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (changed("node", 0, "choice", 1, "to", value="a"), "a leads back to itself"),
        (changed("node", 1, "choice", 0, "to", value="a"), "leads back to itself"),
        (changed("node", 0, "choice", 1, "to", value="z"), "there is no z"),
        (changed("first", value="z"), "there is no z"),
        (changed("first", value="b"), "nothing leads to a"),
        (changed("node", 1, "choice", 1, "to", value="x"), "nothing leads to y"),
        (changed("node", 1, "choice", value=[{"text": "1", "to": "y"}]), "b is no question"),
        (changed("leaf", 1, "id", value="x"), "twice"),
        (changed("leaf", 0, "owner", value="user"), "x: the rule has"),
        (changed("leaf", 1, "cause", value=""), "y: without a rule"),
        (changed("leaf", 1, "fixes", value=[]), "y: it is either"),
        (
            changed(
                "leaf",
                1,
                "experiment",
                value={"field": "port", "value": "1", "text": "t", "results": ["r"]},
            ),
            "y: it is either",
        ),
    ],
)
def test_a_tree_of_wrong_shape_is_found_out(data: dict[str, Any], fault: str) -> None:
    assert fault in faults(data)


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "trees"
    folder.mkdir()
    good = data_files.knowledge_root().joinpath("trees", "tls-fails.toml").read_text("utf-8")
    (folder / "bad.toml").write_text(good.replace('to = "clock"', 'to = "cloak"'), "utf-8")
    with pytest.raises(UserError) as caught:
        load_trees(tmp_path)
    assert caught.value.code == "knowledge-invalid"
    assert "there is no cloak" in Texts().error(caught.value)
    (folder / "bad.toml").write_text(good.replace("hint =", "clue =", 1), "utf-8")
    with pytest.raises(UserError) as caught:
        load_trees(tmp_path)
    assert "clue" in Texts().error(caught.value)


def test_what_a_leaf_shows_in_english_is_named_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    hindi = Texts("hi")
    assert not any(
        TreeText(tree, WORDING, hindi).leaf(leaf).words.fallback for tree, leaf in LEAVES
    )
    missing: set[str] = set()
    monkeypatch.setattr(hindi, "has_record", lambda record, _field, _english: record not in missing)
    tree, leaf = next((tree, leaf) for tree, leaf in LEAVES if leaf.rule and leaf.cause)
    missing.add(leaf.rule)
    of_rule = set(TreeText(tree, WORDING, hindi).leaf(leaf).words.fallback)
    assert of_rule
    assert "cause" not in of_rule
    missing.add(f"tree.{tree.id}.{leaf.id}")
    assert "cause" in TreeText(tree, WORDING, hindi).leaf(leaf).words.fallback
    tree, leaf = next((tree, leaf) for tree, leaf in LEAVES if leaf.experiment)
    missing.add(f"tree.{tree.id}.{leaf.id}")
    fallback = TreeText(tree, WORDING, hindi).leaf(leaf).words.fallback
    assert {"experiment.text", "experiment.results.0"} <= set(fallback)


def test_a_question_tells_whether_it_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    hindi, tree = Texts("hi"), TREES["cannot-log-in"]
    text, first = TreeText(tree, WORDING, hindi), Walk(tree).current
    assert isinstance(first, Node)
    assert not text.is_english()
    assert not text.is_english(first)
    monkeypatch.setattr(
        hindi, "has_record", lambda _record, field, _english: not field.startswith("choice.1")
    )
    assert text.is_english(first)
    assert not text.is_english()
