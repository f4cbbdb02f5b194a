"""What `check` prints while the session runs: each line, and each reply with its meaning."""

from __future__ import annotations

import shutil

from mailoscope_core.cli.console import Console
from mailoscope_core.cli.wrapping import wrapped
from mailoscope_core.knowledge.catalogue import Catalogue
from mailoscope_core.knowledge.observe import Observer
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.record.events import Entry, ReplyReceived, StepStarted
from mailoscope_core.report.event_words import CLASS_GLYPHS, EventWords, digit_of
from mailoscope_core.report.transcript import TranscriptFold, TranscriptRow

_STYLES = {"2": "yes", "3": "go", "4": "later", "5": "no", "none": "odd"}
_MARKS = {"sent": "C:", "received": "S:", "tls": "* ", "note": "* ", "problem": "! "}


class LiveTranscript:
    """Prints entries as they come. A meaning is told in full once, then by its name."""

    def __init__(self, console: Console, catalogue: Catalogue) -> None:
        self._console = console
        self._catalogue = catalogue
        self._observer = Observer(load_vendors())
        self._words = EventWords(console.texts)
        self._fold = TranscriptFold(console.texts)
        self._told: set[str] = set()
        self._width = min(shutil.get_terminal_size((96, 24)).columns, 110)

    def show(self, entry: Entry) -> None:
        """Print what an entry has to say."""
        event = entry.event
        self._observer.feed(entry)
        if isinstance(event, StepStarted):
            name = self._words.step(event.kind)
            self._console.say(self._console.styled(f"-- {name}", "strong"))
        for row in self._fold.feed(entry):
            self._console.say(self._row(row))
        if isinstance(event, ReplyReceived):
            self._explain(event)

    def _row(self, row: TranscriptRow) -> str:
        text = f"{_MARKS[row.direction]} {row.text}"
        if row.direction == "received":
            return self._console.styled(text, _STYLES[digit_of(row.code)])
        if row.direction in ("note", "tls"):
            return self._console.styled(text, "faint")
        return self._console.styled(text, "odd") if row.direction == "problem" else text

    def _explain(self, reply: ReplyReceived) -> None:
        """Say what a reply means: the class in one word, then the record of its code."""
        texts, digit = self._console.texts, digit_of(reply.code)
        head = f"{CLASS_GLYPHS[digit]} {self._words.reply_class(reply.code)}"
        vendor = self._observer.vendor
        record = self._catalogue.explain_code(reply.code, reply.enhanced, vendor).record
        if record is None:
            self._print_meaning(head)
            return
        name = texts.record(record.id, "name", record.name)
        meaning = f"{head}: {record.code} {name}"
        if record.id not in self._told:
            self._told.add(record.id)
            description = texts.record(record.id, "description", record.description)
            meaning = f"{meaning}. {description}" if description else meaning
        self._print_meaning(meaning)

    def _print_meaning(self, text: str) -> None:
        for line in wrapped(text, "     ", width=self._width):
            self._console.say(self._console.styled(line, "faint"))
