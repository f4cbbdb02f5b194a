"""Sections of plain text under small headings: what inspector and facts are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from mailoscope_gui.labels import caption, plain, wrapped
from mailoscope_gui.theme import Theme


class Sections(QScrollArea):
    """A column that is built anew for each content; nothing in it is ever read as mark-up."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column = QVBoxLayout()
        self.begin()

    def begin(self) -> None:
        """Start with an empty column."""
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(14, 12, 14, 14)
        self.column.setSpacing(6)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        palette = body.palette()
        palette.setColor(QPalette.ColorRole.Window, self._theme.panel)
        body.setPalette(palette)
        self.setWidget(body)

    def end(self) -> None:
        """Push everything to the top."""
        self.column.addStretch(1)

    def title(self, text: str) -> QLabel:
        """Add a section's small heading."""
        label = caption(text)
        self._tint(label)
        if self.column.count():
            self.column.addSpacing(8)
        self.column.addWidget(label)
        return label

    def text(self, text: str) -> QLabel:
        """Add a paragraph."""
        label = wrapped(text)
        self.column.addWidget(label)
        return label

    def verbatim(self, lines: Iterable[str]) -> QLabel:
        """Add what went over the wire, in its own font."""
        label = wrapped("\n".join(lines))
        label.setFont(self._theme.mono(-0.5))
        self.column.addWidget(label)
        return label

    def points(self, entries: Sequence[str], *, numbered: bool = False) -> None:
        """Add a list."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for row, entry in enumerate(entries):
            mark = plain(f"{row + 1}." if numbered else "•")
            self._tint(mark)
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(wrapped(entry), row, 1)
        self.column.addLayout(grid)

    def facts(self, rows: Iterable[tuple[str, str]], *, mono: bool = False) -> None:
        """Add labels with their values."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(rows):
            label = plain(name)
            self._tint(label)
            shown = wrapped(value)
            if mono:
                shown.setFont(self._theme.mono(-0.5))
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1)
        self.column.addLayout(grid)

    def add(self, widget: QWidget) -> None:
        """Add any widget."""
        self.column.addWidget(widget)

    def _tint(self, label: QLabel) -> None:
        palette = label.palette()
        palette.setColor(QLabel.foregroundRole(label), self._theme.muted)
        label.setPalette(palette)


def strong(label: QLabel) -> QLabel:
    """Make a label's text bold; returns the label."""
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
