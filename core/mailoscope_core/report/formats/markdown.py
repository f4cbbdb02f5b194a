"""A report as Markdown, for an issue tracker; text of the server never becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailoscope_core.base.texts import Texts
from mailoscope_core.report.document import FindingBlock, ReportDocument
from mailoscope_core.report.event_words import CLASS_GLYPHS, STATE_GLYPHS, EventWords, digit_of
from mailoscope_core.report.formats.text import _MARKS
from mailoscope_core.report.labels import (
    certificate_facts,
    change_labels,
    environment_labels,
    handshake_facts,
    labelled,
    setting_labels,
)

# CommonMark 2.4: what may begin markup inside a line, and what may do so where a line begins.
_INSIDE = re.compile(r"[\\`*_\[\]<>#|~&!$^]")
_REFERENCES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_AT_START = re.compile(r"^(?=[-+=:])|^(\d+)(?=[.)])")
# GitHub makes links of bare addresses and tells people who are mentioned: a zero-width space ends
# both.
_LINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp|www)(?=[:.])")
_MENTION = re.compile(r"(?<![\w`])@(?=\w)")


def to_markdown(document: ReportDocument, texts: Texts) -> str:
    """Return the report as CommonMark with GitHub's tables."""
    return "\n".join(_lines(document, texts)) + "\n"


def escape(text: str) -> str:
    """Return prose that shows as it is anywhere in a paragraph or a table cell."""
    flat = " ".join(text.split())
    escaped = _INSIDE.sub(lambda found: _REFERENCES.get(found[0], f"\\{found[0]}"), flat)
    escaped = _AT_START.sub(lambda found: f"{found[1] or ''}\\", escaped)
    escaped = _LINK.sub(lambda found: f"{found[1]}\u200b", escaped)
    return _MENTION.sub("@\u200b", escaped)


def code(text: str) -> str:
    """Return text of a server, or a value, as a code span: nothing in it is markup or a link.

    A bar is escaped, as GitHub's tables want it even there.
    """
    flat = " ".join(text.split())
    if not flat:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}".replace("|", "\\|")


def code_block(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as a fenced block whose fence is longer than any run of backticks inside."""
    body = [line.replace("\n", " ").replace("\r", " ") for line in lines]
    runs = (len(run) for line in body for run in re.findall("`+", line))
    fence = "`" * max(3, max(runs, default=0) + 1)
    yield from (f"{fence}text", *body, fence)


def _lines(document: ReportDocument, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    yield f"# {escape(document.summary.headline)}"
    yield ""
    if document.summary.title:
        yield from (f"**{escape(document.summary.title)}**", "")
    made = _("Session of {time}, report of {made}, {app}")
    yield escape(made.format(time=document.session.started, made=document.made, app=document.app))
    if document.pseudonyms:
        note = _("Names, addresses and IP addresses in this report are pseudonyms.")
        yield from ("", escape(note))
    yield from _findings(document, texts)
    yield from _section(_("Steps"), _ladder(document, texts))
    yield from _section(_("Recipients"), _recipients(document, texts))
    yield from _section(_("Transcript"), code_block(_transcript(document)))
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
        yield from ("", f"## {escape(title)}", "", *body)


def _findings(document: ReportDocument, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    yield from ("", f"## {escape(_('Findings'))}")
    if not document.findings:
        yield from ("", escape(_("Nothing was found that needs an explanation.")))
    for block in document.findings:
        yield from ("", *_finding(block, texts))


def _finding(block: FindingBlock, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    words, severity = block.words, block.finding.severity.value
    word = EventWords(texts).outcome(severity)
    yield f"### {STATE_GLYPHS[severity]} {escape(word)}: {escape(words.title)}"
    if words.cause:
        yield from ("", escape(words.cause))
    yield ""
    for label, value in (
        (_("Who must act"), words.owner),
        (_("Reported at"), words.reported_at),
        (_("Caused at"), words.caused_at),
    ):
        if value:
            yield f"- {escape(label)}: {escape(value)}"
    if words.fixes:
        yield from ("", f"**{escape(_('What to do'))}**", "")
        yield from (f"{number}. {escape(fix)}" for number, fix in enumerate(words.fixes, 1))
    if words.dead_ends:
        yield from ("", f"**{escape(_('What will not help'))}**", "")
        yield from (f"- {escape(dead_end)}" for dead_end in words.dead_ends)
    if words.source:
        yield from ("", escape(_("Source: {source}").format(source=words.source)))
    if words.fallback:
        yield from ("", _("Parts of this are not translated yet."))


def _ladder(document: ReportDocument, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    words = EventWords(texts)
    yield from _table_head((_("Step"), _("State"), _("Reply"), _("Text"), _("ms")))
    for rung in document.ladder:
        state = f"{STATE_GLYPHS[rung.state]} {words.outcome(rung.state)}"
        ms = "" if rung.ms is None else f"{rung.ms:.1f}"
        step = code(rung.line) if rung.line else escape(words.step(rung.kind))
        yield _row((step, escape(state), _reply_code(rung.code), code(rung.reply), ms))


def _recipients(document: ReportDocument, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    words = EventWords(texts)
    if document.recipients:
        yield from _table_head((_("Address"), _("Outcome"), _("Reply"), _("Text")))
    for row in document.recipients:
        outcome = f"{STATE_GLYPHS[row.outcome]} {words.outcome(row.outcome)}"
        yield _row((code(row.address), escape(outcome), _reply_code(row.code), code(row.text)))


def _transcript(document: ReportDocument) -> Iterator[str]:
    for row in document.transcript:
        yield f"{row.at:>9.3f}  {_MARKS.get(row.direction, '*'):<2} {row.text}"


def _capabilities(document: ReportDocument, texts: Texts) -> Iterator[str]:
    if document.capabilities is None:
        return
    _ = texts.gettext
    changes = change_labels(texts)
    yield from _table_head((_("Keyword"), _("Before TLS"), _("With TLS"), _("Difference")))
    for row in document.capabilities.rows:
        clear, tls = (
            "–" if parameters is None else code(parameters) or _("yes")
            for parameters in (row.clear, row.tls)
        )
        yield _row((code(row.keyword), clear, tls, escape(changes[row.change])))


def _certificates(document: ReportDocument, texts: Texts) -> Iterator[str]:
    for view in document.certificates:
        yield from _facts(handshake_facts(view, texts))
        for rows in certificate_facts(view, texts):
            yield from ("", *_facts(rows))


def _timing(document: ReportDocument, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    words = EventWords(texts)
    heads = ("Step", "Look-up", "Connect", "TLS", "Server", "Transfer", "You", "Total")
    if document.timing:
        yield from _table_head(tuple(_(head) for head in heads))
    for row in document.timing:
        parts = (
            row.lookup,
            row.connect,
            row.tls,
            row.server,
            row.transfer,
            row.user,
            row.total,
        )
        yield _row(
            (escape(words.step(row.kind)), *(f"{part:.1f}" if part else "" for part in parts))
        )


def _facts(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, value in rows:
        yield f"- {escape(label)}: {code(value)}"


def _table_head(labels: Sequence[str]) -> tuple[str, str]:
    return _row([escape(label) for label in labels]), "|" + " --- |" * len(labels)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _reply_code(number: int | None) -> str:
    return "" if number is None else f"{CLASS_GLYPHS[digit_of(number)]} {number:03d}"
