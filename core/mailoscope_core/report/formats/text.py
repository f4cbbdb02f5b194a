"""A report as plain text, for a ticket or a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mailoscope_core.base.texts import Texts
from mailoscope_core.report.document import FindingBlock, ReportDocument
from mailoscope_core.report.event_words import STATE_GLYPHS, EventWords
from mailoscope_core.report.labels import (
    certificate_facts,
    change_labels,
    environment_labels,
    handshake_facts,
    labelled,
    setting_labels,
)

_WIDTH = 96
_MARKS = {"sent": "C:", "received": "S:", "problem": "!!"}


def to_text(document: ReportDocument, texts: Texts) -> str:
    """Return the report as lines of text; lines of the server are never broken."""
    return "\n".join(line.rstrip() for line in _lines(document, texts)) + "\n"


def _lines(document: ReportDocument, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    yield document.summary.headline
    if document.summary.title:
        yield document.summary.title
    yield ""
    made = _("Session of {time}, report of {made}, {app}")
    yield made.format(time=document.session.started, made=document.made, app=document.app)
    if document.pseudonyms:
        yield _("Names, addresses and IP addresses in this report are pseudonyms.")
    yield from _section(_("Findings"), _findings(document, texts))
    yield from _section(_("Steps"), _ladder(document, texts))
    yield from _section(_("Recipients"), _recipients(document, texts))
    yield from _section(_("Transcript"), _transcript(document))
    yield from _section(_("What the server offers"), _capabilities(document, texts))
    yield from _section(_("Certificates"), _certificates(document, texts))
    yield from _section(_("Where the time went"), _timing(document, texts))
    settings = labelled(document.session.settings, setting_labels(texts))
    yield from _section(_("Settings"), _facts(settings))
    facts = labelled(document.environment, environment_labels(texts))
    yield from _section(_("Environment"), _facts(facts))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield from ("", title, "=" * len(title), *body)


def _findings(document: ReportDocument, texts: Texts) -> Iterator[str]:
    if not document.findings:
        yield texts.gettext("Nothing was found that needs an explanation.")
    for number, block in enumerate(document.findings):
        if number:
            yield ""
        yield from finding_lines(block, texts)


def finding_lines(block: FindingBlock, texts: Texts, width: int = _WIDTH) -> Iterator[str]:
    """Yield one finding as wrapped lines: what, why, who, what to do, what will not help."""
    _ = texts.gettext
    words, severity = block.words, block.finding.severity.value
    word = EventWords(texts).outcome(severity)
    yield from _wrapped(f"{STATE_GLYPHS[severity]} {word}: {words.title}", width)
    if words.cause:
        yield from _wrapped(words.cause, width, "  ")
    for label, value in (
        (_("Who must act"), words.owner),
        (_("Reported at"), words.reported_at),
        (_("Caused at"), words.caused_at),
    ):
        if value:
            yield f"  {label}: {value}"
    if words.fixes:
        yield f"  {_('What to do')}:"
        for number, fix in enumerate(words.fixes, 1):
            yield from _wrapped(f"{number}. {fix}", width, "    ", "       ")
    if words.dead_ends:
        yield f"  {_('What will not help')}:"
        for dead_end in words.dead_ends:
            yield from _wrapped(f"- {dead_end}", width, "    ", "      ")
    if words.source:
        yield from _wrapped(_("Source: {source}").format(source=words.source), width, "  ")
    if words.fallback:
        yield f"  {_('Parts of this are not translated yet.')}"


def _ladder(document: ReportDocument, texts: Texts) -> Iterator[str]:
    words = EventWords(texts)
    for rung in document.ladder:
        code = "" if rung.code is None else f"{rung.code:03d}"
        ms = "" if rung.ms is None else f"{rung.ms:.1f} ms"
        state = f"{STATE_GLYPHS[rung.state]} {words.outcome(rung.state)}"
        what = rung.line or words.step(rung.kind)
        yield f"{state:<14} {ms:>12}  {code:<3}  {what}"


def _recipients(document: ReportDocument, texts: Texts) -> Iterator[str]:
    words = EventWords(texts)
    for row in document.recipients:
        code = "" if row.code is None else f"{row.code:03d}"
        outcome = f"{STATE_GLYPHS[row.outcome]} {words.outcome(row.outcome)}"
        yield f"{outcome:<14} {row.address}  {code} {row.text}"


def _transcript(document: ReportDocument) -> Iterator[str]:
    for row in document.transcript:
        yield f"{row.at:>9.3f}  {_MARKS.get(row.direction, '*'):<2} {row.text}"


def _capabilities(document: ReportDocument, texts: Texts) -> Iterator[str]:
    if document.capabilities is None:
        return
    changes = change_labels(texts)
    for row in document.capabilities.rows:
        parameters = row.tls if row.tls is not None else row.clear
        change = f"  ({changes[row.change]})" if changes[row.change] else ""
        yield f"{row.keyword} {parameters or ''}".rstrip() + change


def _certificates(document: ReportDocument, texts: Texts) -> Iterator[str]:
    for view in document.certificates:
        yield from _facts(handshake_facts(view, texts))
        for rows in certificate_facts(view, texts):
            yield ""
            yield from _facts(rows)


def _timing(document: ReportDocument, texts: Texts) -> Iterator[str]:
    words = EventWords(texts)
    for row in document.timing:
        parts = {
            texts.gettext("look-up"): row.lookup,
            texts.gettext("connect"): row.connect,
            "TLS": row.tls,
            texts.gettext("server"): row.server,
            texts.gettext("transfer"): row.transfer,
            texts.gettext("you"): row.user,
        }
        shown = ", ".join(f"{name} {ms:.1f}" for name, ms in parts.items() if ms)
        yield f"{row.total:>12.1f} ms  {words.step(row.kind)}" + (f" ({shown})" if shown else "")


def _facts(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, value in rows:
        yield f"{label}: {value}"


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest or first, break_on_hyphens=False
    )
