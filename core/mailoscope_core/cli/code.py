"""`code`: what a reply code, an enhanced status code, an extension or a mechanism means."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.cli.record_text import AnswerText
from mailoscope_core.cli.wrapping import section, wrapped
from mailoscope_core.knowledge.catalogue import Answer, load_catalogue
from mailoscope_core.knowledge.compare import SECTIONS
from mailoscope_core.knowledge.records import CodeRecord
from mailoscope_core.knowledge.vendors import load_vendors


def run(arguments: Sequence[str], console: Console) -> int:
    """Print the most specific record of the code, then which more general ones there are."""
    options = _parser(console.texts).parse_args(arguments)
    asked = " ".join(options.code)
    answer = load_catalogue().explain_text(asked, options.vendor)
    if not answer.records:
        raise UserError("code-unknown", code=asked)
    words = AnswerText(console.texts)
    if options.json:
        console.say(json_line(_object(answer, words)))
    else:
        _print(answer, words, console)
    return Exit.OK


def _print(answer: Answer, words: AnswerText, console: Console) -> None:
    _ = console.texts.gettext
    first, *others = answer.records
    console.say(console.styled(words.title(first), "strong"))
    for sentence in words.remarks(answer):
        for line in wrapped(sentence):
            console.say(line)
    for name in SECTIONS[1:]:
        if entries := words.lines(first, name):
            for line in section(words.label(name), entries):
                console.say(line)
    for record in answer.elsewhere:
        console.say()
        for line in wrapped(words.elsewhere(record), rest="  "):
            console.say(line)
    for record in others:
        console.say()
        more = _("More general: {record}").format(record=words.title(record))
        console.say(console.styled(more, "faint"))


def _object(answer: Answer, words: AnswerText) -> dict[str, object]:
    return {
        "asked": answer.asked,
        "level": answer.level,
        "answered_by": words.level(answer),
        "classes_differ": answer.classes_differ,
        "records": _records(answer.records, words),
        "elsewhere": _records(answer.elsewhere, words),
    }


def _records(records: Sequence[CodeRecord], words: AnswerText) -> list[dict[str, object]]:
    return [{**msgspec.to_builtins(record), **words.fields(record)} for record in records]


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.UNKNOWN)
    parser = CommandParser(
        "code",
        _("Says what a code or keyword means, when it comes and what to do about it."),
        texts,
        epilog=exit_code_help(texts, codes),
    )
    parser.given.add_argument(
        "code",
        nargs="+",
        metavar=_("CODE"),
        help=_("such as 354, 5.7.1, 550 5.1.1, 5xx, STARTTLS or AUTH PLAIN"),
    )
    vendors = [vendor.id.removeprefix("vendor.") for vendor in load_vendors().records]
    parser.options.add_argument(
        "--vendor", choices=vendors, metavar=_("NAME"), help=_("whose server said it: google, ...")
    )
    parser.options.add_argument("--json", action="store_true", help=_("print one JSON object"))
    return parser
