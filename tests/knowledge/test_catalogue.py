"""Codes are looked up with an honest fall-back, file by file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailoscope_core.knowledge.catalogue import Catalogue, load_catalogue

RFC_CODES = tuple(
    str(code)
    for codes in (
        (211, 214, 220, 221, 235, 250, 251, 252, 253, 334, 354, 421, 432, 450, 451, 452, 453),
        (454, 455, 458, 459, 500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552),
        (553, 554, 555, 556),
    )
    for code in codes
)
REGISTERED = {0: 1, 1: 11, 2: 5, 3: 7, 4: 8, 5: 7, 6: 11, 7: 31}


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.mark.parametrize("code", RFC_CODES)
def test_every_code_of_the_rfcs_has_a_record(catalogue: Catalogue, code: str) -> None:
    record = catalogue.record(code)
    assert record is not None
    assert record.standard
    assert record.code == code
    assert record.when_seen
    assert record.how_to_fix


def test_all_registered_enhanced_codes_have_a_record(catalogue: Catalogue) -> None:
    for subject, count in REGISTERED.items():
        for detail in range(count):
            assert catalogue.enhanced(f"5.{subject}.{detail}") is not None, (subject, detail)
    assert catalogue.enhanced("5.7.31") is None
    enhanced = [record for record in catalogue.records() if record.scope == "enhanced"]
    assert sum(record.standard for record in enhanced) == 81
    assert [record.code for record in enhanced if not record.standard] == ["X.4.8"]


@pytest.mark.parametrize(
    ("code", "enhanced", "vendor", "level", "ids"),
    [
        (550, "5.7.1", None, "enhanced", ["enhanced.7.1", "subject.7", "code.550", "class.5"]),
        (550, "5.7.99", None, "subject", ["subject.7", "code.550", "class.5"]),
        (550, None, None, "code", ["code.550", "class.5"]),
        (577, "5.9.9", None, "class", ["class.5"]),
        (None, "4.2.2", None, "enhanced", ["enhanced.2.2", "subject.2", "class.4"]),
        (534, "5.7.9", "google", "vendor", ["vendor.google.5.7.9", "enhanced.7.9", "subject.7"]),
        (534, "5.7.9", "postfix", "enhanced", ["enhanced.7.9", "subject.7", "code.534"]),
        (554, "5.7.9", "yahoo", "vendor", ["vendor.yahoo.5.7.9", "enhanced.7.9"]),
        (550, "5.7.620", "microsoft", "vendor", ["vendor.microsoft.5.7.606-649", "subject.7"]),
        (550, "5.7.650", "microsoft", "subject", ["subject.7", "code.550"]),
        (432, "4.3.2", "microsoft", "vendor", ["vendor.microsoft.432-4.3.2", "enhanced.3.2"]),
        (421, "4.3.2", "microsoft", "enhanced", ["enhanced.3.2", "subject.3", "code.421"]),
        (552, "5.7.0", "google", "vendor", ["vendor.google.552-5.7.0", "enhanced.7.0"]),
        (552, "5.3.4", "google", "enhanced", ["enhanced.3.4", "subject.3", "code.552"]),
        (521, None, "postfix", "vendor", ["vendor.postfix.521", "code.521", "class.5"]),
        (521, "5.7.1", "postfix", "vendor", ["vendor.postfix.521", "enhanced.7.1"]),
        (250, "2.0.0", None, "code", ["code.250", "enhanced.0.0"]),
        (999, None, None, "unknown", []),
    ],
)
def test_the_most_specific_record_answers(
    catalogue: Catalogue,
    code: int | None,
    enhanced: str | None,
    vendor: str | None,
    level: str,
    ids: list[str],
) -> None:
    answer = catalogue.explain_code(code, enhanced, vendor)
    assert answer.level == level
    assert [record.id for record in answer.records][: len(ids)] == ids
    assert (answer.record is None) == (level == "unknown")


@pytest.mark.parametrize(
    ("asked", "level", "first"),
    [
        ("354", "code", "code.354"),
        ("550 5.1.1", "enhanced", "enhanced.1.1"),
        ("5.7.8", "enhanced", "enhanced.7.8"),
        ("X.7", "subject", "subject.7"),
        ("5xx", "class", "class.5"),
        ("x5x", "class", "digit.5"),
        ("STARTTLS", "extension", "extension.starttls"),
        ("starttls", "extension", "extension.starttls"),
        ("8BitMime", "extension", "extension.8bitmime"),
        ("AUTH", "extension", "extension.auth"),
        ("auth plain", "mechanism", "mechanism.plain"),
        ("AUTH  SCRAM-SHA-256", "mechanism", "mechanism.scram-sha-256"),
        ("login", "mechanism", "mechanism.login"),
        ("AUTH=LOGIN", "extension", "extension.auth=login"),
        ("SIZE=1000", "extension", "extension.size"),
        ("BODY=8BITMIME", "extension", "extension.8bitmime"),
        ("body=binarymime", "extension", "extension.binarymime"),
        ("NOTIFY=NEVER", "extension", "extension.dsn"),
        ("VRFY", "extension", "extension.vrfy"),
        ("ehlo", "verb", "verb.ehlo"),
        ("5.7.139", "vendor", "vendor.microsoft.5.7.139"),
        ("550 5.7.606", "vendor", "vendor.microsoft.5.7.606-649"),
        ("vendor.google.5.7.9", "vendor", "vendor.google.5.7.9"),
    ],
)
def test_codes_are_read_as_people_type_them(
    catalogue: Catalogue, asked: str, level: str, first: str
) -> None:
    answer = catalogue.explain_text(asked)
    assert (answer.level, answer.records[0].id) == (level, first)


@pytest.mark.parametrize(
    "asked",
    ["", "hello", "35", "3544", "5..7", "AUTH FROG", "=", "FROG=1", "vendor.", "code", "../x"],
)
def test_what_is_no_code_is_unknown(catalogue: Catalogue, asked: str) -> None:
    assert catalogue.explain_text(asked).level == "unknown"


@given(st.text(max_size=40) | st.from_regex(r"(vendor|code|digit|mechanism)\.[^\n]{0,9}"))
@example("vendor./../../x")
@example("code.\0")
@example("\u0663\u0665\u0664")
def test_no_text_raises(asked: str) -> None:
    catalogue = load_catalogue()
    assert catalogue.explain_text(asked).level
    catalogue.record(asked)


def test_vendors_that_mean_something_else_are_named(catalogue: Catalogue) -> None:
    answer = catalogue.explain_text("5.7.9")
    assert answer.level == "enhanced"
    assert {record.vendor for record in answer.elsewhere} == {"google", "yahoo"}
    assert catalogue.explain_text("5.7.9", "google").level == "vendor"
    assert catalogue.explain_text("5.7.9", "google").elsewhere == ()
    assert catalogue.explain_text("521").elsewhere[0].vendor == "postfix"
    assert catalogue.explain_text("354").elsewhere == ()


@pytest.mark.parametrize(
    ("code", "enhanced", "differ"),
    [(550, "4.7.1", True), (450, "5.1.1", True), (550, "5.7.1", False), (250, "2.0.0", False)],
)
def test_classes_that_do_not_agree_are_told(
    catalogue: Catalogue, code: int, enhanced: str, differ: bool
) -> None:
    answer = catalogue.explain_code(code, enhanced)
    assert answer.classes_differ is differ
    assert answer.records[-1].id == f"class.{code // 100}", "the reply code's class counts"


def test_only_the_file_that_is_needed_is_read(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "3xx.toml").write_text(
        '[[record]]\nid = "code.354"\ncode = "354"\nname = "n"\ndescription = "d"\n',
        encoding="utf-8",
    )
    (tmp_path / "codes" / "4xx.toml").write_text("broken [", encoding="utf-8")
    record = Catalogue(tmp_path).record(354)
    assert record is not None
    assert record.name == "n"


def test_the_seed_of_the_product_is_rich(catalogue: Catalogue) -> None:
    for code in ("354", "503"):
        record = catalogue.record(code)
        assert record is not None
        assert len(record.how_to_fix) >= 4
        assert len(record.notes) >= 3
        assert record.description.count(".") >= 2
