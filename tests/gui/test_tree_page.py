"""Decision trees in the window: every leaf is reached, by mouse and by keyboard, and leads on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.trees import Leaf, Node, Tree, Walk, load_trees
from mailoscope_core.storage.profile import IpFamily, Profile
from mailoscope_gui.controller import CodeQuestion, Controller
from mailoscope_gui.reference.code_link import CodeLink
from mailoscope_gui.reference.finding_card import FindingCard
from mailoscope_gui.reference.tree_page import TreePage
from mailoscope_gui.reference.tree_rows import ChoiceRow, GivenRow
from mailoscope_gui.services import Services
from mailoscope_gui.theme import Theme
from tests.gui.pages_kit import StillLauncher, make_controller, settle
from tests.gui.person import Person

TREES = load_trees()
LOG_IN = TREES["cannot-log-in"]


@pytest.fixture
def desk(services: Services) -> tuple[Controller, StillLauncher]:
    return make_controller(services)


@pytest.fixture
def page(qtbot: QtBot, services: Services, desk: tuple[Controller, StillLauncher]) -> TreePage:
    made = TreePage(services, desk[0])
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    settle(qtbot, services)
    return made


def said(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def button(page: TreePage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def walks(walk: Walk) -> Iterator[Walk]:
    place = walk.current
    if isinstance(place, Leaf):
        yield walk
        return
    for number in range(1, len(place.choice) + 1):
        yield from walks(walk.choose(number))


def test_the_list_offers_every_tree(page: TreePage) -> None:
    assert [row.words for row in page.choices] == [tree.content.title for tree in TREES]
    assert page.walk is None
    assert not page.back_button.isVisible()


@pytest.mark.parametrize("tree", list(TREES), ids=lambda tree: tree.id)
def test_every_leaf_is_reached_by_pressing_answers(
    qtbot: QtBot, page: TreePage, tree: Tree
) -> None:
    reached = set()
    for walk in {walk.current.id: walk for walk in walks(Walk(tree))}.values():
        with qtbot.waitSignal(page.moved):
            page.show_list()
        row = page.findChild(ChoiceRow, f"tree-{tree.id}")
        assert row is not None
        row.click()
        for answer in walk.answers:
            with qtbot.waitSignal(page.moved):
                page.choices[answer.number - 1].click()
        leaf = walk.current
        assert isinstance(leaf, Leaf)
        assert page.walk is not None
        assert (page.walk.tree.id, page.walk.path) == (tree.id, walk.path)
        assert page.leaf is not None
        assert page.leaf.objectName() == f"leaf-{leaf.id}"
        assert len(page.given) == len(walk.answers)
        words = said(page.leaf)
        assert "Who must act" in words
        if leaf.kind == "experiment":
            assert leaf.title in words
            assert "What it shows" in words
            assert page.leaf.findChild(QPushButton, "try-it") is not None
        else:
            assert page.leaf.findChild(FindingCard) is not None
            assert "What to do" in words
            assert leaf.rule in words
        assert [link.code for link in page.leaf.findChildren(CodeLink)] == list(leaf.see)
        assert bool(page.leaf.findChild(QPushButton, "practise-this")) is bool(leaf.scenario)
        for label in page.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText
        reached.add(leaf.id)
    assert reached == {leaf.id for leaf in tree.leaves}


def test_walking_with_the_keyboard_alone(qtbot: QtBot, page: TreePage) -> None:
    def press(key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, key, how)

    page.activateWindow()
    qtbot.waitUntil(lambda: page.choices[0].hasFocus())
    press(Qt.Key.Key_3)
    assert page.walk is not None
    assert page.walk.tree.id == "cannot-log-in"
    assert page.choices[0].hasFocus()
    assert page.choices[0].accessibleDescription() == "What does the server answer to the log-in?"
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Space)
    assert page.walk.path == (1, 3)
    press(Qt.Key.Key_9)
    assert page.walk.path == (1, 3), "there is no answer 9"
    press(Qt.Key.Key_1)
    assert page.walk.done
    press(Qt.Key.Key_Backspace)
    assert page.walk.path == (1, 3)
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    press(Qt.Key.Key_Backspace)
    assert page.walk.path == ()
    press(Qt.Key.Key_Backspace)
    assert page.walk is None


def test_the_way_back_by_buttons_and_by_an_answer_given(qtbot: QtBot, page: TreePage) -> None:
    page.open_tree(LOG_IN)
    for number in (1, 3, 3):
        page.pick(number)
    assert [row.words for row in page.given] == [
        "535",
        "5.7.8, or words about user name and password",
        "Yes, without a second step",
    ]
    qtbot.mouseClick(page.given[1], Qt.MouseButton.LeftButton)
    assert page.walk is not None
    assert page.walk.path == (1,)
    qtbot.mouseClick(page.back_button, Qt.MouseButton.LeftButton)
    assert page.walk.path == ()
    qtbot.mouseClick(page.list_button, Qt.MouseButton.LeftButton)
    assert page.walk is None
    assert len(page.choices) == len(TREES.all)


def test_an_experiment_needs_settings_first(
    qtbot: QtBot, page: TreePage, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, launcher = desk
    page.open_tree(TREES["cannot-connect"])
    page.pick(4)
    with qtbot.waitSignal(controller.page_wanted) as wanted:
        button(page, "try-it").click()
    assert wanted.args == ["start"]
    assert launcher.requests == []
    assert page.walk is not None
    assert page.walk.done, "the way to this place is kept"


def test_an_experiment_begins_a_session_with_one_thing_changed(
    qtbot: QtBot, page: TreePage, desk: tuple[Controller, StillLauncher]
) -> None:
    controller, launcher = desk
    page.open_tree(TREES["cannot-connect"])
    page.pick(4)
    profile = Profile(name="Work & more", host="mail.example.org")
    controller.use_profile(profile)
    assert page.leaf is not None
    assert "“Work & more”" in said(page.leaf)
    button(page, "try-it").click()
    made = launcher.requests[-1].profile
    assert made.family is IpFamily.V4
    assert (made.host, made.port, made.tls) == (profile.host, profile.port, profile.tls)


def test_codes_lead_to_the_reference(
    qtbot: QtBot, page: TreePage, desk: tuple[Controller, StillLauncher]
) -> None:
    controller = desk[0]
    page.open_tree(LOG_IN)
    for number in (1, 3, 1):
        page.pick(number)
    assert page.leaf is not None
    links = {link.code: link for link in page.leaf.findChildren(CodeLink)}
    with qtbot.waitSignal(controller.code_wanted) as asked:
        qtbot.mouseClick(links["535"], Qt.MouseButton.LeftButton)
    assert asked.args == [CodeQuestion(record="535")]
    with qtbot.waitSignal(controller.code_wanted) as asked:
        qtbot.mouseClick(links["5.7.8"], Qt.MouseButton.LeftButton)
    assert asked.args == [CodeQuestion(record="5.7.8")]


def test_pasting_is_offered_beside_the_trees(
    qtbot: QtBot, page: TreePage, desk: tuple[Controller, StillLauncher]
) -> None:
    with qtbot.waitSignal(desk[0].page_wanted) as wanted:
        button(page, "tree-explain").click()
    assert wanted.args == ["explain"]


def test_another_language_keeps_the_way(qtbot: QtBot, page: TreePage, services: Services) -> None:
    page.open_tree(LOG_IN)
    page.pick(1)
    english = [row.words for row in page.choices]
    services.language.use("hi")
    assert page.walk is not None
    assert page.walk.path == (1,)
    question = page.findChild(QLabel, "tree-question")
    place = page.walk.current
    assert isinstance(place, Node)
    assert question is not None
    assert question.text() != place.question
    assert [row.words for row in page.choices] != english
    assert page.given[0].words == "535"


def test_long_answers_wrap_and_short_ones_keep_their_height(qtbot: QtBot, page: TreePage) -> None:
    theme = Theme("light")
    long = ChoiceRow(theme, "1", "words " * 40)
    short = ChoiceRow(theme, "2", "No")
    qtbot.addWidget(long)
    qtbot.addWidget(short)
    assert long.heightForWidth(300) > long.heightForWidth(900) > short.heightForWidth(300)
    assert short.heightForWidth(300) == short.heightForWidth(900)


def test_rows_show_focus_and_mouse(qtbot: QtBot, page: TreePage) -> None:
    theme = Theme("light")
    rows = (
        ChoiceRow(theme, "1", "An answer & more", "with a sentence"),
        GivenRow(theme, "A question?", "An answer"),
    )
    for row in rows:
        qtbot.addWidget(row)
        row.resize(300, 60)
        calm = row.grab().toImage()
        row.setDown(True)
        assert row.grab().toImage() != calm
        row.setDown(False)
        assert row.grab().toImage() == calm
        at = QPointF(1, 1)
        QApplication.sendEvent(row, QEnterEvent(at, at, at))
        QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
        assert row.grab().toImage() == calm
    assert rows[0].accessibleName() == "1. An answer & more"
    assert rows[1].accessibleName() == "A question? An answer"


def test_the_window_leads_there_from_menu_and_start_page(person: Person) -> None:
    window = person.application.window
    person.press("page-trees")
    assert window.pages.shown == "trees"
    page = window.pages.page("trees")
    assert isinstance(page, TreePage)
    person.wait(lambda: len(page.choices) == len(TREES.all))
    window.controller.show_page("start")
    person.click(window.start_page.explain.steps)
    assert window.pages.shown == "trees"


def test_practice_from_a_leaf(person: Person) -> None:
    window = person.application.window
    person.press("page-trees")
    page = window.pages.page("trees")
    assert isinstance(page, TreePage)
    person.wait(lambda: len(page.choices) == len(TREES.all))
    page.open_tree(LOG_IN)
    for number in (1, 3, 1):
        page.pick(number)
    person.click(button(page, "practise-this"))
    person.wait(lambda: window.pages.shown == "session")
    session = window.controller.session
    assert session is not None
    assert session.request is not None
    assert session.request.profile.scenario == "auth-rejected"


def test_what_is_not_translated_is_marked(
    page: TreePage, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    remark = "इसके कुछ भागों का अनुवाद अभी नहीं हुआ है।"
    services.language.use("hi")
    page.open_tree(LOG_IN)
    assert remark not in said(page)
    monkeypatch.setattr(Texts, "has_record", lambda *_arguments: False)
    page.open_tree(LOG_IN)
    assert remark in said(page)
    page.show_list()
    assert all("अंग्रेज़ी में" in row.detail for row in page.choices)
