"""The window for tests: built as the program builds it, with folders of its own."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mailoscope_core.storage.directories import Directories
from mailoscope_gui.app import Application, build
from mailoscope_gui.controller import Controller
from mailoscope_gui.launcher import Launcher
from mailoscope_gui.options import Options
from mailoscope_gui.services import Services
from tests.gui.pages_kit import make_controller, make_services
from tests.gui.person import Person
from tests.gui.spoken import no_language_left


@pytest.fixture(autouse=True, scope="session")
def what_is_there_stays() -> None:
    """Thousands of tests are no garbage: the collector need not look at them each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """Garbage of one test must not be destroyed by a thread of the next: Qt would crash."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """No test leaves a language behind."""
    with no_language_left():
        yield


@pytest.fixture
def services(qtbot: QtBot, tmp_path: Path) -> Services:
    """What pages and dialogs work with, in a folder of the test, in English."""
    return make_services(tmp_path)


@pytest.fixture
def controller(services: Services) -> Controller:
    """A controller whose sessions stand still."""
    return make_controller(services)[0]


@pytest.fixture
def directories(tmp_path: Path) -> Directories:
    """Folders for profiles, history and preferences."""
    return Directories.in_one_folder(tmp_path / "mailoscope")


@contextmanager
def window_of(
    qtbot: QtBot, directories: Directories, launcher: Launcher | None = None
) -> Iterator[Application]:
    """The whole window, shown, in English and in light colours; gone afterwards.

    A window that stayed would go on ticking, and collecting garbage, through all tests that follow.
    """
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    options = Options(language="en", theme="light")
    built = build(qt, options, directories=directories, launcher=launcher)
    with qtbot.waitSignal(built.window.painted, timeout=10_000):
        built.window.show()
    yield built
    built.window.close()
    qtbot.waitUntil(lambda: not built.services.background.at_work, timeout=10_000)
    built.collector.stop()
    built.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def application(
    qapp: QApplication, qtbot: QtBot, directories: Directories
) -> Iterator[Application]:
    """The window with a launcher of its own."""
    with window_of(qtbot, directories) as built:
        yield built


@pytest.fixture
def person(application: Application, qtbot: QtBot) -> Person:
    """Somebody who sits at the window."""
    return Person(application, qtbot)
