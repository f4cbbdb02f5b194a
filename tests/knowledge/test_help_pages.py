"""The pages of the help: complete, in every language, and true to the actions of the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.__main__ import COMMANDS
from mailoscope_core.knowledge.help_pages import HelpPage, in_words, load_help_pages

PAGES = load_help_pages()


def test_there_is_a_page_for_the_first_session_for_practice_and_for_reading_a_report() -> None:
    names = [page.name for page in PAGES]
    assert names[:3] == ["first-session", "practice", "report"]
    assert {"words", "looking-up"} <= set(names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_says_something_in_each_section(page: HelpPage) -> None:
    assert page.title
    assert page.lead
    assert len({section.id for section in page.sections}) == len(page.sections) > 2
    for section in page.sections:
        assert section.heading
        assert section.paragraphs or section.steps or section.points


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_is_wholly_translated(page: HelpPage) -> None:
    hindi = in_words(page, Texts("hi"))
    assert not hindi.english
    assert hindi.page.title != page.title
    for ours, english in zip(hindi.page.sections, page.sections, strict=True):
        assert ours.heading != english.heading
        assert len(ours.steps) == len(english.steps)
        assert ours.commands == english.commands
        assert ours.actions == english.actions


def test_commands_that_are_shown_exist() -> None:
    lines = [line for page in PAGES for section in page.sections for line in section.commands]
    assert lines
    for line in lines:
        program, command = line.split()[:2]
        assert program == "mailoscope-cli"
        assert command in COMMANDS


def test_a_page_that_lacks_words_shows_english_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "new.toml").write_text(
        'order = 1\ntitle = "T"\nlead = "L"\n[[section]]\nid = "a"\nheading = "H"\n'
        'points = ["P"]\n',
        "utf-8",
    )
    (page,) = load_help_pages(tmp_path)
    worded = in_words(page, Texts("hi"))
    assert worded.english
    assert worded.page.sections[0].points == ("P",)
    assert not in_words(page, Texts("en")).english


def test_a_page_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('order = 1\ntitle = "T"\nlead = "L"\ncolour = 3\n', "utf-8")
    with pytest.raises(UserError) as refused:
        load_help_pages(tmp_path)
    assert refused.value.code == "knowledge-invalid"
