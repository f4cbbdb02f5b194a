"""`report`: a saved session as HTML, Markdown, text or JSON, with pseudonyms if wanted."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.record.log import LoadedSession, load_session
from mailoscope_core.report.document import ReportDocument, build_document
from mailoscope_core.report.exporters import exporter, format_names, format_of, write_report
from mailoscope_core.report.pseudonymise import pseudonymise


def run(arguments: Sequence[str], console: Console) -> int:
    """Write the report, or print it when no file is named."""
    options = _parser(console.texts).parse_args(arguments)
    wanted = options.format or (format_of(options.output) if options.output else "txt")
    session = load_session(options.session)
    content = exporter(wanted)(_document(session, options, console), console.texts)
    if options.output is None:
        console.out.write(content)
    else:
        write_report(options.output, content)
    return Exit.OK


def _document(
    session: LoadedSession, options: argparse.Namespace, console: Console
) -> ReportDocument:
    findings = diagnose(session.entries, session.header)
    header, entries = session.header, session.entries
    if options.pseudonyms:
        made = pseudonymise(header, entries, findings)
        header, entries, findings = made.header, made.entries, made.findings
        for replacement in made.replacements:
            line = f"{replacement.original} → {replacement.replacement} ({replacement.count})"
            console.complain(line)
    now = datetime.datetime.now().astimezone()
    return build_document(
        header, entries, findings, console.texts, now=now, pseudonyms=options.pseudonyms
    )


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.INPUT_FILE, Exit.OUTPUT_FILE)
    parser = CommandParser(
        "report",
        _("Makes a report of a saved session."),
        texts,
        epilog=exit_code_help(texts, codes),
    )
    parser.given.add_argument(
        "session", type=Path, metavar=_("SESSION"), help=_("a file *.mailoscope.jsonl")
    )
    add = parser.options.add_argument
    add("--format", choices=format_names(), help=_("the format (default: by the file's name)"))
    add("-o", "--output", type=Path, metavar=_("FILE"), help=_("the file (default: print it)"))
    add(
        "--pseudonyms",
        action="store_true",
        help=_("replace addresses, hosts, EHLO name, Message-ID and IP addresses; lists them"),
    )
    return parser
