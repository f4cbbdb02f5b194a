"""Writes the man pages of both programs from the parsers that also print their `--help`."""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from mailoscope_core import __version__
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.__main__ import COMMANDS
from mailoscope_core.cli.console import open_console
from mailoscope_core.cli.exits import descriptions

PAGES = ("mailoscope", "mailoscope-cli")
_FILES = (
    ("~/.config/mailoscope", "Preferences, and one file for each profile. No password is here."),
    ("~/.local/share/mailoscope", "Past sessions, without passwords and message texts."),
    ("~/.cache/mailoscope", "Messages prepared for sending; they go when their session ends."),
)
_VARIABLES = (
    ("MAILOSCOPE_HOME", "A folder that holds all of the above instead."),
    ("LANGUAGE, LC_ALL, LC_MESSAGES, LANG", "The language, unless --lang or a preference says it."),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "Other trusted certificates than the system's."),
)
_CLI_VARIABLES = (("MAILOSCOPE_DEBUG_LOG", "A file for where a fault of the program itself was."),)


def page(program: str, day: dt.date) -> str:
    """Return the man page of one of the two programs."""
    lines = [f'.TH {program.upper()} 1 {day.isoformat()} "Mailoscope {__version__}"']
    lines += _window() if program == "mailoscope" else _command_line()
    return "\n".join(lines) + "\n"


def parser_of(call: Callable[[], object]) -> argparse.ArgumentParser:
    """Return the parser that `call` is about to use."""
    found: list[argparse.ArgumentParser] = []

    class Found(Exception):
        pass

    def stop(parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        found.append(parser)
        raise Found

    with mock.patch.object(argparse.ArgumentParser, "parse_args", stop):
        try:
            call()
        except Found:
            return found[0]
    raise LookupError("no options are parsed there")


def window_parser() -> argparse.ArgumentParser:
    """Return the parser of the window's command line."""
    from mailoscope_gui.options import parse

    return parser_of(lambda: parse(["--help"]))


def command_parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of one command of the command line."""
    module = importlib.import_module(f"mailoscope_core.cli.{command}")
    return parser_of(lambda: module.run([], open_console(Texts())))


def main_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line without a command."""
    from mailoscope_core.cli.__main__ import _dispatch

    return parser_of(lambda: _dispatch(["--help"], open_console(Texts())))


def _window() -> Iterator[str]:
    parser = window_parser()
    yield from _section("NAME", r"mailoscope \- find out why mail will not send")
    yield from _synopsis(parser)
    yield from _section(
        "DESCRIPTION",
        ".B mailoscope",
        "opens a window that connects to a mail server one SMTP step at a time and shows each "
        "reply with what it means, why it came here, who has to act and what to try next.",
        "A session file on the command line, or double-clicked, is shown again and explained anew.",
        "Nothing is connected to before you ask for it.",
    )
    yield ".SH OPTIONS"
    yield from _options(parser)
    yield ".SH EXIT STATUS"
    yield from _list((("0", "The window was closed; with --headless: all went well."),))
    yield from _list((("2", "The options are not right."),))
    yield from _list((("40", "With --headless: the session failed or could not be written."),))
    yield from _end(_VARIABLES, "mailoscope-cli")


def _command_line() -> Iterator[str]:
    yield from _section("NAME", r"mailoscope-cli \- find out why mail will not send, in a terminal")
    yield ".SH SYNOPSIS"
    yield r".B mailoscope-cli"
    yield r"[\fB\-\-lang\fR \fILL\fR] \fICOMMAND\fR ..."
    yield from _section(
        "DESCRIPTION",
        ".B mailoscope-cli",
        "does in a terminal what",
        ".BR mailoscope (1)",
        "does in a window: it steps through a session with a mail server, explains what the server "
        "says, and explains errors that are pasted.",
    )
    yield ".SH OPTIONS"
    yield from _options(main_parser())
    yield ".SH COMMANDS"
    for command in COMMANDS:
        parser = command_parser(command)
        yield f".SS {command}"
        yield _roff(" ".join((parser.description or "").split()))
        yield ".PP"
        yield from _usage(parser)
        yield from _options(parser, without=("-h", "--lang"))
    yield ".SH EXIT STATUS"
    yield from _list((str(code.value), words) for code, words in descriptions(Texts()))
    yield from _end((*_VARIABLES, *_CLI_VARIABLES), "mailoscope")


def _synopsis(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield ".SH SYNOPSIS"
    yield from _usage(parser)


def _usage(parser: argparse.ArgumentParser) -> Iterator[str]:
    usage = " ".join(parser.format_usage().partition(":")[2].split())
    program = parser.prog
    yield f".B {_roff(program)}"
    yield _roff(usage.removeprefix(program).strip())


def _options(parser: argparse.ArgumentParser, without: tuple[str, ...] = ()) -> Iterator[str]:
    rows = []
    for action in parser._actions:
        names = action.option_strings
        if set(names) & set(without):
            continue
        value = _value(action)
        if names:
            head = ", ".join(rf"\fB{_roff(name)}\fR" for name in names)
            head += rf" \fI{_roff(value)}\fR" if value else ""
        else:
            head = rf"\fI{_roff(value)}\fR"
        rows.append((head, (action.help or "").replace("%%", "%")))
    yield from _list(rows, ready=True)


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar is not None:
        return str(action.metavar)
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    return action.dest.upper()


def _end(variables: tuple[tuple[str, str], ...], other: str) -> Iterator[str]:
    yield ".SH FILES"
    yield from _list(_FILES)
    yield ".SH ENVIRONMENT"
    yield from _list(variables)
    yield ".SH SEE ALSO"
    yield rf".BR {_roff(other)} (1)"


def _section(title: str, *lines: str) -> Iterator[str]:
    yield f".SH {title}"
    yield from lines


def _list(rows: object, *, ready: bool = False) -> Iterator[str]:
    for head, text in rows:  # type: ignore[attr-defined]
        yield ".TP"
        yield head if ready else rf"\fB{_roff(head)}\fR"
        yield _roff(text)


def _roff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti")
    return re.sub(r"^([.'])", r"\\&\1", escaped)


def write_pages(folder: Path, day: dt.date) -> list[Path]:
    """Write both pages into the folder and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for program in PAGES:
        file = folder / f"{program}.1"
        file.write_text(page(program, day), encoding="utf-8")
        made.append(file)
    return made


if __name__ == "__main__":
    for written in write_pages(Path(sys.argv[1]), dt.datetime.now(dt.UTC).date()):
        print(written)
