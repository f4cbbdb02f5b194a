"""Explaining pasted text, and the reference of codes: searching, reading, comparing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_gui.controller import CodeQuestion, Controller
from mailoscope_gui.reference.code_index import make_index, search
from mailoscope_gui.reference.code_link import CodeLink
from mailoscope_gui.reference.explain_page import ExplainPage
from mailoscope_gui.reference.finding_card import FindingCard
from mailoscope_gui.reference.reference_page import ReferencePage
from mailoscope_gui.services import Services
from tests.gui.pages_kit import settle

PASTED = "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed')"


def texts_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def explaining(qtbot: QtBot, services: Services, controller: Controller) -> ExplainPage:
    page = ExplainPage(services, controller)
    qtbot.addWidget(page)
    page.show()
    return page


def cards(page: ExplainPage) -> list[FindingCard]:
    body = page.area.widget()
    return body.findChildren(FindingCard) if body is not None else []


def test_typed_text_is_explained_after_a_pause(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    qtbot.keyClicks(page.edit, PASTED)
    qtbot.waitUntil(lambda: len(cards(page)) > 0, timeout=15_000)
    first = cards(page)[0]
    assert first.objectName() == "finding-rule.auth-failed"
    said = texts_in(first)
    for caption in ("Reported at", "Caused at", "Who must act", "What to do", "What does not help"):
        assert caption in said


def test_the_codes_of_a_finding_lead_to_the_reference(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    controller.explain_text(PASTED)
    qtbot.waitUntil(lambda: len(cards(page)) > 0, timeout=15_000)
    links = {link.code: link for link in cards(page)[0].findChildren(CodeLink)}
    assert set(links) == {"535", "5.7.8"}
    with qtbot.waitSignal(controller.code_wanted) as asked:
        qtbot.mouseClick(links["535"], Qt.MouseButton.LeftButton)
    assert asked.args == [CodeQuestion(record="535")]
    with qtbot.waitSignal(controller.code_wanted) as asked:
        qtbot.keyClick(links["5.7.8"], Qt.Key.Key_Space)
    assert asked.args == [CodeQuestion(record="5.7.8")]


def test_text_without_a_meaning_says_what_to_paste(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    page.explain("the quick brown fox")
    settle(qtbot, services)
    assert cards(page) == []
    assert page.status.text() == "Nothing in this text is known"
    page.clear.click()
    qtbot.waitUntil(lambda: page.status.text() == "The explanation appears here")
    assert page.trees.isHidden()


def test_text_without_a_meaning_leads_to_the_decision_trees(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    assert page.trees.isHidden()
    page.explain("the quick brown fox")
    settle(qtbot, services)
    with qtbot.waitSignal(controller.page_wanted) as wanted:
        page.trees.click()
    assert wanted.args == ["trees"]
    page.explain(PASTED)
    settle(qtbot, services)
    assert page.trees.isHidden()


def test_the_clipboard_is_pasted_with_a_button(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    QGuiApplication.clipboard().setText(PASTED)
    page.paste.click()
    settle(qtbot, services)
    assert page.edit.toPlainText() == PASTED
    assert len(cards(page)) > 0


def test_server_text_is_never_mark_up(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    page.explain("550 5.1.1 <b>nobody</b>@x.example: <img src='file:///etc/passwd'> unknown")
    settle(qtbot, services)
    assert len(cards(page)) > 0
    for label in page.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText


def test_findings_are_worded_anew_in_another_language(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = explaining(qtbot, services, controller)
    page.explain(PASTED)
    settle(qtbot, services)
    services.language.use("hi")
    settle(qtbot, services)
    assert services.language.gettext("Reported at") in texts_in(cards(page)[0])
    assert page.edit.toPlainText() == PASTED


# --- the reference ----------------------------------------------------------------------------


def reading(qtbot: QtBot, services: Services, controller: Controller) -> ReferencePage:
    page = ReferencePage(services, controller)
    qtbot.addWidget(page)
    page.show()
    settle(qtbot, services)
    return page


def shows(qtbot: QtBot, page: ReferencePage, record_id: str) -> None:
    """Wait until a record is shown beside the list."""

    def there() -> bool:
        record = page.record.record
        return (
            record is not None
            and record.id == record_id
            and page.views.currentWidget() is page.record
        )

    qtbot.waitUntil(there, timeout=15_000)


def shown_codes(page: ReferencePage) -> list[str]:
    return [each.code for each in page.codes.model.codes]


def test_searching_by_a_code_shows_it(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    qtbot.keyClicks(page.codes.search, "503")
    shows(qtbot, page, "code.503")
    assert shown_codes(page)[0] == "503"
    said = texts_in(page.record)
    assert "When you see it" in said
    assert "How to fix it" in said
    assert "RFC 5321" in said


def test_searching_by_words_and_with_the_arrows(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    qtbot.keyClicks(page.codes.search, "mailbox")
    settle(qtbot, services)
    found = shown_codes(page)
    assert "550" in found
    assert len(found) < len(load_catalogue().records())
    qtbot.keyClick(page.codes.search, Qt.Key.Key_Down)
    assert page.codes.table.currentIndex().row() == 1
    shows(qtbot, page, page.codes.model.codes[1].record.id)


def test_filters_narrow_the_list(qtbot: QtBot, services: Services, controller: Controller) -> None:
    page = reading(qtbot, services, controller)
    class_box = page.findChild(QComboBox, "class-filter")
    assert class_box is not None
    class_box.setCurrentIndex(class_box.findData("3"))
    assert {"334", "354"} <= set(shown_codes(page))
    assert all(code[0].upper() in "3X" for code in shown_codes(page))
    step_box = page.findChild(QComboBox, "step-filter")
    assert step_box is not None
    step_box.setCurrentIndex(step_box.findData("data"))
    assert "354" in shown_codes(page)
    assert "334" not in shown_codes(page)


def test_a_code_can_be_searched_in_hindi() -> None:
    catalogue = load_catalogue()
    texts = Texts("hi")
    index = make_index(catalogue, texts)
    translated = [each for each in index if each.name != each.record.name]
    for each in translated[:40]:
        assert each in search(index, each.name)


def test_354_and_503_side_by_side(qtbot: QtBot, services: Services, controller: Controller) -> None:
    page = reading(qtbot, services, controller)
    page.compare(354, 503)
    settle(qtbot, services)
    assert page.views.currentWidget() is page.comparison
    said = texts_in(page.comparison)
    pair = next(p for p in services.catalogue.pairs() if set(p.codes) == {"354", "503"})
    for sentence in (*pair.when_to_use, *pair.key_differences, pair.description):
        assert sentence in said
    for code in ("354", "503"):
        record = services.catalogue.record(code)
        assert record is not None
        assert record.name in said
        assert record.description in said


def test_back_leads_to_what_was_shown_before(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    back = page.findChild(QPushButton, "back")
    assert back is not None
    page.show_code(503)
    settle(qtbot, services)
    assert not back.isEnabled()
    page.compare(354, 503)
    settle(qtbot, services)
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    settle(qtbot, services)
    assert page.views.currentWidget() is page.record
    record = services.catalogue.record(503)
    assert record is not None
    assert record.name in texts_in(page.record)
    assert not back.isEnabled()


def test_another_code_is_typed_to_compare_with(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    page.show_code(450)
    settle(qtbot, services)
    qtbot.keyClicks(page.bar.other, "550")
    qtbot.keyClick(page.bar.other, Qt.Key.Key_Return)
    settle(qtbot, services)
    assert page.views.currentWidget() is page.comparison
    assert "How they differ" in texts_in(page.comparison)


def test_comparing_with_nonsense_is_refused_and_nothing_is_lost(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    page.show_code(450)
    settle(qtbot, services)
    with qtbot.waitSignal(controller.troubled):
        page.compare(450, "999")
    assert page.views.currentWidget() is page.record
    page.compare(450, 550)
    settle(qtbot, services)
    assert page.views.currentWidget() is page.comparison


def test_a_code_that_nobody_defines_is_said_to_be_unknown(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    page.show_code(999)
    settle(qtbot, services)
    assert "999" in texts_in(page.record)
    assert "Nothing is known" in texts_in(page.record)


def test_an_enhanced_code_shows_the_groups_it_belongs_to(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = reading(qtbot, services, controller)
    page.show_code(550, "5.1.1")
    settle(qtbot, services)
    links = {link.code for link in page.record.findChildren(CodeLink)}
    assert "5xx" in links


def test_a_comparison_shows_what_extensions_add_to_commands(
    qtbot: QtBot, services: Services, controller: Controller
) -> None:
    page = ReferencePage(services, controller)
    qtbot.addWidget(page)
    page.compare("DSN", "SIZE")
    settle(qtbot, services)
    said = texts_in(page.comparison)
    assert "What it adds to commands" in said
    assert "NOTIFY=" in said
    assert "SIZE=" in said
