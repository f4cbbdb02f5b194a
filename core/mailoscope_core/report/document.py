"""A report before it has a format: everything that goes into it, put together once."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from mailoscope_core import __version__
from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.finding import Finding, FindingWords
from mailoscope_core.knowledge.text import words
from mailoscope_core.record.events import Entry, Header
from mailoscope_core.report.capabilities import CapabilityView
from mailoscope_core.report.certificates import CertificateView
from mailoscope_core.report.ladder import Rung
from mailoscope_core.report.recipients import RecipientRow
from mailoscope_core.report.summary import Summary
from mailoscope_core.report.timing import TimingRow
from mailoscope_core.report.transcript import TranscriptRow
from mailoscope_core.report.views import fold_views

REPORT_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class SessionMeta:
    """Which session it is; `settings` are the profile's facts, without secrets."""

    id: str
    started: str
    app: str
    title: str
    settings: dict[str, str]
    parent: str | None
    change: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class FindingBlock:
    """A finding with its words in the language of the report."""

    finding: Finding
    words: FindingWords


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A whole report. `made` is RFC 3339 with offset; `pseudonyms` tells that names were replaced.

    Times inside are as in the views: `at` in seconds since the session began, `ms` and the columns
    of `timing` in milliseconds.
    """

    schema: int
    app: str
    made: str
    language: str
    pseudonyms: bool
    session: SessionMeta
    summary: Summary
    findings: tuple[FindingBlock, ...]
    ladder: tuple[Rung, ...]
    timing: tuple[TimingRow, ...]
    recipients: tuple[RecipientRow, ...]
    transcript: tuple[TranscriptRow, ...]
    capabilities: CapabilityView | None
    certificates: tuple[CertificateView, ...]
    environment: dict[str, str]


def build_document(
    header: Header,
    entries: Sequence[Entry],
    findings: Sequence[Finding],
    texts: Texts,
    *,
    now: datetime.datetime,
    pseudonyms: bool = False,
) -> ReportDocument:
    """Return the report of a session; `now` is aware.

    For a report with pseudonyms hand in what `pseudonymise` returned, and say so.
    """
    views = fold_views(entries, findings, texts)
    return ReportDocument(
        schema=REPORT_SCHEMA,
        app=f"Mailoscope {__version__}",
        made=now.isoformat(timespec="seconds"),
        language=texts.language,
        pseudonyms=pseudonyms,
        session=SessionMeta(
            header.session,
            header.started,
            header.app,
            header.title,
            dict(header.settings),
            header.parent,
            header.change,
        ),
        summary=views.summary,
        findings=tuple(FindingBlock(finding, words(finding, texts)) for finding in findings),
        ladder=views.ladder,
        timing=views.timing,
        recipients=views.recipients,
        transcript=views.transcript,
        capabilities=views.capabilities,
        certificates=views.certificates,
        environment=views.environment,
    )
