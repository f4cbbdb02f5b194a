"""The ladder: one row a step, with its state, line, reply and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from mailoscope_gui.delegates.chip import chip_text
from mailoscope_gui.i18n import N_, Language
from mailoscope_gui.models.table import Index, ReadOnlyTable

if TYPE_CHECKING:
    from mailoscope_core.record.events import Entry
    from mailoscope_core.report.event_words import EventWords
    from mailoscope_core.report.ladder import LadderFold, Rung

GUTTER, STATE, STEP, LINE, REPLY, TIME = range(6)
RUNG_ROLE = Qt.ItemDataRole.UserRole + 1
SHARE_ROLE = Qt.ItemDataRole.UserRole + 2
"""How long the step took, as a share of the longest one."""

_ROOT = QModelIndex()


class LadderModel(ReadOnlyTable):
    """The current attempt's rungs; `facts` tell what steps without a line brought to light."""

    headers = ("", "", N_("Step"), N_("Line"), N_("Reply"), N_("Time"))

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(language, parent)
        self.rungs: list[Rung] = []
        self._fold: LadderFold | None = None
        self._words: EventWords | None = None
        self._facts: dict[str, str] = {}
        self._attempt = 1
        self._longest = 0.0
        self._reset = False
        self._touched: set[int] = set()

    # --- feeding ------------------------------------------------------------------------------

    def begin(self, fold: LadderFold, words: EventWords) -> None:
        """Start with an empty ladder and the folds that will fill it."""
        self._fold, self._words = fold, words
        self._facts, self._attempt = {}, 1
        self._reset = True
        self._touched.clear()

    def feed(self, entry: Entry) -> None:
        """Take an entry in; `flush` shows it."""
        fold = self._fold
        if fold is None:
            return
        change = fold.feed(entry)
        if entry.attempt != self._attempt:
            self._attempt, self._facts = entry.attempt, {}
        self._reset = self._reset or change.reset
        self._touched.update(change.rows)

    def note(self, step: str, text: str) -> None:
        """Keep what a step without a line of its own has found out."""
        self._facts[step] = text
        self._reset = True

    def flush(self) -> None:
        """Show what has changed: rows that stay are neither removed nor inserted."""
        if self._fold is None or not (self._reset or self._touched):
            return
        new = list(self._fold.rungs)
        self._longest = max((rung.ms or 0.0 for rung in new), default=0.0)
        keys = ([rung.step for rung in self.rungs], [rung.step for rung in new])
        if self._reset or keys[0] != keys[1]:
            self.replace_rows(self.rungs, new, keys)
        else:
            self.rungs[:] = new
            self.repaint_rows(min(self._touched), min(max(self._touched), len(new) - 1))
        self._reset = False
        self._touched.clear()

    # --- reading ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of steps."""
        return 0 if parent.isValid() else len(self.rungs)

    def row_of(self, step: str | None) -> int | None:
        """Return the row of a step, null when it is not in the plan."""
        return next((row for row, rung in enumerate(self.rungs) if rung.step == step), None)

    def next_rung(self) -> Rung | None:
        """Return the step that would be next."""
        return next((rung for rung in self.rungs if rung.state == "next"), None)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return a role of a cell."""
        rung = self.rungs[row]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(rung, column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(rung, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(rung, column)
            case _ if role == RUNG_ROLE:
                return rung
            case _ if role == SHARE_ROLE:
                return (rung.ms or 0.0) / self._longest if self._longest else 0.0
        return None

    def line_of(self, rung: Rung) -> str:
        """Return the step's line, or what stands for it where none is sent."""
        return rung.line if rung.line is not None else self._facts.get(rung.step, "")

    def _text(self, rung: Rung, column: int) -> str | None:
        match column:
            case 2:
                return self._step_name(rung)
            case 3:
                return self.line_of(rung)
            case 4:
                return rung.reply
            case 5:
                return duration(rung.ms, self.language)
        return None

    def _tip(self, rung: Rung, column: int) -> str | None:
        _ = self.language.gettext
        if column == GUTTER:
            if rung.breakpoint:
                return _("Breakpoint: the session stops before this step. Click to clear.")
            return _("Click to stop before this step.")
        if column == STATE:
            return self._state_name(rung)
        if column == LINE:
            return _escaped(self.line_of(rung))
        if column == REPLY and rung.reply:
            return _escaped(rung.reply)
        return None

    def _spoken(self, rung: Rung, column: int) -> str:
        """Return the row as a sentence for screen readers, on its first column."""
        if column > STATE:
            return self._text(rung, column) or ""
        parts = [self._step_name(rung), self._state_name(rung)]
        if rung.breakpoint:
            parts.append(self.language.gettext("breakpoint"))
        if rung.code is not None:
            parts.append(chip_text(rung.code, self.language))
        return ", ".join(part for part in parts if part)

    def _step_name(self, rung: Rung) -> str:
        return self._words.step(rung.kind) if self._words else rung.kind

    def _state_name(self, rung: Rung) -> str:
        word = "skipped" if rung.skip and rung.state in ("waiting", "next") else rung.state
        return self._words.outcome(word) if self._words else word


def duration(ms: float | None, language: Language) -> str:
    """Return a time for people: `12 ms`, `1.24 s`, `3 min 5 s`."""
    if ms is None:
        return ""
    if ms < 1:
        return language.gettext("< 1 ms")
    if ms < 1000:
        return language.gettext("{ms} ms").format(ms=f"{ms:.0f}")
    if ms < 60_000:
        return language.gettext("{seconds} s").format(seconds=f"{ms / 1000:.2f}")
    minutes, rest = divmod(round(ms / 1000), 60)
    return language.gettext("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def _escaped(text: str) -> str:
    """Return text for a tool tip, where Qt would take mark-up for its word."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
