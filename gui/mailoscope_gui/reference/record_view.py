"""One record: what it says, when it comes, how to mend it, where it is written."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from mailoscope_gui.i18n import N_
from mailoscope_gui.labels import heading, plain, wrapped
from mailoscope_gui.panels.flow_layout import FlowLayout
from mailoscope_gui.panels.sections import Sections
from mailoscope_gui.reference import worded
from mailoscope_gui.reference.code_link import CodeLink

if TYPE_CHECKING:
    from mailoscope_core.knowledge.records import CodeRecord
    from mailoscope_gui.reference.look_up import Confusion, Found
    from mailoscope_gui.services import Services

_FALL_BACKS = {
    "subject": N_("Nothing is known about {code} itself. This is about its subject, {group}."),
    "code": N_("Nothing is known about {code} itself. This is about the reply code {group}."),
    "class": N_("Nothing is known about {code} itself. This is about its class, {group}."),
}


class RecordView(Sections):
    """Shows what was found: the most specific record, what is near it as links."""

    code_picked = Signal(str)
    """A link was pressed: a record's id, or a code without a record."""

    compare_picked = Signal(str, str)
    """A link to a comparison was pressed: the ids of both records."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services.theme, parent)
        self.setObjectName("record")
        self._services = services
        self._found: Found | None = None
        services.theme.changed.connect(self.retranslate)

    @property
    def record(self) -> CodeRecord | None:
        """The record that is shown."""
        return self._found.record if self._found else None

    def show_nothing(self) -> None:
        """Show how to begin."""
        self._found = None
        self.retranslate()

    def show_found(self, found: Found) -> None:
        """Show a record with what is near it."""
        self._found = found
        self.retranslate()
        self.verticalScrollBar().setValue(0)

    def retranslate(self) -> None:
        """Write the record in the language in use."""
        self.begin()
        self.column.setContentsMargins(22, 16, 22, 20)
        if self._found is None:
            self._say_nothing()
        elif self._found.record is None:
            self._say_unknown(self._found.asked)
        else:
            self._write(self._found.record, self._found)
        self.end()

    def _say_nothing(self) -> None:
        gettext = self._services.language.gettext
        self.add(heading(gettext("Reply codes and enhanced status codes"), points=4.0))
        self.text(gettext("Choose a code on the left, or type one into the search field."))

    def _say_unknown(self, asked: str) -> None:
        gettext = self._services.language.gettext
        self.add(heading(gettext("Nothing is known about {code}").format(code=asked), points=3.0))
        if asked[:1].isdecimal():
            self.text(
                gettext(
                    "No standard and no provider in this catalogue defines it. Its first digit "
                    "still counts: 2 yes, 3 go on, 4 not now, 5 no."
                )
            )
        else:
            self.text(
                gettext("Servers may offer what no standard describes. Look for a word of it.")
            )

    # --- the parts ----------------------------------------------------------------------------

    def _write(self, record: CodeRecord, found: Found) -> None:
        texts, gettext = self._services.language.texts, self._services.language.gettext
        names, vendors = worded.Names(texts), worded.Vendors()
        if found.unknown:
            self._say_fall_back(found.unknown, record)
        self._head(record, vendors)
        if found.classes_differ:
            self.text(names.remark("classes-differ")).setObjectName("classes-differ")
        self.text(worded.field(texts, record, "description"))
        if worded.is_english(texts, record, "description"):
            self._quiet(gettext("In English: not translated yet."))
        self._list(gettext("When you see it"), record, "when_seen")
        self._list(gettext("How to fix it"), record, "how_to_fix", numbered=True)
        if record.who:
            self.title(gettext("Who must act, the likeliest first"))
            self.points(tuple(names.owner(owner.value) for owner in record.who))
        if record.steps or record.scope != "vendor":
            self.title(gettext("Steps at which it comes"))
            steps = ", ".join(names.step(step) for step in record.steps)
            self.text(steps or gettext("any"))
        if record.parameters:
            self.title(gettext("What it adds to commands"))
            self.verbatim(record.parameters)
        self._list(gettext("Good to know"), record, "notes")
        self._vendor_links(found.vendors, vendors)
        self._comparisons(found.confused)
        self._related(found)
        self._record_links(gettext("More generally"), found.wider, self.code_picked)
        self._sources(record)

    def _say_fall_back(self, unknown: str, record: CodeRecord) -> None:
        words = _FALL_BACKS.get(worded.scope(record), _FALL_BACKS["class"])
        text = self._services.language.gettext(words)
        label = self.text(text.format(code=unknown, group=record.code))
        label.setObjectName("fall-back")

    def _head(self, record: CodeRecord, vendors: worded.Vendors) -> None:
        texts, gettext = self._services.language.texts, self._services.language.gettext
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(big_code(self._services, record.code))
        title = heading(worded.field(texts, record, "name"), points=4.0)
        title.setObjectName("record-name")
        row.addWidget(title, 1)
        holder = QWidget()
        holder.setLayout(row)
        self.add(holder)
        facts = [gettext(worded.SCOPES.get(worded.scope(record), worded.SCOPES["code"]))]
        if record.vendor:
            facts.append(vendors.name(record.vendor))
        if lasting := worded.permanence(record):
            facts.append(gettext(lasting))
        if not record.standard:
            facts.append(gettext("not in any standard"))
        if worded.is_english(texts, record, "name"):
            facts.append(gettext("name in English: not translated yet"))
        self._quiet("  ·  ".join(facts))

    def _list(self, title: str, record: CodeRecord, name: str, *, numbered: bool = False) -> None:
        texts = self._services.language.texts
        entries = worded.entries(texts, record, name)
        if entries:
            english = worded.is_english(texts, record, name)
            self.title(worded.marked(texts, title, english=english))
            self.points(entries, numbered=numbered)

    def _vendor_links(self, records: tuple[CodeRecord, ...], vendors: worded.Vendors) -> None:
        if not records:
            return
        gettext, texts = self._services.language.gettext, self._services.language.texts
        flow = self._flow(gettext("What providers mean by it"))
        for each in records:
            name = worded.field(texts, each, "name")
            words = f"{vendors.name(each.vendor)} {each.code}: {name}"
            self._link(flow, each.code, self.code_picked, words, each.id)

    def _comparisons(self, confused: tuple[Confusion, ...]) -> None:
        if not confused:
            return
        gettext, texts = self._services.language.gettext, self._services.language.texts
        flow = self._flow(gettext("Compare with"))
        for each in confused:
            # A provider's record is named by its id there.
            code = each.other if " " not in each.other and each.record.vendor == "" else ""
            code = code or each.record.code
            words = f"{code} {worded.field(texts, each.record, 'name')}"
            if self.record is not None and each.record.id == self.record.id:
                words = gettext("{code} or {other}?").format(code=each.own, other=each.other)
            link = CodeLink(self._services.theme, code, words=words, target=each.other)
            link.asked.connect(lambda other, own=each.own: self.compare_picked.emit(own, other))
            flow.addWidget(link)

    def _record_links(
        self,
        title: str,
        records: Iterable[CodeRecord],
        action: Callable[[str], None] | SignalInstance,
    ) -> None:
        records = tuple(records)
        if not records:
            return
        flow = self._flow(title)
        for each in records:
            name = worded.field(self._services.language.texts, each, "name")
            self._link(flow, each.code, action, f"{each.code} {name}", each.id)

    def _related(self, found: Found) -> None:
        if not found.related:
            return
        flow = self._flow(self._services.language.gettext("Related"))
        texts = self._services.language.texts
        for code, record in dict(found.related).items():
            words, target = code, code
            if record is not None:
                words, target = f"{code} {worded.field(texts, record, 'name')}", record.id
            self._link(flow, code, self.code_picked, words, target)

    def _sources(self, record: CodeRecord) -> None:
        if not record.rfc and not record.source:
            return
        texts = self._services.language.texts
        self.title(texts.gettext("Source"))
        if record.rfc:
            self.text(" · ".join(record.rfc))
        if record.source:
            seen = worded.seen_on(texts, record.seen, datetime.datetime.now().astimezone().date())
            self.text(record.source)
            if seen:
                self._quiet(seen).setObjectName("seen-on")

    # --- small things -------------------------------------------------------------------------

    def _flow(self, title: str) -> FlowLayout:
        self.title(title)
        holder = QWidget()
        flow = FlowLayout(holder)
        self.add(holder)
        return flow

    def _link(
        self,
        flow: FlowLayout,
        code: str,
        action: Callable[[str], None] | SignalInstance,
        words: str,
        target: str,
    ) -> None:
        link = CodeLink(self._services.theme, code, words=words, target=target)
        link.asked.connect(action)
        flow.addWidget(link)

    def _quiet(self, text: str) -> QLabel:
        label = wrapped(text)
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.add(label)
        return label


def big_code(services: Services, code: str) -> QWidget:
    """Return a code in large figures and the colour of its class."""
    from mailoscope_gui.reference.code_link import code_colour

    label = plain(code)
    label.setFont(services.theme.mono(9.0 if len(code) < _LONG else 4.0))
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, code_colour(services.theme, code))
    label.setPalette(palette)
    return label


_LONG = 8
"""Names from here on, such as ENHANCEDSTATUSCODES, are written smaller."""
