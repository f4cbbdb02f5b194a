"""Words: English where nothing is translated, Hindi where it is, and a sentence for each error."""

from __future__ import annotations

from pathlib import Path

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts, languages


def test_english_is_always_there_and_hindi_is_found() -> None:
    assert languages()[0] == "en"
    assert "hi" in languages()


def test_an_unknown_language_speaks_english() -> None:
    texts = Texts("xx")
    assert texts.gettext("Send") == "Send"
    assert texts.ngettext("{n} step", "{n} steps", 2) == "{n} steps"
    assert texts.record("code.354", "name", "Start mail input") == "Start mail input"
    assert not texts.has_record("code.354", "name", "Start mail input")


def test_an_error_is_a_sentence_with_its_parameters() -> None:
    error = UserError("session-file-missing", path=Path("/x/y"))
    assert Texts("en").error(error) == "There is no session file at /x/y. Check the name."
    hindi = Texts("hi").error(error)
    assert "/x/y" in hindi
    assert hindi != Texts("en").error(error)


def test_an_error_without_a_sentence_is_still_told() -> None:
    assert Texts().error(UserError("nobody-wrote-this", what=1)) == "nobody-wrote-this(what=1)"


def test_a_record_of_english_is_always_known() -> None:
    assert Texts("en").has_record("anything", "at-all", "x")
