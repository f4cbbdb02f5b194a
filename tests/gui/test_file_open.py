"""A session file that the desktop hands to the running program is opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QUrl
from PySide6.QtGui import QFileOpenEvent
from pytestqt.qtbot import QtBot

from mailoscope_gui.file_open import FileOpenFilter


def test_a_file_is_opened_and_other_events_pass(qtbot: QtBot, tmp_path: Path) -> None:
    del qtbot
    opened: list[Path] = []
    target = QObject()
    target.installEventFilter(FileOpenFilter(opened.append, target))
    file = tmp_path / "a session.mailoscope.jsonl"
    QCoreApplication.sendEvent(target, QFileOpenEvent(str(file)))
    QCoreApplication.sendEvent(target, QEvent(QEvent.Type.User))
    assert opened == [file]


def test_an_address_of_the_web_is_not_opened(qtbot: QtBot) -> None:
    del qtbot
    opened: list[Path] = []
    target = QObject()
    target.installEventFilter(FileOpenFilter(opened.append, target))
    QCoreApplication.sendEvent(target, QFileOpenEvent(QUrl("https://example.org/x.jsonl")))
    assert opened == []
