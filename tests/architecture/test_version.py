"""The version stands in one place and is shown wherever somebody asks which one this is."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

import mailoscope_core
from mailoscope_core.base.texts import Texts
from mailoscope_core.report.document import build_document
from mailoscope_core.report.exporters import exporters
from mailoscope_core.session.launch import new_header
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.profile import Profile
from mailoscope_gui.app import build, make_qt
from mailoscope_gui.options import Options
from tests.checkout import ROOT, files, relative
from tests.core import log_builder

VERSION = mailoscope_core.__version__
THE_PLACE = "core/mailoscope_core/__init__.py"


def test_it_is_written_down_once() -> None:
    source = (ROOT / THE_PLACE).read_text(encoding="utf-8")
    assert source.count(VERSION) == 1
    code = [
        file
        for file in files()
        if file.suffix in {".py", ".toml", ".spec", ".sh", ".xml", ".desktop", ".iss", ".yml"}
        and relative(file) != THE_PLACE
        and "tests" not in file.parts
    ]
    assignment = re.compile(rf"(?i)version\W+{re.escape(VERSION)}\b")
    assert not [relative(file) for file in code if assignment.search(file.read_text("utf-8"))]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == THE_PLACE
    assert importlib.metadata.version("mailoscope") == VERSION


@pytest.mark.parametrize("module", ["mailoscope_gui", "mailoscope_core.cli"])
def test_both_commands_say_it(module: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout == f"Mailoscope {VERSION}\n"


def test_the_window_shows_it(qtbot: QtBot, tmp_path: Path) -> None:
    application = build(make_qt(), Options(), directories=Directories.in_one_folder(tmp_path))
    qtbot.addWidget(application.window)
    application.window.doors.about()
    box = application.window.findChild(QMessageBox)
    assert box is not None
    assert box.text() == f"Mailoscope {VERSION}"
    assert "LGPL" in box.informativeText()  # what comes with the program is named as well
    box.close()
    application.window.close()


def test_a_session_file_names_it() -> None:
    request = SessionRequest(Profile(name="n", host="mail.lab.test"))
    assert new_header(request, dt.datetime.now(dt.UTC)).app == f"Mailoscope {VERSION}"


def test_every_report_names_it() -> None:
    built = log_builder.relay_denied()
    texts = Texts()
    now = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    document = build_document(built.header, built.entries, (), texts, now=now)
    assert len(exporters()) >= 4
    for form, make in exporters().items():
        assert f"Mailoscope {VERSION}" in make(document, texts), form
