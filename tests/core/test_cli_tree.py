"""`tree`: the list, walks with answers from the standard input, places, whole trees."""

from __future__ import annotations

import io
import json

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli import tree
from mailoscope_core.cli.__main__ import main
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.knowledge.trees import load_trees

ALL = [each.id for each in load_trees()]
FIRST = "What does the server answer to the log-in?"
SECOND = "What stands behind 535?"


def console(text: str = "", language: str = "en") -> Console:
    streams = io.StringIO(), io.StringIO(), io.StringIO(text)
    return Console(Texts(language), *streams, colours=False, interactive=False)


def said(where: Console) -> str:
    assert isinstance(where.out, io.StringIO)
    return where.out.getvalue()


def complained(where: Console) -> str:
    assert isinstance(where.err, io.StringIO)
    return where.err.getvalue()


def test_the_trees_are_listed() -> None:
    where = console()
    assert tree.run([], where) == Exit.OK
    assert all(name in said(where) for name in ALL)
    assert "It cannot log in" in said(where)


def test_the_trees_are_listed_for_programs() -> None:
    where = console()
    tree.run(["--json"], where)
    rows = [json.loads(line) for line in said(where).splitlines()]
    assert [row["id"] for row in rows] == ALL
    assert all(row["title"] and row["description"] for row in rows)


def test_walking_with_numbers_back_and_quit() -> None:
    where = console("1\nb\n1\n3\n1\nq\n")
    assert tree.run(["cannot-log-in"], where) == Exit.OK
    out = said(where)
    assert out.count(FIRST) == 2
    assert out.count(SECOND) == 2
    assert "error: User name or password refused" in out
    assert "Who must act" in out
    assert "Rule: rule.auth-failed" in out
    assert "practice --scenario auth-rejected" in out


def test_going_back_from_the_end() -> None:
    where = console("7\nb\n1\n")
    tree.run(["cannot-log-in"], where)
    assert "Experiment: See what the server really says" in said(where)
    assert said(where).rstrip().endswith("7. Nothing more")


@pytest.mark.parametrize("answer", ["0", "8", "999999999999999999"])
def test_an_answer_that_is_not_there_is_asked_again(answer: str) -> None:
    where = console(f"{answer}\n1\n")
    assert tree.run(["cannot-log-in"], where) == Exit.OK
    assert "There is no such answer." in complained(where)
    assert SECOND in said(where)


@pytest.mark.parametrize("answer", ["?", "hello", "²", ""])
def test_anything_else_gets_help(answer: str) -> None:
    where = console(f"{answer}\n1\n")
    assert tree.run(["cannot-log-in"], where) == Exit.OK
    assert "b = one question back" in complained(where)
    assert SECOND in said(where)


def test_the_end_of_the_input_ends_the_walk() -> None:
    where = console("")
    assert tree.run(["cannot-log-in"], where) == Exit.OK
    assert FIRST in said(where)


def test_choices_given_lead_there_without_a_question() -> None:
    where = console("1\n1\n1\n")
    assert tree.run(["cannot-log-in", "1", "3", "1"], where) == Exit.OK
    assert FIRST not in said(where)
    assert said(where).startswith("✕ error: User name or password refused")
    assert complained(where) == ""


def test_an_experiment_says_what_to_change_and_what_it_shows() -> None:
    where = console()
    tree.run(["cannot-connect", "4"], where)
    out = said(where)
    assert "Only IPv4 (the profile's field family = 4)" in out
    assert "What it shows" in out
    assert "Who must act: whoever runs your network" in out


def test_an_empty_value_is_named() -> None:
    where = console()
    tree.run(["works-here-not-there", "1", "6", "5"], where)
    assert "ehlo_name = (empty)" in said(where)


def test_a_place_for_programs() -> None:
    where = console()
    tree.run(["cannot-log-in", "1", "3", "1", "--json"], where)
    found = json.loads(said(where))
    assert found["path"] == [1, 3, 1]
    assert found["trail"][0] == {"question": FIRST, "answer": "535"}
    assert found["type"] == "finding"
    assert (found["rule"], found["class"]) == ("rule.auth-failed", "auth-failed")
    assert found["owner"] == "user"
    assert found["words"]["fixes"]
    where = console()
    tree.run(["cannot-log-in", "--json"], where)
    found = json.loads(said(where))
    assert found["type"] == "question"
    assert found["choices"][0] == "535"
    where = console()
    tree.run(["cannot-connect", "4", "--json"], where)
    experiment = json.loads(said(where))["experiment"]
    assert (experiment["field"], experiment["value"]) == ("family", "4")
    assert len(experiment["results"]) == 2


@pytest.mark.parametrize("name", ALL)
def test_a_whole_tree(name: str) -> None:
    where = console()
    assert tree.run([name, "--all"], where) == Exit.OK
    content = load_trees()[name].content
    out = " ".join(said(where).split())
    for node in content.node:
        assert " ".join(node.question.split()) in out
    where = console()
    tree.run([name, "--all", "--json"], where)
    whole = json.loads(said(where))
    assert whole["question"] == load_trees()[name].nodes[0].question
    assert all(each["to"]["type"] for each in whole["choices"])


def test_a_part_of_a_tree() -> None:
    where = console()
    tree.run(["cannot-log-in", "1", "--all"], where)
    assert SECOND in said(where)
    assert FIRST not in said(where)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["larch"], "no decision tree larch"),
        (["tls-fails", "77"], "no answer 77"),
        (["cannot-connect", "4", "1"], "nothing to choose"),
        (["tls-fails", "one"], "one"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tree", *arguments]) == Exit.OPTIONS
    assert words in capsys.readouterr().err


def test_the_trees_speak_hindi() -> None:
    where = console(language="hi")
    tree.run(["cannot-log-in"], where)
    assert FIRST not in said(where)
    assert any("\u0900" <= sign <= "\u097f" for sign in said(where))
