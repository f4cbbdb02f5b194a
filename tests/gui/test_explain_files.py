"""Files and pastes in the window: read off the GUI thread, without secrets, reproducible."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from mailoscope_gui.controller import Controller
from mailoscope_gui.drop_target import accept_drag, take_drop
from mailoscope_gui.reference.explain_page import ExplainPage
from mailoscope_gui.reference.finding_card import FindingCard
from mailoscope_gui.services import Services
from tests.gui.pages_kit import settle
from tests.knowledge.bounces import bounce

CANARY = "kT7-canary-Vq93"
PASTED = f"535 5.7.8 no, host: 'smtp.example.org', port: 465, pass: '{CANARY}'"


@pytest.fixture
def page(qtbot: QtBot, services: Services, controller: Controller) -> ExplainPage:
    shown = ExplainPage(services, controller)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def dropped(data: QMimeData) -> QDropEvent:
    event = QDropEvent(
        QPointF(QPoint(5, 5)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    return event


def test_a_bounce_dropped_on_the_window_is_explained(
    qtbot: QtBot, services: Services, controller: Controller, page: ExplainPage, tmp_path: Path
) -> None:
    path = tmp_path / "bounce.eml"
    path.write_bytes(bounce())
    data = files(path)
    drag, event = dropped(data), dropped(data)
    accept_drag(drag)
    assert drag.isAccepted()
    with qtbot.waitSignal(controller.file_wanted):
        take_drop(event, controller)
    assert event.isAccepted()
    settle(qtbot, services)
    assert len(page.area.findChildren(FindingCard)) == 2
    assert "This line is the message's own" not in page.edit.toPlainText()
    assert page.findChildren(QPushButton, "reproduce") == []


def test_a_dropped_session_is_opened_and_not_explained(
    controller: Controller, tmp_path: Path
) -> None:
    data = files(tmp_path / "x.mailoscope.jsonl")
    opened: list[Path] = []
    controller.open_file = opened.append  # type: ignore[method-assign]
    take_drop(dropped(data), controller)
    assert opened == [tmp_path / "x.mailoscope.jsonl"]


def test_dropped_words_are_left_to_the_boxes(controller: Controller) -> None:
    data = QMimeData()
    data.setText("550 5.1.1")
    event = dropped(data)
    take_drop(event, controller)
    assert not event.isAccepted()


def test_a_file_can_be_dropped_into_the_box(
    qtbot: QtBot, services: Services, page: ExplainPage, tmp_path: Path
) -> None:
    path = tmp_path / "error.log"
    path.write_text("550 5.1.1 User unknown\n", encoding="utf-8")
    assert page.edit.canInsertFromMimeData(files(path))
    page.edit.insertFromMimeData(files(path))
    settle(qtbot, services)
    assert len(page.area.findChildren(FindingCard)) == 1
    assert page.edit.toPlainText().strip() == "550 5.1.1 User unknown"


def test_a_file_that_is_gone_is_told(
    qtbot: QtBot, services: Services, controller: Controller, page: ExplainPage, tmp_path: Path
) -> None:
    with qtbot.waitSignal(services.background.failed):
        controller.explain_file(tmp_path / "none.eml")


def test_a_pasted_secret_never_stands_in_the_page(
    qtbot: QtBot, services: Services, page: ExplainPage
) -> None:
    data = QMimeData()
    data.setText(PASTED)
    page.edit.insertFromMimeData(data)
    page.explain(page.edit.toPlainText() + f" password='{CANARY}'")
    settle(qtbot, services)
    assert CANARY not in page.edit.toPlainText()
    for label in page.findChildren(QLabel):
        assert CANARY not in label.text()


def test_the_button_opens_a_profile_filled_from_the_text(
    qtbot: QtBot, services: Services, controller: Controller, page: ExplainPage
) -> None:
    page.explain(PASTED)
    settle(qtbot, services)
    button = page.findChild(QPushButton, "reproduce")
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(controller.profile_wanted) as drafted:
        button.click()
    profile = drafted.args[0]
    assert (profile.host, profile.port, profile.tls.value) == ("smtp.example.org", 465, "implicit")
    assert CANARY not in str(profile)
