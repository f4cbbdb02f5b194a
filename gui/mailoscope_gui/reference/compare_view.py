"""Two codes side by side: where they differ, when it is which, then all they say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import caption, heading, plain, wrapped
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.panels.sections import Sections
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_link import CodeLink, code_colour
from mailoscope_gui.reference.record_view import big_code

if TYPE_CHECKING:
    from mailoscope_core.knowledge.compare import Comparison, Section, Side
    from mailoscope_core.knowledge.records import CodeRecord, PairRecord
    from mailoscope_gui.services import Services

_SECTIONS = {
    "description": N_("What it says"),
    "when_seen": N_("When you see it"),
    "how_to_fix": N_("How to fix it"),
    "parameters": N_("What it adds to commands"),
    "notes": N_("Good to know"),
    "related": N_("Related"),
    "rfc": N_("Source"),
}
_ASPECTS = {
    "class": N_("First digit"),
    "second-digit": N_("Second digit"),
    "permanent": N_("For how long"),
    "steps": N_("Steps"),
    "who": N_("Who must act"),
    "standard": N_("In a standard"),
    "scope": N_("Kind of code"),
}
_STRIPE = 4.0


class CompareView(Sections):
    """Built anew for each comparison and language."""

    code_picked = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services.theme, parent)
        self.setObjectName("comparison")
        self._services = services
        self._comparison: Comparison | None = None
        services.theme.changed.connect(self.retranslate)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show two codes."""
        self._comparison = comparison
        self.retranslate()
        self.verticalScrollBar().setValue(0)

    def retranslate(self) -> None:
        """Write the comparison in the language in use."""
        if self._comparison is None:
            return
        self.begin_comparison()
        self.write_comparison(self._comparison)
        self.end()

    def begin_comparison(self) -> None:
        """Start with an empty column that has the margins of a page."""
        self.begin()
        self.column.setContentsMargins(22, 16, 22, 20)
        self.column.setSpacing(12)

    def write_comparison(self, comparison: Comparison) -> None:
        """Write all that there is to say about two codes."""
        grid = halves()
        advice = self._advice_by_code(comparison.pair)
        for column, record in enumerate((comparison.a, comparison.b)):
            grid.addWidget(self._head(record, advice.get(record.code, "")), 0, column)
        self.column.addLayout(grid)
        self._differences(comparison)
        if comparison.pair is not None:
            self._advise(comparison.pair)
        self._sections(comparison)

    # --- the parts ----------------------------------------------------------------------------

    def _advice_by_code(self, pair: PairRecord | None) -> dict[str, str]:
        """Return the sentence that belongs to one code alone, if there is one for each."""
        if pair is None or len(pair.when_to_use) != 2:
            return {}
        rules = worded.entries(self._services.language.texts, pair, "when_to_use")
        named = all(code in rule for code, rule in zip(pair.codes, rules, strict=True))
        return dict(zip(pair.codes, rules, strict=True)) if named else {}

    def _head(self, record: CodeRecord, advice: str) -> QWidget:
        card = CodeCard(self._services, record.code)
        column = card.column
        column.addWidget(big_code(self._services, record.code))
        texts = self._services.language.texts
        column.addWidget(heading(worded.field(texts, record, "name"), points=2.0))
        if worded.is_english(texts, record, "name"):
            mark = wrapped(texts.gettext("name in English: not translated yet"))
            mark.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            column.addWidget(mark)
        if advice:
            column.addSpacing(6)
            column.addWidget(wrapped(advice))
        column.addStretch()
        return card

    def _advise(self, pair: PairRecord) -> None:
        texts, gettext = self._services.language.texts, self._services.language.gettext
        if not self._advice_by_code(pair):
            self._entries(gettext("When to use which"), pair, "when_to_use")
        english = worded.is_english(texts, pair, "description")
        self._heading(worded.marked(texts, gettext("Why they are confused"), english=english))
        self.text(worded.field(texts, pair, "description"))
        self._entries(gettext("What tells them apart"), pair, "key_differences")
        if pair.rfc:
            source = wrapped(gettext("Source: {source}").format(source=" · ".join(pair.rfc)))
            source.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self.add(source)

    def _entries(self, title: str, pair: PairRecord, name: str) -> None:
        texts = self._services.language.texts
        english = worded.is_english(texts, pair, name)
        self._heading(worded.marked(texts, title, english=english))
        self.points(worded.entries(texts, pair, name))

    def _differences(self, comparison: Comparison) -> None:
        gettext = self._services.language.gettext
        shown = [each for each in comparison.differences if each.aspect in _ASPECTS]
        if not shown:
            self.text(gettext("Class, steps and who must act are the same for both."))
            return
        self._heading(gettext("How they differ"))
        self.differences(
            (
                gettext(_ASPECTS[each.aspect]),
                self._values(each.aspect, each.left, self._both()[0]),
                self._values(each.aspect, each.right, self._both()[1]),
            )
            for each in shown
        )

    def differences(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Write rows of name, left and right, whose halves stand below those of the heads."""
        grid = halves()
        grid.setVerticalSpacing(7)
        names: list[QLabel] = []
        for row, (name, left, right) in enumerate(rows):
            label = plain(name)
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            names.append(label)
            half = QHBoxLayout()
            half.setSpacing(14)
            half.addWidget(label)
            half.addWidget(wrapped(left), 1)
            grid.addLayout(half, row, 0)
            grid.addWidget(wrapped(right), row, 1)
        width = max((label.sizeHint().width() for label in names), default=0)
        for label in names:
            label.setFixedWidth(width)
        self.column.addLayout(grid)

    def _sections(self, comparison: Comparison) -> None:
        for section in comparison.sections:
            words = _SECTIONS.get(section.name)
            if words is None or not any((*section.left.entries, *section.right.entries)):
                continue
            self._heading(self._services.language.gettext(words))
            self.column.addLayout(self._both_sides(section))

    def _both_sides(self, section: Section) -> QGridLayout:
        """Return both columns; each marks by itself what it shows in English."""
        grid = halves()
        for column, (record, side) in enumerate(
            zip(self._both(), (section.left, section.right), strict=True)
        ):
            lines = self._side(section, side)
            texts = self._services.language.texts
            if section.name in worded.FIELDS and worded.is_english(texts, record, section.name):
                mark = wrapped(texts.gettext("In English: not translated yet."))
                mark.setForegroundRole(QPalette.ColorRole.PlaceholderText)
                lines.insertWidget(0, mark)
            grid.addLayout(lines, 0, column)
        return grid

    def _side(self, section: Section, side: Side) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(5)
        if section.name == "related":
            column.addWidget(self._links(side.entries))
        elif section.name == "parameters":
            verbatim = wrapped("\n".join(side.entries))
            verbatim.setFont(self._services.theme.mono(-0.5))
            column.addWidget(verbatim)
        elif section.name == "rfc":
            column.addWidget(wrapped("\n".join(side.entries)))
        else:
            for place, entry in enumerate(side.entries):
                text = self._words(side, place, entry)
                column.addWidget(wrapped(f"• {text}" if side.is_list else text))
        if not side.entries:
            column.addWidget(plain("–"))
        column.addStretch()
        return column

    def _links(self, codes: tuple[str, ...]) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder)
        for code in codes:
            link = CodeLink(self._services.theme, code)
            link.asked.connect(self.code_picked)
            flow.addWidget(link)
        return holder

    # --- words --------------------------------------------------------------------------------

    def _both(self) -> tuple[CodeRecord, CodeRecord]:
        assert self._comparison is not None  # only called while one is shown
        return (self._comparison.a, self._comparison.b)

    def _words(self, side: Side, place: int, entry: str) -> str:
        name = f"{side.field}.{place}" if side.is_list else side.field
        return self._services.language.texts.record(side.record, name, entry)

    def _values(self, aspect: str, values: tuple[str, ...], record: CodeRecord) -> str:
        texts, gettext = self._services.language.texts, self._services.language.gettext
        names = worded.Names(texts)
        if aspect == "permanent":
            lasting = worded.permanence(record)
            return gettext(lasting) if lasting else "–"
        if aspect == "standard":
            return gettext("yes") if record.standard else gettext("no")
        if aspect == "scope":
            return ", ".join(gettext(worded.SCOPES.get(value, value)) for value in values)
        if aspect == "steps":
            return ", ".join(names.step(value) for value in values) or gettext("any")
        if aspect == "who":
            return "\n".join(names.owner(value) for value in values) or "–"
        return ", ".join(self._group(value) for value in values) or "–"

    def _group(self, record_id: str) -> str:
        """Return what a first or second digit says: the name of its record."""
        scope, _, digit = record_id.partition(".")
        code = f"{digit}xx" if scope == "class" else f"x{digit}x"
        record = self._services.catalogue.record(code)
        if record is None:
            return code
        return f"{code}: {worded.field(self._services.language.texts, record, 'name')}"

    def _heading(self, words: str) -> None:
        label = caption(words)
        _tint(label, self._services.theme.muted)
        self.column.addSpacing(6)
        self.column.addWidget(label)


class CodeCard(QFrame):
    """The ground of one code's head, with a stripe in the colour of its class."""

    def __init__(self, services: Services, code: str) -> None:
        super().__init__()
        self._theme = services.theme
        self._code = code
        self.setAccessibleName(code)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 10, 14, 12)
        self.column.setSpacing(2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.border, 1.0))
        painter.setBrush(self.palette().brush(QPalette.ColorRole.Base))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(code_colour(self._theme, self._code))
        stripe = QRectF(box.left() + 6, box.top() + 10, _STRIPE, box.height() - 20)
        painter.drawRoundedRect(stripe, _STRIPE / 2, _STRIPE / 2)
        painter.end()


def halves() -> QGridLayout:
    """Return a grid of two columns of the same width."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(22)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    # Both halves stay equal, whatever the longer text would like.
    for column in (0, 1):
        grid.setColumnMinimumWidth(column, 1)
    return grid


def _tint(label: QLabel, colour: QColor) -> None:
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    label.setPalette(palette)
