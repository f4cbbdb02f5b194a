"""One code: what it says, when it comes, how to mend it, where it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mailoscope_gui.labels import heading, plain, wrapped
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.panels.sections import Sections
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_link import CodeLink

if TYPE_CHECKING:
    from mailoscope_core.knowledge.catalogue import Answer
    from mailoscope_core.knowledge.records import CodeRecord
    from mailoscope_gui.services import Services


class RecordView(Sections):
    """Shows an answer of the catalogue: the most specific record, the others as links."""

    code_picked = Signal(str)
    compare_picked = Signal(str, str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services.theme, parent)
        self.setObjectName("record")
        self._services = services
        self._answer: Answer | None = None
        self._pairs: tuple[str, ...] = ()
        services.theme.changed.connect(self.retranslate)

    def show_answer(self, answer: Answer, confused_with: tuple[str, ...] = ()) -> None:
        """Show a code; `confused_with` are codes that a curated comparison exists for."""
        self._answer, self._pairs = answer, confused_with
        self.retranslate()

    def retranslate(self) -> None:
        """Write the record in the language in use."""
        self.begin()
        self.column.setContentsMargins(22, 16, 22, 20)
        if self._answer is None:
            self._say_nothing()
        elif self._answer.record is None:
            self._say_unknown(self._answer.asked)
        else:
            self._write(self._answer.record, self._answer)
        self.end()

    def _say_nothing(self) -> None:
        gettext = self._services.language.gettext
        self.add(heading(gettext("Reply codes and enhanced status codes"), points=4.0))
        self.text(gettext("Choose a code on the left, or type one into the search field."))

    def _say_unknown(self, asked: str) -> None:
        gettext = self._services.language.gettext
        self.add(heading(gettext("Nothing is known about {code}").format(code=asked), points=3.0))
        self.text(
            gettext(
                "No standard and no provider in this catalogue defines it. Its first digit still "
                "counts: 2 yes, 3 go on, 4 not now, 5 no."
            )
        )

    def _write(self, record: CodeRecord, answer: Answer) -> None:
        texts, gettext = self._services.language.texts, self._services.language.gettext
        names = worded.Names(texts)
        self._head(record)
        self.text(worded.field(texts, record, "description"))
        self._points(gettext("When you see it"), worded.entries(texts, record, "when_seen"))
        fixes = worded.entries(texts, record, "how_to_fix")
        self._points(gettext("How to fix it"), fixes, numbered=True)
        if record.who:
            self.title(gettext("Who must act, the likeliest first"))
            self.points(tuple(names.owner(owner.value) for owner in record.who))
        if record.steps:
            self.title(gettext("Steps at which it comes"))
            self.text(", ".join(names.step(step) for step in record.steps))
        self._points(gettext("Good to know"), worded.entries(texts, record, "notes"))
        self._links(gettext("Often confused with"), self._pairs, self._compare)
        self._links(gettext("Related"), record.related, self.code_picked)
        wider = [each.code for each in answer.records if each.id != record.id]
        self._links(gettext("More generally"), wider, self.code_picked)
        sources = [*record.rfc, *filter(None, (record.source,))]
        if sources:
            self.title(gettext("Source"))
            seen = gettext("seen on {date}").format(date=record.seen) if record.seen else ""
            self.text(" · ".join(filter(None, (*sources, seen))))
        if not worded.is_translated(texts, record):
            note = self.text(gettext("This entry is not translated yet."))
            note.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def _head(self, record: CodeRecord) -> None:
        texts, gettext = self._services.language.texts, self._services.language.gettext
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(big_code(self._services, record.code))
        row.addWidget(heading(worded.field(texts, record, "name"), points=4.0), 1)
        holder = QWidget()
        holder.setLayout(row)
        self.add(holder)
        facts = [gettext(worded.SCOPES[record.scope])]
        if lasting := worded.permanence(record):
            facts.append(gettext(lasting))
        if not record.standard:
            facts.append(gettext("not in any standard"))
        if record.vendor:
            facts.append(record.vendor)
        label = wrapped("  ·  ".join(facts))
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.add(label)

    def _points(self, title: str, entries: tuple[str, ...], *, numbered: bool = False) -> None:
        if entries:
            self.title(title)
            self.points(entries, numbered=numbered)

    def _links(
        self, title: str, codes: Iterable[str], action: Callable[[str], None] | SignalInstance
    ) -> None:
        codes = tuple(dict.fromkeys(codes))
        if not codes:
            return
        self.title(title)
        holder = QWidget()
        flow = FlowLayout(holder)
        for code in codes:
            link = CodeLink(self._services.theme, code)
            link.asked.connect(action)
            flow.addWidget(link)
        self.add(holder)

    def _compare(self, other: str) -> None:
        if self._answer is not None and self._answer.record is not None:
            self.compare_picked.emit(self._answer.record.code, other)


def big_code(services: Services, code: str) -> QWidget:
    """Return a code in large figures and the colour of its class."""
    from mailoscope_gui.reference.code_link import code_colour

    label = plain(code)
    label.setFont(services.theme.mono(9.0))
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, code_colour(services.theme, code))
    label.setPalette(palette)
    return label
