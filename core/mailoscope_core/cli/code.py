"""`code`: what a reply code or an enhanced status code means."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.cli.record_text import RecordText
from mailoscope_core.knowledge.catalogue import Answer, load_catalogue
from mailoscope_core.knowledge.compare import SECTIONS
from mailoscope_core.report.plain import visible

_WIDTH = 96


def run(arguments: Sequence[str], console: Console) -> int:
    """Print the most specific record of the code, then which more general ones there are."""
    options = _parser(console.texts).parse_args(arguments)
    asked = " ".join(options.code)
    answer = load_catalogue().explain_text(asked)
    if not answer.records:
        raise UserError("code-unknown", code=asked)
    words = RecordText(console.texts)
    if options.json:
        console.say(json_line(_object(answer, words)))
    else:
        _print(answer, words, console)
    return Exit.OK


def _print(answer: Answer, words: RecordText, console: Console) -> None:
    _ = console.texts.gettext
    first, *others = answer.records
    console.say(console.styled(words.title(first), "strong"))
    if answer.level in ("subject", "class"):
        text = _("Nothing is known about {code} itself; this is about its group.")
        console.say(text.format(code=visible(answer.asked)))
    for section in SECTIONS[1:]:
        entries = words.lines(first, section)
        if not entries:
            continue
        console.say()
        console.say(f"{words.label(section)}:")
        for entry in entries:
            mark = "- " if len(entries) > 1 else ""
            for line in textwrap.wrap(
                entry, _WIDTH, initial_indent=f"  {mark}", subsequent_indent="  " + " " * len(mark)
            ):
                console.say(line)
    for record in others:
        console.say()
        more = _("More general: {record}").format(record=words.title(record))
        console.say(console.styled(more, "faint"))


def _object(answer: Answer, words: RecordText) -> dict[str, object]:
    return {
        "asked": answer.asked,
        "level": answer.level,
        "records": [
            {**msgspec.to_builtins(record), **words.fields(record)} for record in answer.records
        ],
    }


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.UNKNOWN)
    parser = CommandParser(
        "code",
        _("Says what a code means, when it comes and what to do about it."),
        texts,
        epilog=exit_code_help(texts, codes),
    )
    parser.given.add_argument(
        "code", nargs="+", metavar=_("CODE"), help=_("such as 354, 5.7.1, 550 5.1.1 or 5xx")
    )
    parser.options.add_argument("--json", action="store_true", help=_("print one JSON object"))
    return parser
