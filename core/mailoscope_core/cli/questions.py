"""The questions that a session asks of a person at a terminal; elsewhere the answer is no."""

from __future__ import annotations

from mailoscope_core.base.secret import Secret
from mailoscope_core.cli.console import Console
from mailoscope_core.record.events import ConfirmationNeeded, DeadlinePassed, SecretNeeded
from mailoscope_core.report.event_words import EventWords


class Questions:
    """Puts questions to whoever sits at the console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._words = EventWords(console.texts)

    def secret(self, needed: SecretNeeded) -> Secret | None:
        """Ask for the password or token, without an echo."""
        _ = self._console.texts.gettext
        text = _("Password of {user} at {host}:")
        if needed.kind == "token":
            text = _("OAuth token of {user} for {host}:")
        return self._console.ask_secret(text.format(user=needed.user, host=needed.host))

    def confirm(self, needed: ConfirmationNeeded, *, quiet: bool = False) -> bool:
        """Ask for a yes; without a terminal say that the answer is no (unless `quiet`)."""
        console = self._console
        _ = console.texts.gettext
        what = self._words.note(needed)
        if console.interactive:
            return console.confirm(f"{what} {_('Go on?')}")
        if not quiet:
            why = _("Nobody is at a terminal to say yes, so the answer is no.")
            console.complain(f"{what} {why}")
        return False

    def keep_waiting(self, late: DeadlinePassed | None) -> bool:
        """Ask whether to wait on after a deadline."""
        _ = self._console.texts.gettext
        seconds = f"{late.seconds:.0f}" if late else "–"
        text = _("No answer for {seconds} s. Keep waiting?")
        return self._console.confirm(text.format(seconds=seconds))
