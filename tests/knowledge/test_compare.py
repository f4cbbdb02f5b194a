"""Two codes side by side: sections, computed differences, curated advice."""

from __future__ import annotations

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.compare import SECTIONS, Comparison, compare


def compared(a: str | int, b: str | int) -> Comparison:
    return compare(load_catalogue(), a, b)


def test_354_and_503() -> None:
    result = compared(354, 503)
    assert [section.name for section in result.sections] == list(SECTIONS)
    differences = {each.aspect: (each.left, each.right) for each in result.differences}
    assert differences["class"] == (("class.3",), ("class.5",))
    assert differences["permanent"] == ((), ("yes",))
    assert differences["second-digit"] == (("digit.5",), ("digit.0",))
    assert result.pair is not None
    assert len(result.pair.key_differences) >= 4
    assert len(result.pair.when_to_use) >= 3


def test_the_order_of_the_codes_does_not_matter_for_the_advice() -> None:
    assert compared("503", "354").pair == compared("354", "503").pair


def test_what_is_the_same_is_named_as_such() -> None:
    result = compared(450, 451)
    assert "class" in result.same
    assert "permanent" in result.same
    assert {each.aspect for each in result.differences} & set(result.same) == set()


def test_permanent_and_passing() -> None:
    differences = {each.aspect: each for each in compared(450, 550).differences}
    assert (differences["permanent"].left, differences["permanent"].right) == (("no",), ("yes",))


def test_any_two_codes_can_be_compared_without_curated_words() -> None:
    result = compared(211, "X.6.8")
    assert result.pair is None
    assert result.sections


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(UserError) as caught:
        compared(354, "799")
    assert (caught.value.code, caught.value.params) == ("code-unknown", {"code": "799"})
