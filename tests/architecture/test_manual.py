"""The manual pages name the options that there are: those that `--help` prints, and no others."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from types import ModuleType

import pytest

from mailoscope_core import __version__
from mailoscope_core.cli.__main__ import COMMANDS
from mailoscope_core.cli.exits import Exit
from tests.checkout import packaging_tool

DAY = dt.date(2026, 1, 2)
OPTION = re.compile(r"(?<![\w-])(--?[a-z46][a-z-]*)")


@pytest.fixture(scope="module")
def manual() -> ModuleType:
    return packaging_tool("make_man")


def options_in(text: str) -> set[str]:
    return set(OPTION.findall(text))


def helped(module: str, *command: str) -> set[str]:
    """The options that a program lists in its help."""
    said = subprocess.run(
        [sys.executable, "-m", module, *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    listed = re.findall(r"^  (-.*?)(?:  |$)", said, re.MULTILINE)
    return {option for line in listed for option in options_in(line)}


def written(page: str, section: str) -> set[str]:
    """The options that a section of a page lists; a heading for each stands after `.TP`."""
    body = re.split(rf"^\.S[HS] {section}$", page, maxsplit=1, flags=re.MULTILINE)[1]
    body = re.split(r"^\.S[HS] ", body, maxsplit=1, flags=re.MULTILINE)[0]
    heads = re.findall(r"^\.TP\n(.*)$", body, re.MULTILINE)
    bold = [name for head in heads for name in re.findall(r"\\fB(.*?)\\fR", head)]
    return options_in(" ".join(name.replace(r"\-", "-") for name in bold))


def test_the_window(manual: ModuleType) -> None:
    page = manual.page("mailoscope", DAY)
    assert written(page, "OPTIONS") == helped("mailoscope_gui")
    assert "SESSION_FILE" in page


def test_the_command_line_without_a_command(manual: ModuleType) -> None:
    page = manual.page("mailoscope-cli", DAY)
    assert written(page, "OPTIONS") == helped("mailoscope_core.cli")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command(manual: ModuleType, command: str) -> None:
    page = manual.page("mailoscope-cli", DAY)
    common = {"-h", "--help", "--lang"}  # said once for all of them
    assert written(page, command) == helped("mailoscope_core.cli", command) - common


def test_all_exit_codes_are_told(manual: ModuleType) -> None:
    page = manual.page("mailoscope-cli", DAY)
    body = page.partition(".SH EXIT STATUS")[2].partition(".SH")[0]
    assert set(re.findall(r"^\\fB(\d+)\\fR$", body, re.MULTILINE)) == {
        str(code.value) for code in Exit
    }


@pytest.mark.parametrize("program", ["mailoscope", "mailoscope-cli"])
def test_each_page_names_the_version_and_reads_well(manual: ModuleType, program: str) -> None:
    page = manual.page(program, DAY)
    assert page.startswith(
        f'.TH {program.upper()} 1 2026-01-02 "Mailoscope {__version__}"\n.SH NAME\n{program} '
    )
    man = shutil.which("man")
    if man is None:
        pytest.skip("there is no man to read it")
    shown = subprocess.run(
        [man, "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-"],
        input=page,
        capture_output=True,
        text=True,
        check=True,
        env={"MANWIDTH": "100", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    assert shown.stderr == ""
    assert "ENVIRONMENT" in re.sub(".\b", "", shown.stdout)
