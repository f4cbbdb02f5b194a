"""The translations: what is extracted, what the lint finds, and that .mo files are current."""

from __future__ import annotations

import gettext
import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import ROOT, packaging_tool

catalogues: Any = packaging_tool("catalogues")
gettext_calls: Any = packaging_tool("gettext_calls")
toml_messages: Any = packaging_tool("toml_messages")

PO_FILES = catalogues.po_files(ROOT)


def test_hindi_has_both_domains() -> None:
    assert {po.name for po in PO_FILES if po.parent.parent.name == "hi"} == {
        "mailoscope.po",
        "knowledge.po",
    }


@pytest.mark.parametrize("po", PO_FILES, ids=lambda po: f"{po.parent.parent.name}-{po.stem}")
def test_the_mo_file_is_that_of_the_po_file(po: Path) -> None:
    mo = po.with_suffix(".mo")
    assert mo.exists(), "run `make translations`"
    assert mo.read_bytes() == catalogues.compiled(po), "run `make translations`"


@pytest.mark.parametrize("po", PO_FILES, ids=lambda po: f"{po.parent.parent.name}-{po.stem}")
def test_gettext_finds_every_translation(po: Path) -> None:
    translations = gettext.GNUTranslations(io.BytesIO(catalogues.compiled(po)))
    for message in catalogues.read_catalogue(po):
        if isinstance(message.id, str) and message.id and message.string:
            found = (
                translations.pgettext(message.context, message.id)
                if message.context
                else translations.gettext(message.id)
            )
            assert found == message.string


def test_no_two_records_share_an_id() -> None:
    english = defaultdict(set)
    for path, source in toml_messages.toml_files(ROOT):
        data = toml_messages.load(ROOT / toml_messages.RESOURCES / path)
        for text in toml_messages.texts_of(data, source, path.stem):
            english[text.context].add(text.english)
    assert english
    assert not {context: words for context, words in english.items() if len(words) > 1}


def test_texts_of_a_file() -> None:
    source = toml_messages.Source("x.toml", frozenset({"title", "fixes"}), root="rule")
    data = {
        "plain": {"title": "By key", "code": 1},
        "rule": [
            {"id": "own", "title": "By id", "fixes": ["one", "two"], "step": {"title": "Nested"}}
        ],
    }
    found = [(text.context, text.english) for text in toml_messages.texts_of(data, source, "x")]
    assert found == [
        ("rule.plain.title", "By key"),
        ("rule.own.title", "By id"),
        ("rule.own.fixes.0", "one"),
        ("rule.own.fixes.1", "two"),
        ("rule.own.step.title", "Nested"),
    ]


def test_a_file_can_be_a_record() -> None:
    source = toml_messages.Source("x/*.toml", frozenset({"title"}), root="scenario.{stem}")
    data = {"title": "The file", "parameter": {"title": "Below"}}
    assert [text.context for text in toml_messages.texts_of(data, source, "full")] == [
        "scenario.full.title",
        "scenario.full.parameter.title",
    ]


def test_prose_that_nobody_declared() -> None:
    source = toml_messages.Source("x.toml", frozenset({"title"}), verbatim=frozenset({"quotation"}))
    data = {
        "a": {
            "title": "these words are translated",
            "remark": "but these words are not",
            "quotation": "and these are never translated",
        }
    }
    assert list(toml_messages.undeclared_prose(data, source)) == ["a.remark"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(texts): return texts.gettext('fine')", 0),
        ("def f(t): return t.gettext('Sent {n}').format(n=1)", 0),
        ("def f(t, words): return t.gettext(words)", 0),
        ("def f(t, n): return t.gettext(f'Sent {n}')", 1),
        ("def f(t, n): return t.gettext('Sent {}'.format(n))", 1),
        ("def f(t, n): return t.gettext('Sent ' + n)", 1),
        ("def f(t, n): return t.gettext('Sent %s' % n)", 1),
        ("TITLE = _('too soon')", 1),
    ],
)
def test_lint_of_gettext_calls(code: str, expected: int) -> None:
    assert len(list(gettext_calls.faults_of(code))) == expected


def test_update_keeps_what_is_translated(tmp_path: Path) -> None:
    texts = tmp_path / "resources/mailoscope_resources/text"
    texts.mkdir(parents=True)
    (tmp_path / "core/mailoscope_core").mkdir(parents=True)
    (tmp_path / "gui/mailoscope_gui").mkdir(parents=True)
    errors = texts / "errors.toml"
    errors.write_text('[gone]\ntext = "{path} is gone"\n')
    code = tmp_path / "gui/mailoscope_gui/window.py"
    code.write_text('def title(texts):\n    return texts.ngettext("{n} line", "{n} lines", 2)\n')
    for language in ("hi", "mr"):
        (tmp_path / catalogues.LOCALE / language / "LC_MESSAGES").mkdir(parents=True)
    catalogues.update(tmp_path)

    knowledge = tmp_path / catalogues.LOCALE / "hi/LC_MESSAGES/knowledge.po"
    translated = knowledge.read_text().replace(
        'is gone"\nmsgstr ""', 'is gone"\nmsgstr "{path} नहीं"'
    )
    assert translated != knowledge.read_text()
    knowledge.write_text(translated)
    catalogues.update(tmp_path)
    catalogues.compile_all(tmp_path)
    found = catalogues.lint(tmp_path)
    assert found.wrong == []
    assert found.missing == {
        "hi": ["hi/mailoscope.po: not translated: '{n} line'"],
        "mr": [
            "mr/mailoscope.po: not translated: '{n} line'",
            "mr/knowledge.po: not translated: error.gone.text: '{path} is gone'",
        ],
    }
    assert knowledge.read_text() == translated, "a second run changes nothing"

    knowledge.write_text(translated.replace("{path} नहीं", "{file} नहीं"))
    errors.write_text('[gone]\ntext = "{path} is gone"\n[new]\ntext = "Something new"\n')
    wrong = catalogues.lint(tmp_path).wrong
    assert [line.partition(": ")[2].split(" ")[0] for line in wrong if line[:2] == "hi"] == [
        "lacks",
        "placeholders",
        "its",
    ]


@pytest.mark.parametrize("po", PO_FILES, ids=lambda po: f"{po.parent.parent.name}-{po.stem}")
def test_every_babel_writes_the_same_file(po: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = catalogues.compiled(po)
    monkeypatch.setattr("babel.messages.catalog.VERSION", "99.100")
    assert catalogues.compiled(po) == ours
    assert b"Babel" not in ours.partition(b"Content-Transfer-Encoding")[2][:100]
