"""The exporters: the same document in four formats, safe with a hostile server."""

from __future__ import annotations

import datetime
import html.parser
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mailoscope_core import __version__
from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.report.document import REPORT_SCHEMA, ReportDocument, build_document
from mailoscope_core.report.exporters import (
    exporter,
    exporters,
    format_names,
    format_of,
    write_report,
)
from mailoscope_core.report.formats.html import html_for_print, summary_state, to_html
from mailoscope_core.report.formats.json import schema, to_json
from mailoscope_core.report.formats.markdown import code, code_block, escape, to_markdown
from mailoscope_core.report.formats.text import finding_lines, to_text
from mailoscope_core.report.summary import Summary
from tests.core.log_builder import HOST, SENDER, SITUATIONS

NOW = datetime.datetime(2026, 11, 23, 21, 30, tzinfo=datetime.UTC)
VOID = {"meta", "br", "link", "img", "input", "hr"}


def document_of(name: str, language: str = "en") -> ReportDocument:
    built = SITUATIONS[name]()
    findings = diagnose(built.entries, built.header)
    return build_document(built.header, built.entries, findings, Texts(language), now=NOW)


class Page(html.parser.HTMLParser):
    """Tags, attributes and text of a page; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("export", [to_html, html_for_print])
def test_html_has_no_script_and_nothing_remote(name: str, export: Any) -> None:
    page = Page(export(document_of(name), Texts()))
    assert not set(page.tags) & {"script", "img", "iframe", "link", "object", "a", "form", "svg"}
    assert not [item for item in page.attributes if item[1].startswith("on")]
    assert not [item for item in page.attributes if item[1] in ("src", "href", "style", "action")]
    style = re.search(r"<style>(.*?)</style>", export(document_of(name), Texts()), re.DOTALL)
    assert style is not None
    assert not re.search(r"url\(|@import|expression", style[1])


def test_html_shows_hostile_text_as_text() -> None:
    page = Page(to_html(document_of("hostile_server"), Texts()))
    assert "<script>alert(1)</script>" in page.text
    assert "</td></table><h1>" in page.text
    assert "{{7*7}}" in page.text
    assert "\u202e" not in page.text
    assert "\x1b" not in page.text


def test_html_is_readable_by_machines_and_people() -> None:
    page = Page(to_html(document_of("relay_denied"), Texts()))
    assert ("html", "lang", "en") in page.attributes
    assert page.tags.count("h1") == 1
    assert [item for item in page.attributes if item[:2] == ("th", "scope")]
    assert page.tags.count("table") >= 6
    for wanted in ("554", "✕", "refused", "TLSv1.3", "Debian GNU/Linux 12", __version__):
        assert wanted in page.text


def test_the_page_for_printing_uses_only_what_qt_knows() -> None:
    text = html_for_print(document_of("message_accepted"), Texts())
    assert "var(" not in text
    assert "@media" not in text
    assert "#197f6c" in text


def test_the_page_for_browsers_is_light_and_dark() -> None:
    text = to_html(document_of("message_accepted"), Texts())
    assert "prefers-color-scheme: dark" in text
    for colour in ("#197f6c", "#0b385c", "#a46806", "#631207", "#ca06d7", "#9ef4ce", "#e423fd"):
        assert colour in text


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("format_name", format_names())
def test_the_summary_comes_first(name: str, format_name: str) -> None:
    document = document_of(name)
    text = exporter(format_name)(document, Texts())
    headline = document.summary.headline
    if format_name == "txt":
        assert text.splitlines()[0] == headline
    elif format_name == "md":
        assert text.splitlines()[0] == f"# {escape(headline)}"
    elif format_name == "json":
        assert json.loads(text)["summary"]["headline"] == headline
    else:
        assert headline in Page(text).text


@pytest.mark.parametrize("format_name", format_names())
def test_each_format_holds_the_whole_session(format_name: str) -> None:
    text = exporter(format_name)(document_of("message_in_part"), Texts())
    for wanted in (
        HOST,
        SENDER,
        "nobody@far.test",
        "4XyzAb1CdEz",
        "TLS_AES_256_GCM_SHA384",
        "CN=mail.corp-a.test",
        "OpenSSL 3.0",
        "8BITMIME",
        "Ready to start TLS",
    ):
        if format_name == "html":
            assert wanted in Page(text).text
        else:
            assert wanted in text


def test_json_is_what_its_schema_says() -> None:
    document = document_of("relay_denied")
    loaded = json.loads(to_json(document, Texts()))
    assert loaded["schema"] == REPORT_SCHEMA
    assert msgspec.convert(loaded, ReportDocument) == document
    described = json.loads(schema())
    assert set(described["$defs"]["ReportDocument"]["properties"]) == set(loaded)


def test_the_schema_in_the_resources_is_current() -> None:
    source = resources.files("mailoscope_resources").joinpath("templates/report.schema.json")
    assert source.read_text(encoding="utf-8") == schema() + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ `c`",
        "[x](http://e.test)",
        "<b>&amp;",
        "| a |",
        "1. one",
        "- item",
        "# head",
        "~~x~~",
    ],
)
def test_markdown_prose_holds_no_markup(text: str) -> None:
    escaped = escape(text)
    bare = re.sub(r"\\.|&\w+;", "", escaped)
    assert not re.search(r"[*_`\[\]<>|#~]", bare)
    assert not re.match(r"[-+#]|\d+[.)]", bare if escaped.startswith("\\") else escaped)


def test_markdown_calls_nobody_and_links_nowhere() -> None:
    assert "@someone" not in escape("ask @someone")
    assert "http:" not in escape("see http://evil.test")
    assert "www." not in escape("see www.evil.test")


@pytest.mark.parametrize("text", ["a`b", "``", "`x`", "a | b", "x\ny"])
def test_markdown_code_spans_end_where_they_should(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)
    assert fence is not None
    inner = span[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inner)
    assert "\n" not in span
    assert not re.search(r"(?<!\\)\|", span)


def test_markdown_blocks_outlast_their_content() -> None:
    block = list(code_block(["a", "``````", "b"]))
    assert block[0] == "```````text"
    assert block[-1] == "```````"
    assert code("") == ""


def test_markdown_tables_have_the_same_number_of_cells_in_each_row() -> None:
    text = to_markdown(document_of("hostile_server"), Texts())
    width = 0
    for line in text.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        assert width in (0, cells), line
        width = cells


def test_text_is_lined_up_and_has_no_trailing_blanks() -> None:
    lines = to_text(document_of("message_accepted"), Texts()).splitlines()
    assert not [line for line in lines if line != line.rstrip()]
    assert [line for line in lines if "C: EHLO" in line]


def test_a_finding_as_lines() -> None:
    document = document_of("login_refused")
    assert document.findings
    lines = list(finding_lines(document.findings[0], Texts(), 60))
    assert lines[0].startswith(("✕", "⚠", "ℹ"))
    assert max(len(line) for line in lines) <= 60


@pytest.mark.parametrize(
    ("kind", "state"),
    [("sent", "done"), ("refused", "refused"), ("unknown", "warning"), ("unfinished", "next")],
)
def test_the_sign_before_the_headline(kind: Any, state: str) -> None:
    assert summary_state(Summary(kind, "x")) == state


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.html", "html"), ("a.HTM", "html"), ("a.md", "md"), ("a.txt", "txt"), ("a.json", "json")],
)
def test_the_file_name_chooses_the_format(name: str, wanted: str) -> None:
    assert format_of(Path(name)) == wanted


def test_an_unknown_format_is_refused() -> None:
    for attempt in (lambda: format_of(Path("a.pdf")), lambda: exporter("pdf")):
        with pytest.raises(UserError) as caught:
            attempt()
        assert caught.value.code == "report-format"
    assert set(exporters()) == {"html", "md", "txt", "json"}


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_report(path, "old\n")
    (tmp_path / "a.txt.part").mkdir()
    with pytest.raises(UserError) as caught:
        write_report(path, "new\n")
    assert caught.value.code == "report-unwritable"
    assert path.read_text() == "old\n"


def test_the_document_names_session_program_and_machine() -> None:
    document = document_of("login_accepted")
    assert document.app == f"Mailoscope {__version__}"
    assert document.made == "2026-11-23T21:30:00+00:00"
    assert document.session.title == "Asha's work mail"
    assert document.environment["python"] == "CPython 3.11.2"
