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


LIST = """
    354/503 450/550 451/421 535/530 535/534 530/534 550/551 550/553 550/554 551/553 553/554 552/452
    250/251 250/252 251/252 251/551 500/502 502/504 500/501 501/504 555/501 5.7.1/5.7.8
    5.1.1/5.1.10 5.2.2/4.2.2 421/521 220/250 221/421 235/334 334/354 454/535 454/530 538/530
    432/454 552/554 5.3.4/5.2.3 5.7.9/5.7.8 5.7.26/5.7.1 PLAIN/LOGIN XOAUTH2/OAUTHBEARER
    STARTTLS/REQUIRETLS STARTTLS/AUTH EHLO/HELO DATA/BDAT 8BITMIME/SMTPUTF8 CRAM-MD5/SCRAM-SHA-256
    vendor.microsoft.5.4.1/vendor.microsoft.5.1.10
"""


@pytest.mark.parametrize("confused", LIST.split())
def test_pairs_that_people_confuse_have_advice(confused: str) -> None:
    a, b = confused.split("/")
    pair = compared(a, b).pair
    assert pair is not None
    assert pair == compared(b, a).pair
    assert pair.description
    assert pair.rfc


def test_all_advice_is_full() -> None:
    pairs = load_catalogue().pairs()
    assert len(pairs) >= 40
    assert len({frozenset(pair.codes) for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert len(pair.key_differences) >= 3, pair.id
        assert len(pair.when_to_use) >= 2, pair.id
    best = compared(354, 503).pair
    assert best is not None
    sizes = [len(each.key_differences) + len(each.when_to_use) for each in pairs]
    assert len(best.key_differences) + len(best.when_to_use) == max(sizes)


def test_the_class_that_was_asked_for_counts() -> None:
    result = compared("5.2.2", "4.2.2")
    assert (result.a.code, result.b.code) == ("5.2.2", "4.2.2")
    differences = {each.aspect: (each.left, each.right) for each in result.differences}
    assert differences == {
        "class": (("class.5",), ("class.4",)),
        "permanent": (("yes",), ("no",)),
    }


def test_an_enhanced_code_against_a_reply_code() -> None:
    differences = {
        each.aspect: (each.left, each.right) for each in compared("5.1.1", 550).differences
    }
    assert differences["scope"] == (("enhanced",), ("code",))
    assert "class" not in differences
    assert differences["second-digit"] == ((), ("digit.5",))


def test_keywords_have_no_class_but_a_standing() -> None:
    result = compared("STARTTLS", "XCLIENT")
    differences = {each.aspect: (each.left, each.right) for each in result.differences}
    assert differences["standard"] == (("yes",), ("no",))
    assert {"class", "second-digit", "scope"} <= set(result.same)
    assert compared("8BITMIME", "SIZE").same.count("class") == 1
    assert ("scope", ("extension",), ("mechanism",)) in [
        (each.aspect, each.left, each.right) for each in compared("AUTH", "PLAIN").differences
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("550 5.7.1", "5.7.1"),
        ("5.7.99", "X.7"),
        ("599", "5xx"),
        ("5.7.606", "5.7.606-649"),
        ("vendor.google.5.7.9", "5.7.9"),
        ("auth login", "LOGIN"),
    ],
)
def test_what_people_write_can_be_compared(asked: str, found: str) -> None:
    result = compared(asked, "354")
    assert result.a.code == found
    assert result.asked == (asked, "354")
