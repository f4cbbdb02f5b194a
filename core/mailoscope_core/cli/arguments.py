"""Argument parsers that speak the user's language and end with our exit code."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from typing import NoReturn

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.exits import Exit, descriptions

PROGRAM = "mailoscope-cli"
_WIDTH = 78


class UsageError(Exception):
    """The options are not right; `usage` shows how they would be."""

    def __init__(self, message: str, usage: str, program: str) -> None:
        super().__init__(message)
        self.usage = usage
        self.program = program


class CommandParser(argparse.ArgumentParser):
    """A parser whose headings are translated; groups `given` and `options` hold its arguments."""

    def __init__(
        self, command: str, description: str, texts: Texts, *, epilog: str | None = None
    ) -> None:
        super().__init__(
            prog=f"{PROGRAM} {command}".strip(),
            description=textwrap.fill(description, _WIDTH),
            epilog=epilog,
            add_help=False,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _ = texts.gettext
        self._usage_word = _("Usage:")
        self.given = self.add_argument_group(_("Arguments"))
        self.options = self.add_argument_group(_("Options"))
        self.options.add_argument("-h", "--help", action="help", help=_("show this help"))
        # Taken out before; here for the help.
        self.options.add_argument(
            "--lang", metavar=_("LL"), help=_("language: en, hi (default: the locale's)")
        )

    def format_usage(self) -> str:
        """Return the usage line with its heading in the user's language."""
        return super().format_usage().replace("usage:", self._usage_word, 1)

    def format_help(self) -> str:
        """Return the help with its heading in the user's language."""
        return super().format_help().replace("usage:", self._usage_word, 1)

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`: the main program says it and chooses the exit code."""
        raise UsageError(message, self.format_usage(), self.prog)


def exit_code_help(texts: Texts, codes: Sequence[Exit] | None = None) -> str:
    """Return the list of exit codes for the end of a help text."""
    rows = [row for row in descriptions(texts) if codes is None or row[0] in codes]
    lines = [f"  {code.value:>3}  {words}" for code, words in rows]
    return "\n".join((texts.gettext("Exit codes:"), *lines))
