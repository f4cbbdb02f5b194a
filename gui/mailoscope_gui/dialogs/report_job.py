"""Makes reports for the export dialog; everything here runs off the GUI thread."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from mailoscope_core.base.errors import UserError
from mailoscope_core.report.document import ReportDocument, build_document
from mailoscope_core.report.exporters import exporter, write_report
from mailoscope_core.report.pseudonymise import pseudonymise

if TYPE_CHECKING:
    from mailoscope_core.base.texts import Texts
    from mailoscope_core.knowledge.finding import Finding
    from mailoscope_core.record.events import Entry, Header
    from mailoscope_core.report.pseudonyms import Replacement

PDF = "pdf"
_MARGIN_MM = 16.0
_DPI = 144
_PREVIEW_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class ReportSource:
    """A session at one moment, and the language its report is to have."""

    header: Header
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    texts: Texts


@dataclass(frozen=True, slots=True)
class Preview:
    """What would leave the machine: the report as text, and which names were replaced."""

    text: str
    replacements: tuple[Replacement, ...]


def preview(source: ReportSource, *, public: bool) -> Preview:
    """Return the report as text, for reading before anything is written."""
    document, replacements = _document(source, public=public)
    text = exporter("txt")(document, source.texts)
    return Preview(text[:_PREVIEW_CHARACTERS], replacements)


def write(source: ReportSource, path: Path, form: str, *, public: bool) -> int:
    """Write the report as html, md, txt, json or pdf; return its size in octets.

    Raises `UserError` report-unwritable; a file that was there before is then as it was.
    """
    document, _replacements = _document(source, public=public)
    if form == PDF:
        _write_pdf(document, source.texts, path)
    else:
        write_report(path, exporter(form)(document, source.texts))
    return path.stat().st_size


def _document(
    source: ReportSource, *, public: bool
) -> tuple[ReportDocument, tuple[Replacement, ...]]:
    now = datetime.datetime.now().astimezone()
    if not public:
        document = build_document(
            source.header, source.entries, source.findings, source.texts, now=now
        )
        return document, ()
    hidden = pseudonymise(source.header, source.entries, source.findings)
    document = build_document(
        hidden.header, hidden.entries, hidden.findings, source.texts, now=now, pseudonyms=True
    )
    return document, hidden.replacements


def _write_pdf(document: ReportDocument, texts: Texts, path: Path) -> None:
    """Print the page into a new file beside `path`, then put it in its place."""
    from mailoscope_core.report.formats.html import html_for_print

    beside = path.with_name(path.name + ".part")
    page = html_for_print(document, texts)
    data = exporter("json")(document, texts).encode("utf-8")
    try:
        # QPdfWriter says nothing when it cannot write: try first.
        beside.open("wb").close()
        _print(page, beside, document, data)
        if beside.stat().st_size == 0:
            raise OSError("nothing was written")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        detail = error.strerror or str(error)
        raise UserError("report-unwritable", path=path, detail=detail) from error


def _print(page: str, path: Path, document: ReportDocument, data: bytes) -> None:
    # A text document starts timers, which want an event dispatcher of this thread.
    _dispatcher = QEventLoop()
    writer = QPdfWriter(str(path))
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setResolution(_DPI)
    writer.setCreator(document.app)
    writer.setTitle(document.session.title)
    if hasattr(writer, "addFileAttachment"):
        writer.addFileAttachment("report.json", data, "application/json")
    text = QTextDocument()
    text.setHtml(page)
    layout = writer.pageLayout().paintRectPixels(_DPI)
    text.documentLayout().setPaintDevice(writer)
    text.setPageSize(QSizeF(layout.size()))
    text.print_(writer)
