"""Two events of a session side by side: what was said, what was different, what the codes mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import heading, wrapped
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_link import CodeLink
from mailoscope_gui.reference.compare_view import CodeCard, CompareView, halves

if TYPE_CHECKING:
    from mailoscope_core.knowledge.compare_events import EventComparison, EventSide
    from mailoscope_core.record.events import Entry
    from mailoscope_gui.services import Services

_ASPECTS = {
    "kind": N_("What happened"),
    "step": N_("Step"),
    "command": N_("Line sent"),
    "class": N_("First digit"),
    "host": N_("Server"),
    "tls": N_("TLS"),
    "authenticated": N_("Logged in"),
    "vendor": N_("Whose server"),
    "attempt": N_("Attempt"),
}
# Codes and text stand in the heads already; the command is named by the step and by its line.
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class ComparedEvents:
    """A comparison with its two entries, whose words are looked up when they are shown."""

    comparison: EventComparison
    entries: tuple[Entry, Entry]


class EventCompareView(CompareView):
    """The comparison of two events, and below it that of their codes."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self.setObjectName("event-comparison")
        self._events: ComparedEvents | None = None

    def show_events(self, events: ComparedEvents) -> None:
        """Show two events."""
        self._events = events
        self._comparison = events.comparison.codes
        self.retranslate()
        self.verticalScrollBar().setValue(0)

    def retranslate(self) -> None:
        """Write the comparison in the language in use."""
        if self._events is None:
            return
        self.begin_comparison()
        events = self._events.comparison
        grid = halves()
        for column, (side, entry) in enumerate(
            zip((events.a, events.b), self._events.entries, strict=True)
        ):
            grid.addWidget(self._event(side, entry), 0, column)
        self.column.addLayout(grid)
        self._what_differs(events)
        if events.codes is not None:
            gettext = self._services.language.gettext
            self.column.addSpacing(8)
            self.column.addWidget(heading(gettext("What the two codes mean"), points=2.0))
            self.write_comparison(events.codes)
        else:
            self._one_record(events)
        self.end()

    # --- the parts ----------------------------------------------------------------------------

    def _event(self, side: EventSide, entry: Entry) -> QWidget:
        from mailoscope_core.report.event_words import EventWords
        from mailoscope_core.report.transcript import reply_lines

        services = self._services
        words = EventWords(services.language.texts)
        card = CodeCard(services, f"{side.code:03d}" if side.code is not None else "")
        column = card.column
        step = words.step(side.step) if side.step else ""
        at = services.language.gettext("{seconds} s after the start").format(
            seconds=f"{side.at:.3f}"
        )
        card.setAccessibleName(f"{step} {side.code or ''}".strip())
        quiet = wrapped("  ·  ".join(filter(None, (step, at))))
        quiet.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column.addWidget(quiet)
        title = self._title_of(side) or words.note(entry.event) or side.kind
        column.addWidget(heading(title, points=2.0))
        self._links_of(side, column)
        if side.command:
            column.addWidget(_wire(services, (f"C: {side.command}",)))
        if side.kind == "reply":
            said = reply_lines(entry.event)  # type: ignore[arg-type]  # a reply, by its kind
            column.addWidget(_wire(services, tuple(f"S: {line}" for line in said)))
        column.addStretch()
        return card

    def _title_of(self, side: EventSide) -> str:
        record = side.answer.record if side.answer else None
        return worded.field(self._services.language.texts, record, "name") if record else ""

    def _links_of(self, side: EventSide, column: QVBoxLayout) -> None:
        codes = (f"{side.code:03d}" if side.code is not None else "", side.enhanced or "")
        known = [code for code in codes if code]
        if not known:
            return
        holder = QWidget()
        flow = FlowLayout(holder)
        for code in known:
            link = CodeLink(self._services.theme, code)
            link.asked.connect(self.code_picked)
            flow.addWidget(link)
        column.addWidget(holder)

    def _what_differs(self, events: EventComparison) -> None:
        gettext = self._services.language.gettext
        shown = [each for each in events.differences if each.aspect in _ASPECTS]
        self._heading(gettext("What was different"))
        if not shown:
            self.text(gettext("Step, line and the state of the connection were the same."))
        self.differences(
            (
                gettext(_ASPECTS[each.aspect]),
                self._value(each.aspect, each.left),
                self._value(each.aspect, each.right),
            )
            for each in shown
        )
        if events.seconds is not None:
            text = gettext("{seconds} s lie between the two.")
            self.text(text.format(seconds=f"{abs(events.seconds):.3f}"))

    def _value(self, aspect: str, values: tuple[str, ...]) -> str:
        texts = self._services.language.texts
        if not values:
            return texts.gettext("no") if aspect in ("tls", "authenticated") else "–"
        if aspect == "authenticated":
            return texts.gettext("yes") if values == ("yes",) else texts.gettext("no")
        if aspect == "class":
            return ", ".join(self._group(value) for value in values)
        if aspect == "vendor":
            return ", ".join(map(worded.Vendors().name, values))
        if aspect == "step":
            return ", ".join(map(worded.Names(texts).step, values))
        if aspect == "kind":
            return ", ".join(self._kind(value) for value in values)
        return ", ".join(values)

    def _kind(self, kind: str) -> str:
        gettext = self._services.language.gettext
        return gettext("a reply") if kind == "reply" else gettext("no reply")

    def _one_record(self, events: EventComparison) -> None:
        """Say what both have in common where the catalogue has one record for both."""
        answer = events.a.answer
        other = events.b.answer
        if not answer or not other or not answer.record or answer.record != other.record:
            return
        texts = self._services.language.texts
        self._heading(texts.gettext("Both bear the same code"))
        self.text(worded.field(texts, answer.record, "description"))


def _wire(services: Services, lines: tuple[str, ...]) -> QWidget:
    """Return what went over the wire, in its own font; long texts are cut."""
    shown = list(lines[:_MOST_LINES]) + (["…"] if len(lines) > _MOST_LINES else [])
    label = wrapped("\n".join(shown))
    label.setFont(services.theme.mono(-0.5))
    return label
