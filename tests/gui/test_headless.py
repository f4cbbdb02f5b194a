"""The window without a screen: the main job as one command, and once on a real display."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from mailoscope_core.record.events import BodySent, SessionFinished
from mailoscope_core.record.log import load_session
from tests.servers.display import Display


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailoscope_gui", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=env,
    )


def check_what_it_left(out: Path, printed: str) -> None:
    session = load_session(out / "session.mailoscope.jsonl")
    assert any(isinstance(entry.event, BodySent) for entry in session.entries)
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "<html" in report
    assert "queued" in report
    picture = QImage(str(out / "window.png"))
    assert picture.width() >= 900
    assert len({picture.pixel(x, picture.height() // 3) for x in range(picture.width())}) > 5
    assert "EHLO" in printed
    assert "354" in printed


def test_headless_leaves_report_session_and_picture(tmp_path: Path) -> None:
    result = run("--headless", "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    check_what_it_left(tmp_path / "out", result.stdout)


@pytest.mark.servers
@pytest.mark.xvfb
def test_in_a_real_window(display: Display, tmp_path: Path) -> None:
    environment = display.process_environment()
    result = run("--headless", "--out", str(tmp_path / "out"), env=environment)
    assert result.returncode == 0, result.stderr
    check_what_it_left(tmp_path / "out", result.stdout)


def test_a_fault_of_the_server_shows_in_the_exit_code(tmp_path: Path) -> None:
    result = run("--headless", "--practice", "auth-rejected", "--out", str(tmp_path / "out"))
    assert result.returncode == 40, result.stderr
    session = load_session(tmp_path / "out/session.mailoscope.jsonl")
    assert not any(isinstance(entry.event, BodySent) for entry in session.entries)
    assert not any(
        isinstance(entry.event, SessionFinished) and entry.event.outcome == "done"
        for entry in session.entries
    )


def test_an_unknown_scenario_is_one_clear_sentence(tmp_path: Path) -> None:
    result = run("--headless", "--practice", "no-such-thing", "--out", str(tmp_path / "out"))
    assert result.returncode == 40
    assert "no-such-thing" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    result = run("--headless", "--out", str(blocked))
    assert result.returncode == 40
    assert str(blocked) in result.stderr
    assert "Traceback" not in result.stderr


def test_version() -> None:
    result = run("--version")
    assert result.returncode == 0
    assert result.stdout.startswith("Mailoscope ")
