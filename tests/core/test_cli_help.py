"""`mailoscope-cli help`: the list of pages, a page, and a page that there is not."""

from __future__ import annotations

import pytest

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli import help as help_command
from mailoscope_core.cli.__main__ import main
from mailoscope_core.cli.console import open_console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.knowledge.help_pages import HelpPage, load_help_pages


def test_without_a_name_the_pages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert help_command.run([], open_console(Texts())) == Exit.OK
    said = capsys.readouterr().out
    for page in load_help_pages():
        assert page.name in said
        assert page.title in said


@pytest.mark.parametrize("page", load_help_pages(), ids=lambda page: page.name)
def test_a_page_is_printed_with_all_it_says(
    capsys: pytest.CaptureFixture[str], page: HelpPage
) -> None:
    assert main(["help", page.name]) == Exit.OK
    said = " ".join(capsys.readouterr().out.split())
    for section in page.sections:
        for text in (section.heading, *section.steps, *section.points, *section.commands):
            assert " ".join(text.split()) in said
    assert main(["help", page.name, "--lang", "hi"]) == Exit.OK
    assert page.title not in capsys.readouterr().out


def test_a_page_that_there_is_not_is_named_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["help", "lunch"]) == Exit.UNKNOWN
    said = capsys.readouterr().err
    assert "lunch" in said
    assert "first-session" in said
