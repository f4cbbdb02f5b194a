"""Words are found where they stand: as words, and near one another in one sentence."""

from __future__ import annotations

import pytest

from mailoscope_core.knowledge.phrases import MAX_GAP, Phrases, near

USER = ("user", "mailbox", "пользовател", "用户")
UNKNOWN = ("unknown", "not found", "не найден", "不存在")


@pytest.mark.parametrize(
    "text",
    [
        "user unknown",
        "unknown user",
        "mailbox a@example.org not found",
        "пользователь a@example.org не найден",
        "该用户不存在",
    ],
)
def test_words_of_two_families_stand_together(text: str) -> None:
    assert near([USER, UNKNOWN], text)


@pytest.mark.parametrize(
    "text",
    [
        "user",
        "the user is here. the host is unknown",
        f"user {'x' * MAX_GAP} unknown",
        "superuser unknown",
        "users unknown",
    ],
)
def test_words_apart_or_inside_others_do_not(text: str) -> None:
    assert not near([USER, UNKNOWN], text)


def test_longer_words_weigh_more() -> None:
    assert near([USER, UNKNOWN], "mailbox not found") > near([USER, UNKNOWN], "user unknown")


def test_a_word_does_not_stand_near_itself() -> None:
    assert not near([("mailbox",), ("mailbox", "box")], "mailbox")


def test_present_finds_long_literals_anywhere_and_short_ones_as_words() -> None:
    phrases = Phrases(["rbl", "blocked", "满"])
    assert phrases.present("unblocked by rbl, 邮箱已满") == {"rbl", "blocked", "满"}
    assert phrases.present("marble") == frozenset()
