"""`explain`: what a pasted error means, who must act, and what to try."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.findings import print_finding
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.knowledge.diagnose import explain
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.knowledge.text import words

# A bounce with its original message attached; only its beginning and end say why.
_MAX_CHARACTERS = 64 * 1024 * 1024


def run(arguments: Sequence[str], console: Console) -> int:
    """Explain the text of the arguments, of the standard input, or a batch of texts."""
    options = _parser(console.texts).parse_args(arguments)
    if options.batch is not None:
        for line in _batch(options.batch):
            console.out.write(line + "\n")
        return Exit.OK
    text = options.text
    if text is None or text == "-":
        text = console.stdin.read(_MAX_CHARACTERS)
    findings = explain(text)
    if options.json:
        console.say(json_line(result_object(findings, console.texts)))
    elif findings:
        for number, finding in enumerate(findings):
            if number:
                console.say()
            print_finding(finding, console)
    else:
        console.say(console.texts.gettext("Nothing in this text is known. Nothing is guessed."))
    return Exit.OK if findings else Exit.UNKNOWN


def result_object(findings: Sequence[Finding], texts: Texts | None = None) -> dict[str, Any]:
    """Return findings as an object: the best class (null if unknown), then each; with `texts`
    their words too."""
    best = findings[0] if findings else None
    return {
        "class": _class(best),
        "confidence": best.confidence if best else 0.0,
        "rule": best.rule if best else None,
        "findings": [_finding(finding, texts) for finding in findings],
    }


def _finding(finding: Finding, texts: Texts | None) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "class": _class(finding),
        "owner": finding.owner.value,
        "reported_at": finding.reported_at,
        "caused_at": finding.caused_at,
        "code": finding.code,
        "enhanced": finding.enhanced,
        "fix_tags": list(finding.fix_tags),
        "rule": finding.rule,
        "confidence": finding.confidence,
    }
    if texts is not None:
        fields |= {
            "severity": finding.severity.value,
            "params": finding.params,
            "words": msgspec.to_builtins(words(finding, texts)),
        }
    return fields


def _class(finding: Finding | None) -> str | None:
    return (
        None if finding is None or finding.classification == "unknown" else finding.classification
    )


def _batch(path: Path) -> Iterator[str]:
    """Yield one line of JSON for each line of the file, in its order."""
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            asked = msgspec.json.decode(line)
            key, text = asked["id"], asked["text"]
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            raise UserError("batch-line", path=path, line=number) from error
        if not isinstance(text, str):
            raise UserError("batch-line", path=path, line=number)
        yield json_line({"id": key, **result_object(explain(text))})


def _lines(path: Path) -> Iterable[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("input-unreadable", path=path, detail=detail) from error


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    description = _("Explains an error: a reply, a log line, a program's message, a bounce.")
    codes = (Exit.OK, Exit.OPTIONS, Exit.INPUT_FILE, Exit.UNKNOWN)
    parser = CommandParser("explain", description, texts, epilog=exit_code_help(texts, codes))
    parser.given.add_argument(
        "text",
        nargs="?",
        metavar=_("TEXT"),
        help=_("the error; “-” or nothing reads it from the standard input"),
    )
    parser.options.add_argument("--json", action="store_true", help=_("print one JSON object"))
    parser.options.add_argument(
        "--batch",
        type=Path,
        metavar=_("FILE.jsonl"),
        help=_("explain many: lines {fields} in, one JSON object a line out").format(
            fields='{"id", "text"}'
        ),
    )
    return parser
