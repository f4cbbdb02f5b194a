"""A finding as a card: what it is, where it comes from, who acts, what helps and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mailoscope_gui.delegates.glyphs import paint_glyph
from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import caption, heading, plain, wrapped
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_link import CodeLink

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Finding, FindingWords
    from mailoscope_core.knowledge.reproduce import Verdict
    from mailoscope_gui.services import Services

_GLYPHS = {"info": "info", "warning": "again", "error": "cross"}
_SEVERITIES = {
    "info": N_("For information"),
    "warning": N_("Should be mended"),
    "error": N_("Stops the mail"),
}
_STRIPE = 5.0
_RADIUS = 8.0


@dataclass(frozen=True, slots=True)
class WordedFinding:
    """A finding with its words, and whether it can be reproduced here."""

    finding: Finding
    words: FindingWords
    verdict: Verdict | None = None
    reproduction: str = ""
    """Why it cannot be reproduced here, or what to bear in mind."""


class FindingCard(QFrame):
    """Built for one finding; the page makes new ones when the text or the language changes."""

    code_asked = Signal(str)
    """The code that was pressed."""
    reproduce_asked = Signal(object)
    """The profile with which to look for oneself."""

    def __init__(
        self, services: Services, shown: WordedFinding, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = services.theme
        self._shown = shown
        self.setObjectName(f"finding-{shown.finding.rule}")
        self.setAccessibleName(shown.words.title)
        self._severity = plain()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(22, 14, 18, 16)
        self._column.setSpacing(7)
        self._build()
        self._theme.changed.connect(self.update)

    def _build(self) -> None:
        gettext, words = self._services.language.gettext, self._shown.words
        self._head()
        self._column.addWidget(heading(words.title, points=2.0))
        if words.cause:
            self._column.addWidget(wrapped(words.cause))
        if {"title", "cause"} & set(words.fallback):
            self._small(gettext("In English: not translated yet."))
        self._facts(
            (
                (gettext("Reported at"), words.reported_at),
                (gettext("Caused at"), words.caused_at),
                (gettext("Who must act"), words.owner),
            )
        )
        self._list(self._marked(gettext("What to do"), "fixes"), words.fixes, numbered=True)
        dead_ends = self._marked(gettext("What does not help"), "dead_ends")
        self._list(dead_ends, words.dead_ends, numbered=False)
        if self._shown.verdict is not None:
            self._reproduce(self._shown.verdict)
        if words.source:
            self._small(gettext("Source: {source}").format(source=words.source))

    def _marked(self, title: str, field: str) -> str:
        """Return a list's heading, with a mark where parts of the list are in English."""
        english = any(each.startswith(f"{field}.") for each in self._shown.words.fallback)
        return worded.marked(self._services.language.texts, title, english=english)

    def _head(self) -> None:
        finding = self._shown.finding
        row = QHBoxLayout()
        row.setSpacing(8)
        self._severity.setText(self._services.language.gettext(_SEVERITIES[finding.severity.value]))
        self._severity.setContentsMargins(20, 0, 0, 0)
        self._muted(self._severity)
        row.addWidget(self._severity)
        row.addStretch()
        codes = (str(finding.code) if finding.code else "", finding.enhanced or "")
        for code in filter(None, codes):
            link = CodeLink(self._theme, code)
            link.asked.connect(self.code_asked)
            row.addWidget(link)
        self._column.addLayout(row)

    def _facts(self, facts: Sequence[tuple[str, str]]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(1)
        known = [(name, value) for name, value in facts if value]
        for column, (name, value) in enumerate(known):
            label = plain(name)
            self._muted(label)
            grid.addWidget(label, 0, column)
            grid.addWidget(wrapped(value), 1, column)
            grid.setColumnStretch(column, 1)
        self._column.addSpacing(2)
        self._column.addLayout(grid)

    def _list(self, title: str, entries: Sequence[str], *, numbered: bool) -> None:
        if not entries:
            return
        self._column.addSpacing(4)
        self._column.addWidget(caption(title))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, entry in enumerate(entries):
            mark = plain(f"{row + 1}." if numbered else "–")
            self._muted(mark)
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(wrapped(entry), row, 1)
        self._column.addLayout(grid)

    def _reproduce(self, verdict: Verdict) -> None:
        gettext, said = self._services.language.gettext, self._shown.reproduction
        self._column.addSpacing(4)
        if not verdict.possible:
            self._column.addWidget(caption(gettext("Not reproducible from this machine")))
            self._column.addWidget(wrapped(said[:1].upper() + said[1:]))
            return
        self._column.addWidget(caption(gettext("See it for yourself")))
        if said:
            self._column.addWidget(wrapped(said))
        button = QPushButton(gettext("Reproduce with a new profile…"))
        button.setObjectName("reproduce")
        button.setToolTip(gettext("Opens a profile filled from the text, without a password."))
        button.clicked.connect(lambda: self.reproduce_asked.emit(verdict.profile))
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch()
        self._column.addLayout(row)

    def _small(self, text: str) -> None:
        label = wrapped(text)
        self._muted(label)
        self._column.addWidget(label)

    def _muted(self, label: QLabel) -> None:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground with a stripe and a glyph that tell how bad it is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        severity = self._shown.finding.severity.value
        colour = self._theme.severity(severity)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self._theme.border, 1.0))
        painter.setBrush(self.palette().brush(QPalette.ColorRole.Base))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        stripe = QRectF(box.left() + 7, box.top() + 12, _STRIPE, box.height() - 24)
        painter.drawRoundedRect(stripe, _STRIPE / 2, _STRIPE / 2)
        word = self._severity.geometry()
        sign = QRectF(word.left() + 1, word.center().y() - 6, 13, 13)
        paint_glyph(painter, _GLYPHS[severity], sign, colour)
        painter.end()
