"""The terminal as the commands see it: streams, language, colours, questions."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from mailoscope_core.base.secret import Secret
from mailoscope_core.base.texts import Texts

# Bright enough on dark and dark enough on light: the terminal's own palette decides the rest.
_STYLES = {
    "yes": "32",
    "go": "34",
    "later": "33",
    "no": "31",
    "odd": "35",
    "faint": "2",
    "strong": "1",
}


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command writes and asks. `interactive` means that somebody can answer."""

    texts: Texts
    out: TextIO
    err: TextIO
    stdin: TextIO
    colours: bool
    interactive: bool

    def say(self, text: str = "") -> None:
        """Write a line to the standard output, at once."""
        print(text, file=self.out, flush=True)

    def complain(self, text: str) -> None:
        """Write to the standard error; what was typed or named on disk may hold anything."""
        from mailoscope_core.report.plain import visible  # most runs have nothing to complain of

        lines = (visible(line) for line in text.split("\n"))
        print("\n".join(lines), file=self.err, flush=True)

    def styled(self, text: str, style: str) -> str:
        """Return text in a colour, on a terminal only; a colour never says anything alone."""
        if not self.colours or style not in _STYLES:
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"

    def ask(self, question: str) -> str | None:
        """Ask for a line, without its ending; null at the end of the input."""
        print(question, end="", file=self.err, flush=True)
        answer = self.stdin.readline()
        if not answer:
            print(file=self.err)
            return None
        return answer.rstrip("\r\n")

    def confirm(self, question: str) -> bool:
        """Ask for a yes; anything else is a no, and so is the lack of a terminal."""
        if not self.interactive:
            return False
        _ = self.texts.gettext
        choice = _("[y/N]")
        answer = self.ask(f"{question} {choice} ")
        # Translated is the first letter that means yes; the English one stays possible.
        return answer is not None and answer.strip().casefold()[:1] in {_("y"), "y"}

    def ask_secret(self, question: str) -> Secret | None:
        """Ask for a secret without showing it; null when there is none."""
        if not self.interactive:
            return None
        try:
            answer = getpass.getpass(f"{question} ", stream=self.err)
        except EOFError:
            return None
        return Secret(answer) if answer else None


def open_console(texts: Texts, environment: Mapping[str, str] | None = None) -> Console:
    """Return the console of this process; NO_COLOR and TERM=dumb switch colours off."""
    variables = os.environ if environment is None else environment
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    plain = bool(variables.get("NO_COLOR")) or variables.get("TERM") == "dumb"
    return Console(
        texts=texts,
        out=sys.stdout,
        err=sys.stderr,
        stdin=sys.stdin,
        colours=sys.stdout.isatty() and not plain,
        interactive=sys.stdin.isatty() and sys.stderr.isatty(),
    )
