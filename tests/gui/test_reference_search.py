"""Searching the reference: what is found, that it shows why, and that nothing is out of reach."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.catalogue import Catalogue, load_catalogue
from mailoscope_core.knowledge.records import CodeRecord
from mailoscope_gui.controller import Controller
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_index import IndexedCode, kinds_of, make_index, search
from mailoscope_gui.reference.code_rows import CONTEXT_ROLE, code_width
from mailoscope_gui.reference.look_up import look_up
from mailoscope_gui.reference.reference_page import ReferencePage
from mailoscope_gui.services import Services
from tests.gui.pages_kit import settle


@pytest.fixture
def page(qtbot: QtBot, services: Services, controller: Controller) -> ReferencePage:
    page = ReferencePage(services, controller)
    qtbot.addWidget(page)
    page.resize(900, 640)
    page.show()
    settle(qtbot, services)
    return page


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def ids(found: tuple[IndexedCode, ...]) -> list[str]:
    return [each.record.id for each in found]


# --- what is found ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_record_is_found_by_its_code_and_by_its_name(
    catalogue: Catalogue, language: str
) -> None:
    texts = Texts(language)
    index = make_index(catalogue, texts)
    assert len(index) == len(catalogue.records())
    for record in catalogue.records():
        name = worded.field(texts, record, "name")
        assert record.id in ids(search(index, record.code)), record.id
        assert record.id in ids(search(index, name)), (record.id, name)


def test_english_words_are_found_in_a_hindi_window_and_hindi_words_in_an_english_one(
    catalogue: Catalogue,
) -> None:
    hindi = Texts("hi")
    translated = [
        record
        for record in catalogue.records()
        if worded.field(hindi, record, "name") != record.name
    ]
    assert len(translated) > 100
    for language in ("en", "hi"):
        index = make_index(catalogue, Texts(language))
        for record in translated[::7]:
            for name in (record.name, worded.field(hindi, record, "name")):
                assert record.id in ids(search(index, name)), (language, name)


def test_an_enhanced_code_finds_its_detail_and_what_providers_mean_by_it(
    catalogue: Catalogue,
) -> None:
    found = ids(search(make_index(catalogue, Texts()), "5.7.9"))
    assert found[0] == "enhanced.7.9"
    assert {"vendor.yahoo.5.7.9", "vendor.google.5.7.9"} <= set(found[:4])


def test_a_whole_reply_finds_both_of_its_codes(catalogue: Catalogue) -> None:
    found = ids(search(make_index(catalogue, Texts()), "550 5.7.1"))
    assert set(found[:2]) == {"code.550", "enhanced.7.1"}


def test_a_code_within_a_providers_span_is_found() -> None:
    span = CodeRecord(id="vendor.x.5.7.606-649", code="5.7.606-649", name="n", description="d")
    each = IndexedCode(span, "n", "X", ("5.7.606-649",), "5.7.606-649\nn", ("d",))
    assert ids(search((each,), "5.7.620")) == [span.id]
    assert search((each,), "5.7.650") == ()
    assert search((each,), "5.6.620") == ()


def test_the_filters_of_kind_class_and_step(catalogue: Catalogue) -> None:
    index = make_index(catalogue, Texts())
    kinds = kinds_of(index)
    assert kinds[:3] == ("code", "enhanced", "group")
    assert "vendor" in kinds
    assert sum(len(search(index, "", kind)) for kind in kinds) == len(index)
    assert all(each.record.vendor for each in search(index, "", "vendor"))
    fives = search(index, "", "code", "5")
    assert fives
    assert all(each.code.startswith("5") for each in fives)
    assert all("rcpt" in each.record.steps for each in search(index, "", "", "", "rcpt"))


def test_what_matched_is_shown_unless_code_or_name_show_it(catalogue: Catalogue) -> None:
    index = make_index(catalogue, Texts())
    by_id = {each.record.id: each for each in index}
    assert "greylisting" in by_id["code.450"].context(("greylisting",)).casefold()
    assert by_id["code.450"].context(("450",)) == ""
    for each in search(index, "greylisting"):
        shown = f"{each.title} {each.context(('greylisting',))}"
        assert "greylisting" in shown.casefold()


def test_a_search_of_a_large_catalogue_takes_no_time(catalogue: Catalogue) -> None:
    index = make_index(catalogue, Texts())
    many = index * (1 + 1000 // len(index))
    for text in ("5", "the mailbox", "पासवर्ड", "550 5.7.1"):
        spent = []
        for _ in range(3):
            begun = time.thread_time()
            search(many, text)
            spent.append(time.thread_time() - begun)
        assert min(spent) < 0.1, text


# --- the list -----------------------------------------------------------------------------------


def test_typing_narrows_counts_and_shows_the_sentence_found(
    qtbot: QtBot, page: ReferencePage
) -> None:
    total = len(page.codes.model.codes)
    qtbot.keyClicks(page.codes.search, "greylisting")
    shown = len(page.codes.model.codes)
    assert 0 < shown < total
    assert page.codes.count.text() == f"{shown} of {total} entries"
    contexts = [page.codes.model.index(row).data(CONTEXT_ROLE) for row in range(shown)]
    assert any("greylisting" in context.casefold() for context in contexts)
    spoken = page.codes.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert page.codes.model.codes[0].code in spoken


def test_the_keys_of_the_search_field(
    qtbot: QtBot, page: ReferencePage, services: Services
) -> None:
    search_field, table = page.codes.search, page.codes.table
    qtbot.keyClicks(search_field, "mailbox")
    assert table.currentIndex().row() == 0
    qtbot.keyClick(search_field, Qt.Key.Key_Down)
    qtbot.keyClick(search_field, Qt.Key.Key_Down)
    qtbot.keyClick(search_field, Qt.Key.Key_Up)
    assert table.currentIndex().row() == 1
    qtbot.keyClick(search_field, Qt.Key.Key_PageUp)
    assert table.currentIndex().row() == 0
    wanted = page.codes.model.codes[0].record.id
    with qtbot.waitSignal(page.codes.picked) as picked:
        qtbot.keyClick(search_field, Qt.Key.Key_Return)
    assert picked.args == [wanted]
    settle(qtbot, services)
    record = page.record.record
    assert record is not None
    assert record.id == wanted
    qtbot.keyClick(search_field, Qt.Key.Key_Escape)
    assert search_field.text() == ""
    assert len(page.codes.model.codes) == len(services.catalogue.records())


def test_typing_leaves_one_way_back_however_many_records_were_glanced_at(
    qtbot: QtBot, page: ReferencePage, services: Services
) -> None:
    page.show_record("code.354")
    settle(qtbot, services)

    def glance(text: str, record_id: str) -> None:
        page.codes.search.setText(text)
        qtbot.waitUntil(lambda: page.record.record is not None and shown() == record_id)

    def shown() -> str:
        record = page.record.record
        return record.id if record is not None else ""

    glance("503", "code.503")
    glance("550", "code.550")
    page.go_back()
    qtbot.waitUntil(lambda: shown() == "code.354")


def test_nothing_found_says_so_and_offers_a_way_out(
    qtbot: QtBot, page: ReferencePage, services: Services
) -> None:
    page.codes.kind_box.setCurrentIndex(page.codes.kind_box.findData("enhanced"))
    qtbot.keyClicks(page.codes.search, "qqqq")
    assert page.codes.empty.isVisible()
    assert "qqqq" in page.codes.empty.text()
    assert page.codes.empty.textFormat() is Qt.TextFormat.PlainText
    button = page.findChild(QPushButton, "clear-when-empty")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not page.codes.empty.isVisible()
    assert len(page.codes.model.codes) == len(services.catalogue.records())
    assert not page.codes.clear.isVisible()


def test_everything_has_a_name_for_those_who_cannot_see_it(page: ReferencePage) -> None:
    codes = page.codes
    for widget in (codes.search, codes.kind_box, codes.class_box, codes.step_box, codes.table):
        assert widget.accessibleName(), widget.objectName()
    for field in (page.bar.first, page.bar.other, page.bar.swap):
        assert field.accessibleName(), field.objectName()


def test_a_key_stroke_does_not_hold_the_window_up(
    qtbot: QtBot, page: ReferencePage, services: Services
) -> None:
    page.show_record("code.550")
    settle(qtbot, services)
    spent = []
    for text in ("5", "55", "550", "550 5", "550 5.7"):
        begun = time.thread_time()
        page.codes.search.setText(text)
        page.codes.table.viewport().repaint()
        spent.append(time.thread_time() - begun)
    assert sorted(spent)[len(spent) // 2] < 0.1, spent


# --- every record -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_record_opens_under_its_name(
    qtbot: QtBot, services: Services, controller: Controller, language: str
) -> None:
    services.language.use(language)
    page = ReferencePage(services, controller)
    qtbot.addWidget(page)
    texts = services.language.texts
    for record in services.catalogue.records():
        page.record.show_found(look_up(services.catalogue, record.id))
        name = page.record.findChild(QLabel, "record-name")
        assert name is not None
        assert name.text() == worded.field(texts, record, "name"), record.id
        assert page.record.record == record
    settle(qtbot, services)


def test_every_pair_is_one_link_away_from_both_of_its_codes(catalogue: Catalogue) -> None:
    assert len(catalogue.pairs()) > 20
    for pair in catalogue.pairs():
        one, two = (catalogue.record(code) for code in pair.codes)
        assert one is not None, pair.id
        assert two is not None, pair.id
        for record in (one, two):
            links = [{each.own, each.other} for each in look_up(catalogue, record.id).confused]
            assert set(pair.codes) in links, pair.id


def test_every_pair_is_shown_side_by_side(
    qtbot: QtBot, page: ReferencePage, services: Services
) -> None:
    from mailoscope_core.knowledge.compare import compare

    for pair in services.catalogue.pairs():
        page.comparison.show_comparison(compare(services.catalogue, *pair.codes))
        said = "\n".join(label.text() for label in page.comparison.findChildren(QLabel))
        for sentence in (pair.description, *pair.key_differences, *pair.when_to_use):
            assert sentence in said, pair.id


# --- what a record says -------------------------------------------------------------------------


def test_a_fall_back_names_what_is_not_known_and_which_level_answers(
    qtbot: QtBot, page: ReferencePage, services: Services, catalogue: Catalogue
) -> None:
    page.show_code(550, "5.7.77")
    settle(qtbot, services)
    label = page.record.findChild(QLabel, "fall-back")
    assert label is not None
    assert "5.7.77" in label.text()
    assert "X.7" in label.text()
    unknown = next(str(n) for n in range(599, 555, -1) if catalogue.record(n) is None)
    assert look_up(catalogue, unknown).unknown == unknown
    assert look_up(catalogue, "550 5.7.1").unknown == ""
    assert look_up(catalogue, "250 2.0.0").unknown == ""


def test_a_reply_whose_codes_contradict_each_other_says_so(
    qtbot: QtBot, page: ReferencePage, services: Services
) -> None:
    page.show_code(550, "4.7.1")
    settle(qtbot, services)
    assert page.record.findChild(QLabel, "classes-differ") is not None
    page.show_code(550, "5.7.1")
    settle(qtbot, services)
    qtbot.waitUntil(lambda: page.record.findChild(QLabel, "classes-differ") is None)


def test_a_providers_meaning_and_the_registered_one_lead_to_each_other(
    catalogue: Catalogue,
) -> None:
    registered = look_up(catalogue, "X.7.9")
    assert "vendor.yahoo.5.7.9" in [each.id for each in registered.vendors]
    own = look_up(catalogue, "vendor.yahoo.5.7.9")
    assert "enhanced.7.9" in [each.id for each in own.wider]
    assert "vendor.google.5.7.9" in [each.id for each in own.vendors]


def test_a_fact_that_was_seen_over_a_year_ago_says_so() -> None:
    import datetime

    today = datetime.date(2026, 11, 28)
    texts = Texts()
    assert "more than a year ago" not in worded.seen_on(texts, "2025-11-28", today)
    assert "more than a year ago" in worded.seen_on(texts, "2025-11-27", today)
    assert worded.seen_on(texts, "", today) == ""


def test_what_is_shown_in_english_for_want_of_words_is_marked_field_by_field(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    services.language.use("hi")
    texts = services.language.texts
    record = services.catalogue.record("550")
    assert record is not None
    known = vars(texts)["_knowledge"]
    catalogue = dict(known._catalog)
    del catalogue[f"code.550.how_to_fix.1\x04{record.how_to_fix[1]}"]
    known._catalog = catalogue
    assert worded.is_english(texts, record, "how_to_fix")
    assert not worded.is_english(texts, record, "when_seen")
    page = ReferencePage(services, controller)
    qtbot.addWidget(page)
    page.record.show_found(look_up(services.catalogue, "550"))
    said = [label.text() for label in page.record.findChildren(QLabel)]
    gettext = texts.gettext
    marked = worded.marked(texts, gettext("How to fix it"), english=True)
    assert marked in said
    assert marked != gettext("How to fix it")
    assert gettext("When you see it") in said
    settle(qtbot, services)


def test_a_class_holds_codes_and_no_keyword_that_looks_like_one(catalogue: Catalogue) -> None:
    index = make_index(catalogue, Texts())
    found = search(index, "", class_="5")
    assert {"code.550", "enhanced.7.1", "class.5", "digit.5"} <= set(ids(found))
    kinds = {each.kind for each in found}
    assert not kinds & {"extension", "mechanism", "verb"}
    assert any(each.code.startswith("X-") for each in index)


def test_the_longest_names_stand_whole_in_a_row_of_the_usual_width(
    page: ReferencePage, qtbot: QtBot
) -> None:
    qtbot.keyClicks(page.codes.search, "SCRAM-SHA-256-PLUS")
    table = page.codes.table
    bold = QFont(table.font())
    bold.setWeight(QFont.Weight.DemiBold)
    needed = QFontMetricsF(bold).horizontalAdvance("SCRAM-SHA-256-PLUS") + 12
    assert needed <= code_width("SCRAM-SHA-256-PLUS", bold, table.viewport().width() - 16.0)
