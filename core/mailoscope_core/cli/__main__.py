"""The command line: finds the command, loads its module alone, and turns errors into sentences."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from mailoscope_core import __version__
from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import PROGRAM, CommandParser, UsageError, exit_code_help
from mailoscope_core.cli.console import Console, open_console
from mailoscope_core.cli.exits import Exit, exit_of_error
from mailoscope_core.cli.language import choose_language, take_language

DEBUG_VARIABLE = "MAILOSCOPE_DEBUG_LOG"
COMMANDS = ("check", "explain", "code", "compare", "profiles", "report", "practice", "help")


class Command(Protocol):
    """What the module of a command offers."""

    def run(self, arguments: Sequence[str], console: Console) -> int:
        """Do the command with the arguments behind its name and return the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; nothing but the answer reaches the user."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = open_console(Texts())
    try:
        wanted, arguments = take_language(arguments)
        console = open_console(Texts(choose_language(wanted, os.environ)))
        return _dispatch(arguments, console)
    except UserError as error:
        console.complain(console.texts.error(error))
        return exit_of_error(error)
    except UsageError as error:
        return _explain_usage(error, console)
    except SystemExit as ended:  # argparse has shown a help
        return ended.code if isinstance(ended.code, int) else Exit.OK
    except KeyboardInterrupt:
        console.complain("")
        return Exit.CANCELLED
    except BrokenPipeError:
        # Whoever read has gone, as with `| head`; the flush at exit must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OUTPUT_FILE
    except Exception as error:  # noqa: BLE001  # no traceback ever reaches a user
        return _own_fault(error, console, os.environ)


def _dispatch(arguments: list[str], console: Console) -> int:
    if arguments and not arguments[0].startswith("-"):
        name = arguments[0]
        if name in COMMANDS:
            module: Command = import_module(f"mailoscope_core.cli.{name}")
            return module.run(arguments[1:], console)
        raise UserError("command-unknown", command=name, commands=", ".join(COMMANDS))
    parser = _top_parser(console.texts)
    parser.parse_args(arguments)
    parser.print_help(console.out)
    return Exit.OPTIONS if not arguments else Exit.OK


def _top_parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    summaries = {
        "check": _("step through a session with a server and explain it"),
        "explain": _("explain an error that you paste"),
        "code": _("say what a reply code or an SMTP keyword means"),
        "compare": _("put two codes, or two replies of sessions, side by side"),
        "profiles": _("list, show, export and import profiles"),
        "report": _("make a report of a saved session"),
        "practice": _("serve a practice scenario on this machine"),
        "help": _("print a page of the help"),
    }
    lines = [f"  {name:<10} {words}" for name, words in summaries.items()]
    commands = "\n".join((_("Commands:"), *lines))
    more = _("{program} COMMAND --help says more about a command.").format(program=PROGRAM)
    description = _("Finds out why mail will not send, and says who must do what about it.")
    epilog = f"{commands}\n\n{more}\n\n{exit_code_help(texts)}"
    parser = CommandParser("", description, texts, epilog=epilog)
    version = f"Mailoscope {__version__}"
    parser.options.add_argument(
        "--version", action="version", version=version, help=_("show the version")
    )
    parser.usage = _("{program} [--lang LL] COMMAND ...").format(program=PROGRAM)
    return parser


def _explain_usage(error: UsageError, console: Console) -> int:
    console.complain(error.usage.rstrip())
    text = console.texts.gettext("{detail}. {program} --help says what is possible.")
    console.complain(text.format(detail=str(error).rstrip("."), program=error.program))
    return Exit.OPTIONS


def _own_fault(error: Exception, console: Console, environment: Mapping[str, str]) -> int:
    """Say that the fault is ours; where it broke goes to a file if the user has asked for one.

    Without the exception's own text, which could hold anything.
    """
    _ = console.texts.gettext
    wanted = environment.get(DEBUG_VARIABLE, "")
    if wanted:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        try:
            Path(wanted).write_text("\n".join((*lines, type(error).__name__, "")), "utf-8")
        except OSError:
            wanted = ""
    if wanted:
        text = _("A fault of Mailoscope itself ({kind}). Please report it with the file {path}.")
    else:
        text = _(
            "A fault of Mailoscope itself ({kind}). Set {variable} to a file's name, run the "
            "command again and report the fault with that file."
        )
    kind = type(error).__name__
    console.complain(text.format(kind=kind, path=wanted, variable=DEBUG_VARIABLE))
    return Exit.INTERNAL


if __name__ == "__main__":
    sys.exit(main())
