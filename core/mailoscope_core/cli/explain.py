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
from mailoscope_core.knowledge.pasted import (
    Explained,
    explain_chunks,
    explain_path,
    explain_text,
)
from mailoscope_core.knowledge.reproduce import Verdict
from mailoscope_core.knowledge.text import reproduction_words, words
from mailoscope_core.report.plain import visible

_CHUNK = 64 * 1024
_CLAIMS_NOTHING = frozenset({"unknown", "accepted"})


def run(arguments: Sequence[str], console: Console) -> int:
    """Explain the text of the arguments, of a file, of the standard input, or a batch of texts."""
    options = _parser(console.texts).parse_args(arguments)
    if options.batch is not None:
        for line in _batch(options.batch):
            console.out.write(line + "\n")
        return Exit.OK
    explained = _explained(options.text, options.file, console)
    if options.json:
        console.say(json_line(_full_object(explained, console.texts)))
    elif explained.findings:
        for number, finding in enumerate(explained.findings):
            if number:
                console.say()
            print_finding(finding, console)
            print_reproduction(explained.verdicts[number], console)
    else:
        console.say(console.texts.gettext("Nothing in this text is known. Nothing is guessed."))
    return Exit.OK if explained.findings else Exit.UNKNOWN


def print_reproduction(verdict: Verdict, console: Console) -> None:
    """Print whether this machine can see the error itself, and with what, or why not."""
    _ = console.texts.gettext
    said = reproduction_words(verdict, console.texts)
    if verdict.profile is None:
        console.say(visible(_("Not reproducible here: {reason}").format(reason=said)))
        return
    profile = verdict.profile
    if profile.host:
        line = _("To reproduce it here: mailoscope-cli check {host} --port {port}").format(
            host=profile.host, port=profile.port
        )
        console.say(visible(line))
    if said:
        console.say(visible(said))


def _explained(text: str | None, file: Path | None, console: Console) -> Explained:
    if file is not None:
        return explain_path(file)
    if text is not None and text != "-":
        return explain_text(text)
    return explain_chunks(_standard_input(console))


def _standard_input(console: Console) -> Iterator[bytes]:
    """Yield the input in pieces: its bytes where it has them, else its text (a test's)."""
    raw = getattr(console.stdin, "buffer", None)
    while True:
        piece = raw.read(_CHUNK) if raw is not None else console.stdin.read(_CHUNK).encode()
        if not piece:
            return
        yield piece


def _full_object(explained: Explained, texts: Texts) -> dict[str, Any]:
    result = result_object(explained.findings, texts)
    for fields, verdict in zip(result["findings"], explained.verdicts, strict=True):
        fields["reproduce"] = {
            "possible": verdict.possible,
            "reason": verdict.reason or verdict.caveat or None,
            "words": reproduction_words(verdict, texts),
            "profile": _profile_fields(verdict),
        }
    return result


def _profile_fields(verdict: Verdict) -> dict[str, Any] | None:
    profile = verdict.profile
    if profile is None:
        return None
    return {
        "host": profile.host,
        "port": profile.port,
        "tls": profile.tls.value,
        "user": profile.user,
    }


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
        None
        if finding is None or finding.classification in _CLAIMS_NOTHING
        else finding.classification
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
    parser.options.add_argument(
        "--file",
        type=Path,
        metavar=_("FILE"),
        help=_("read the error from a file: a log, or a whole bounce (.eml) of any size"),
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
