"""`compare`: two codes, or two entries of sessions, side by side and what differs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.event_comparison_text import EventComparisonText
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.cli.record_text import RecordText
from mailoscope_core.cli.wrapping import wrapped
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.compare import (
    SECTIONS,
    Comparison,
    Difference,
    SectionName,
    compare,
)
from mailoscope_core.knowledge.compare_events import compare_events, entry_of
from mailoscope_core.knowledge.records import PairRecord
from mailoscope_core.record.log import load_session


def run(arguments: Sequence[str], console: Console) -> int:
    """Print the comparison of two codes. Raises `UserError` code-unknown."""
    parser = _parser(console.texts)
    options = parser.parse_args(arguments)
    if options.session is not None:
        return _run_events(parser, options, console)
    if options.other is not None:
        parser.error(console.texts.gettext("--other goes with --session"))
    comparison = compare(load_catalogue(), options.first, options.second)
    words = RecordText(console.texts)
    if options.json:
        console.say(json_line(comparison_object(comparison, words)))
        return Exit.OK
    for line in comparison_lines(comparison, words):
        console.say(line)
    return Exit.OK


def _run_events(parser: CommandParser, options: argparse.Namespace, console: Console) -> int:
    """Print two entries of a session, or of two, side by side. Raises `UserError`."""
    if not (options.first.isdecimal() and options.second.isdecimal()):
        parser.error(console.texts.gettext("with --session give two numbers of entries"))
    session = load_session(options.session)
    other = load_session(options.other) if options.other is not None else None
    right = other if other is not None else session
    comparison = compare_events(
        load_catalogue(),
        entry_of(session.entries, int(options.first)),
        entry_of(right.entries, int(options.second)),
        session.entries,
        session.header,
        other=other.entries if other is not None else None,
        other_header=other.header if other is not None else None,
    )
    words = EventComparisonText(console.texts)
    if options.json:
        console.say(json_line(words.object(comparison)))
        return Exit.OK
    for line in words.lines(comparison):
        console.say(line)
    if comparison.codes is not None:
        console.say()
        for line in comparison_lines(comparison.codes, words.records):
            console.say(line)
    return Exit.OK


def comparison_lines(comparison: Comparison, words: RecordText) -> Iterator[str]:
    """Yield the comparison as wrapped lines: first the advice, then the sections one by one."""
    _ = words.texts.gettext
    a, b = comparison.a, comparison.b
    yield f"{words.title(a)} / {words.title(b)}"
    for asked, record in zip(comparison.asked, (a, b), strict=True):
        yield from words.makeshift(asked, record)
    if comparison.pair is not None:
        yield from _pair_lines(comparison.pair, words.texts)
    if comparison.differences:
        yield ""
        yield _("What differs:")
        for difference in comparison.differences:
            left, right = (
                _aspect(difference, values, words) for values in (difference.left, difference.right)
            )
            yield f"  {words.label(difference.aspect)}: {a.code} {left} | {b.code} {right}"
    for name in SECTIONS[1:]:
        yield from _section_lines(comparison, name, words)


def _pair_lines(pair: PairRecord, texts: Texts) -> Iterator[str]:
    _ = texts.gettext
    yield ""
    yield from wrapped(texts.record(pair.id, "description", pair.description))
    for label, field in (
        (_("Key differences"), "key_differences"),
        (_("When to use which"), "when_to_use"),
    ):
        yield ""
        yield f"{label}:"
        for entry in _entries(pair, field, texts):
            yield from wrapped(entry, "  - ")


def _section_lines(comparison: Comparison, name: SectionName, words: RecordText) -> Iterator[str]:
    sides = [(record.code, words.lines(record, name)) for record in (comparison.a, comparison.b)]
    if not any(lines for _, lines in sides):
        return
    yield ""
    yield f"{words.label(name)}:"
    for code, lines in sides:
        margin = " " * (len(code) + 4)
        for number, line in enumerate(lines or ("–",)):
            head = f"  {code}  " if number == 0 else margin
            yield from wrapped(line, head)


def _aspect(difference: Difference, values: Sequence[str], words: RecordText) -> str:
    """Return the words for one side of a computed difference."""
    _ = words.texts.gettext
    if difference.aspect in ("permanent", "standard"):
        return {"yes": _("yes"), "no": _("no")}[values[0]] if values else "–"
    if difference.aspect == "class":
        return f"{values[0].partition('.')[2]}xx" if values else "–"
    if difference.aspect == "steps":
        return ", ".join(words.steps(values)) or _("any step")
    if difference.aspect == "who":
        return ", ".join(words.owners(values)) or "–"
    return ", ".join(value.partition(".")[2] or value for value in values) or "–"


def comparison_object(comparison: Comparison, words: RecordText) -> dict[str, Any]:
    """Return the comparison for programs, with the words in the user's language."""
    records = (comparison.a, comparison.b)
    return {
        "codes": [record.code for record in records],
        "records": [
            {"id": record.id, "code": record.code, **words.fields(record)} for record in records
        ],
        "sections": [
            {
                "name": name,
                "label": words.label(name),
                "left": list(words.lines(comparison.a, name)),
                "right": list(words.lines(comparison.b, name)),
            }
            for name in SECTIONS
        ],
        "differences": [msgspec.to_builtins(each) for each in comparison.differences],
        "same": list(comparison.same),
        "pair": comparison.pair and _pair_object(comparison.pair, words.texts),
    }


def _pair_object(pair: PairRecord, texts: Texts) -> dict[str, Any]:
    return {
        "description": texts.record(pair.id, "description", pair.description),
        "key_differences": _entries(pair, "key_differences", texts),
        "when_to_use": _entries(pair, "when_to_use", texts),
        "rfc": list(pair.rfc),
    }


def _entries(pair: PairRecord, field: str, texts: Texts) -> list[str]:
    return [
        texts.record(pair.id, f"{field}.{number}", entry)
        for number, entry in enumerate(getattr(pair, field))
    ]


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.INPUT_FILE, Exit.UNKNOWN)
    description = _("Puts two codes side by side: what each means, how they differ, which is when.")
    parser = CommandParser("compare", description, texts, epilog=exit_code_help(texts, codes))
    parser.given.add_argument(
        "first", metavar=_("CODE"), help=_("such as 354, 5.7.1, STARTTLS or PLAIN")
    )
    parser.given.add_argument("second", metavar=_("CODE"), help=_("the code to compare it with"))
    parser.options.add_argument(
        "--session",
        type=Path,
        metavar=_("SESSION"),
        help=_("compare two entries of this saved session; give their numbers instead of codes"),
    )
    parser.options.add_argument(
        "--other",
        type=Path,
        metavar=_("SESSION"),
        help=_("take the second entry from this saved session"),
    )
    parser.options.add_argument("--json", action="store_true", help=_("print one JSON object"))
    return parser
