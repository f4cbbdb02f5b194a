"""From any reply one click to its record, and back to where one was; two replies side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTableView

from mailoscope_core.record.events import ReplyReceived
from mailoscope_gui.models import findings_model, ladder_model, transcript_model
from mailoscope_gui.panels.transcript_panel import leading_code
from mailoscope_gui.reference.code_link import CodeLink
from mailoscope_gui.reference.reference_page import ReferencePage
from tests.gui.person import Person


@pytest.fixture
def refused(person: Person) -> Person:
    """Somebody whose log-in has been refused, at the step that was refused."""
    person.practise("auth-rejected")
    person.press("run")
    person.wait_for_stop("trouble", "end")
    return person


def reference(person: Person) -> ReferencePage:
    page = person.application.window.pages.page("reference")
    assert isinstance(page, ReferencePage)
    return page


def shown(person: Person) -> str:
    return person.application.window.pages.shown


def wait_for_record(person: Person, record_id: str) -> None:
    page = reference(person)

    def there() -> bool:
        record = page.record.record
        return (
            shown(person) == "reference"
            and record is not None
            and record.id == record_id
            and page.views.currentWidget() is page.record
        )

    person.wait(there)


def go_back(person: Person) -> None:
    back = reference(person).findChild(QPushButton, "back")
    assert back is not None
    person.click(back)


def replies(person: Person) -> list[int]:
    return [e.seq for e in person.session.entries[:] if isinstance(e.event, ReplyReceived)]


def click_at(person: Person, table: QTableView, row: int, column: int, x: int) -> None:
    rect = table.visualRect(table.model().index(row, column))
    at = QPoint(rect.left() + x, rect.center().y())
    person.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_the_chip_of_a_step_opens_its_record_and_back_returns_to_the_step(refused: Person) -> None:
    model = refused.application.controller.view.ladder
    row = model.row_of("auth")
    assert row is not None
    click_at(refused, refused.page.ladder.table, row, ladder_model.REPLY, 20)
    wait_for_record(refused, "enhanced.7.8")
    selection = refused.application.controller.selection
    chosen = (selection.seq, selection.step)
    assert chosen[1] == "auth"
    go_back(refused)
    assert shown(refused) == "session"
    assert (selection.seq, selection.step) == chosen
    rung = refused.page.ladder.chosen_rung
    assert rung is not None
    assert rung.step == "auth"


def test_beside_the_chip_a_click_only_chooses_the_step(refused: Person) -> None:
    model = refused.application.controller.view.ladder
    row = model.row_of("auth")
    assert row is not None
    table = refused.page.ladder.table
    click_at(refused, table, row, ladder_model.REPLY, table.columnWidth(ladder_model.REPLY) - 8)
    assert shown(refused) == "session"
    assert refused.application.controller.selection.step == "auth"


def test_the_code_of_a_transcript_line_opens_its_record(refused: Person) -> None:
    panel = refused.page.transcript
    model = refused.application.controller.view.transcript
    rows = [row for row in range(model.rowCount()) if leading_code(model.row_at(row))]
    row = next(row for row in rows if model.row_at(row).text.startswith("535"))
    panel.table.scrollTo(model.index(row, 0))
    click_at(refused, panel.table, row, transcript_model.TEXT, 6)
    wait_for_record(refused, "enhanced.7.8")
    go_back(refused)
    assert shown(refused) == "session"
    selected = panel.table.selectionModel().selectedRows()
    assert [index.row() for index in selected] == [row]


def test_the_codes_of_the_explanation_are_links(refused: Person) -> None:
    selection = refused.application.controller.selection
    assert selection.following
    links = {link.code: link for link in refused.page.inspector.findChildren(CodeLink)}
    assert set(links) == {"535", "5.7.8"}
    refused.click(links["535"])
    wait_for_record(refused, "code.535")
    assert reference(refused).bar.back.text().replace("&", "") == "Back to the session"
    go_back(refused)
    assert shown(refused) == "session"
    assert selection.following


def test_the_code_of_a_finding_opens_its_record(refused: Person) -> None:
    panel = refused.page.findings
    refused.page.tabs.setCurrentWidget(panel)
    refused.wait(lambda: panel.model.rowCount() > 0)
    rows = range(panel.model.rowCount())
    row = next(row for row in rows if panel.model.finding(row).code == 535)
    click_at(refused, panel.table, row, findings_model.CODE, 10)
    wait_for_record(refused, "enhanced.7.8")
    go_back(refused)
    assert shown(refused) == "session"
    assert refused.page.tabs.currentWidget() is panel


def test_a_keyword_of_the_server_is_looked_up(refused: Person) -> None:
    panel = refused.page.capabilities
    refused.page.tabs.setCurrentWidget(panel)
    refused.wait(lambda: panel.model.rowCount() > 0)
    click_at(refused, panel.table, 0, 0, 6)
    assert shown(refused) == "reference"
    refused.wait_for_all()
    said = [label.text() for label in reference(refused).record.findChildren(QLabel)]
    assert any(panel.model.keyword(0) in text for text in said)
    go_back(refused)
    assert shown(refused) == "session"


def test_the_explained_reply_is_looked_up_with_a_key(refused: Person) -> None:
    refused.press("look-up")
    wait_for_record(refused, "enhanced.7.8")


def test_the_way_back_passes_each_page_once(refused: Person) -> None:
    controller = refused.application.controller
    controller.ask_code(535)
    wait_for_record(refused, "code.535")
    reference(refused).show_record("code.534")
    wait_for_record(refused, "code.534")
    go_back(refused)
    wait_for_record(refused, "code.535")
    go_back(refused)
    assert shown(refused) == "session"
    controller.ask_code(250)
    wait_for_record(refused, "code.250")
    go_back(refused)
    assert shown(refused) == "session"
    refused.press("page-explain")
    controller.ask_code(354)
    wait_for_record(refused, "code.354")
    assert reference(refused).bar.back.text().replace("&", "") == "Back to the explanation"
    go_back(refused)
    assert shown(refused) == "explain"


def test_two_replies_are_marked_and_compared(refused: Person) -> None:
    controller = refused.application.controller
    first, last = replies(refused)[0], replies(refused)[-1]
    strip = refused.page.inspector.marked
    assert not strip.isVisible()
    assert not refused.enabled("compare-marked")
    controller.selection.choose(last, None)
    refused.press("mark")
    assert strip.isVisible()
    assert "535" in strip.text.text()
    assert not strip.compare.isEnabled()
    controller.selection.choose(first, None)
    assert refused.enabled("compare-marked")
    refused.click(strip.compare)
    page = reference(refused)
    refused.wait(lambda: page.views.currentWidget() is page.events)
    said = "\n".join(label.text() for label in page.events.findChildren(QLabel))
    assert said.index("220 ") < said.index("535 5.7.8")
    assert "AUTH PLAIN ********" in said
    assert "What was different" in said
    assert "TLSv1.3" in said
    assert "What the two codes mean" in said
    go_back(refused)
    assert shown(refused) == "session"
    assert controller.selection.seq == first
    assert controller.selection.marked == last


def test_the_same_entries_of_another_session_are_another_comparison(refused: Person) -> None:
    page = reference(refused)
    first, second = replies(refused)[:2]

    def compare() -> str:
        refused.application.controller.selection.mark(first)
        refused.application.controller.selection.choose(second, None)
        refused.application.controller.compare_with_marked()
        refused.wait(lambda: page.views.currentWidget() is page.events)
        refused.wait_for_background()
        return "\n".join(label.text() for label in page.events.findChildren(QLabel))

    before = compare()
    refused.practise("auth-rejected")
    refused.press("run")
    refused.wait_for_stop("confirmation")  # the refused secret is not sent again unasked
    assert replies(refused)[:2] == [first, second]
    assert compare() != before


def test_a_mark_is_forgotten_by_its_button_and_with_its_session(refused: Person) -> None:
    controller = refused.application.controller
    refused.press("mark")
    strip = refused.page.inspector.marked
    refused.qtbot.mouseClick(strip.forget, Qt.MouseButton.LeftButton)
    assert controller.selection.marked is None
    assert not strip.isVisible()
    refused.press("mark")
    refused.practise("submission")
    assert controller.selection.marked is None


def test_server_text_beside_a_reply_is_never_mark_up(refused: Person) -> None:
    controller = refused.application.controller
    controller.selection.mark(replies(refused)[0])
    controller.compare_with_marked()
    page = reference(refused)
    refused.wait(lambda: page.views.currentWidget() is page.events)
    labels = page.events.findChildren(QLabel)
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)


def test_two_codes_are_named_and_compared(person: Person) -> None:
    person.press("compare-codes")
    page = reference(person)
    person.wait_for_background()
    bar = page.bar
    assert bar.first.isVisible()
    person.type_into(bar.first, "450")
    person.qtbot.keyClick(bar.first, Qt.Key.Key_Return)
    assert page.views.currentWidget() is page.record
    person.type_into(bar.other, "550")
    person.qtbot.keyClick(bar.other, Qt.Key.Key_Return)
    person.wait(lambda: page.views.currentWidget() is page.comparison)
    heads = bar.first.text()[:3], bar.other.text()[:3]
    assert heads == ("450", "550")
    person.qtbot.mouseClick(bar.swap, Qt.MouseButton.LeftButton)
    person.wait(lambda: bar.first.text().startswith("550"))
    person.wait(lambda: bar.other.text().startswith("450"))
    assert not page.codes.isVisible()


def test_find_leads_to_the_search_field_of_the_reference(person: Person) -> None:
    person.press("find")
    assert shown(person) == "reference"
    person.wait(lambda: reference(person).codes.search.hasFocus())
