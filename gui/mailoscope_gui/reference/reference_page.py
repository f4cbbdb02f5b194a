"""The reference of codes: searched, read, and compared two at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from mailoscope_gui.errands import Errands
from mailoscope_gui.reference.code_list import CodeList
from mailoscope_gui.reference.compare_view import CompareView
from mailoscope_gui.reference.event_compare_view import ComparedEvents, EventCompareView
from mailoscope_gui.reference.list_and_view import lay_beside
from mailoscope_gui.reference.record_view import RecordView
from mailoscope_gui.reference.reference_bar import ReferenceBar

if TYPE_CHECKING:
    from mailoscope_gui.background import Ticket
    from mailoscope_gui.controller import CodeQuestion, Controller
    from mailoscope_gui.reference.code_index import IndexedCode
    from mailoscope_gui.reference.look_up import Found
    from mailoscope_gui.services import Services
    from mailoscope_gui.shown_session import ShownSession

_MOST_STOPS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is: at one record, at two that are compared, at two events of a session.

    `asked` and `other` are ids of records or codes as people type them; `two` is set for a
    comparison, also while nothing is named yet.
    """

    asked: str = ""
    other: str = ""
    two: bool = False
    events: tuple[int, int] | None = None
    session: ShownSession | None = field(default=None, compare=False)
    of: int = 0
    """The identity of the session: equal numbers of two sessions are two places."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """What the way back leads to: another page of the window, or a place of this one."""

    place: Place
    page: str = ""


class ReferencePage(QWidget):
    """Its index is made in the background when the page is opened for the first time."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reference-page")
        self._services = services
        self._errands = Errands(services.background, self)
        self._controller = controller
        self._trail: list[_Stop] = []
        self._here = Place()
        self._glancing = False
        self._asking = False
        self._ticket: Ticket | None = None
        self.codes = CodeList(services)
        self.bar = ReferenceBar(services)
        self.record = RecordView(services)
        self.comparison = CompareView(services)
        self.events = EventCompareView(services)
        self.views = QStackedWidget()
        for view in (self.record, self.comparison, self.events):
            self.views.addWidget(view)
        lay_beside(self, self.codes, self.bar, self.views)
        self._connect()
        self.retranslate()
        self._update_bar()

    def _connect(self) -> None:
        self.codes.picked.connect(self._open)
        self.codes.looked_at.connect(self._glance)
        for view in (self.record, self.comparison, self.events):
            view.code_picked.connect(self._open)
        self.record.compare_picked.connect(self.compare)
        self.bar.back_wanted.connect(self.go_back)
        self.bar.compare_wanted.connect(self._compare_with)
        QShortcut(QKeySequence.StandardKey.Back, self, self.go_back)
        self._services.language.changed.connect(self.retranslate)

    # --- where to go --------------------------------------------------------------------------

    def arrive(self, page: str, *, asking: bool = False) -> None:
        """Keep from which page the reader comes; the way back leads there again.

        `asking` tells that a question follows at once: what was shown here before the question
        is no stop of its own then.
        """
        stop = _Stop(self._here, page)
        if not self._trail or self._trail[-1] != stop:
            self._keep(stop)
        self._glancing, self._asking = False, asking
        self._update_bar()

    def answer(self, question: CodeQuestion) -> None:
        """Show what another page asks for."""
        session = self._controller.session
        if question.events is not None:
            if session is not None:
                self.compare_events(session, *question.events)
        elif question.two:
            self.choose_two()
        elif question.record:
            self.show_record(question.record)
        elif question.other is not None and question.code is not None:
            self.compare(question.code, question.other)
        else:
            self.show_code(question.code, question.enhanced)
        self._asking = False

    def show_code(self, code: int | None, enhanced: str | None = None) -> None:
        """Show what is known about a reply's codes."""
        shown = f"{code:03d}" if code is not None else ""
        self._go(Place(" ".join(filter(None, (shown, enhanced)))))

    def show_record(self, asked: str) -> None:
        """Show a record by its id, or by a code or keyword as people type it."""
        self._go(Place(asked))

    def compare(self, a: str | int, b: str | int) -> None:
        """Show two codes side by side."""
        self._go(Place(str(a), str(b), two=True))

    def choose_two(self) -> None:
        """Begin a comparison with what is shown; the fields ask for the rest."""
        here = self._here
        if not here.two:
            record = self.record.record
            self._go(Place(record.id if record is not None else "", two=True))
        self.bar.focus_first()

    def compare_events(self, session: ShownSession, a: int, b: int) -> None:
        """Show two entries of a session's log side by side."""
        self._go(Place(events=(a, b), session=session, of=id(session)))

    def go_back(self) -> None:
        """Return to what was shown before, on this page or another."""
        if not self._trail:
            return
        stop = self._trail.pop()
        self._glancing = False
        if stop.place != self._here:
            self._here = stop.place
            self._load()
        self._update_bar()
        if stop.page:
            self._controller.show_page(stop.page)

    def start_search(self) -> None:
        """Put the cursor into the search field."""
        if not self.codes.isVisibleTo(self):
            self._go(Place())
        self.codes.search.setFocus()
        self.codes.search.selectAll()

    def _open(self, target: str) -> None:
        """Go to a record for good: the way back leads here."""
        if self._glancing and self._here == Place(target):
            self._glancing = False
            return
        self._go(Place(target))

    def _glance(self, target: str) -> None:
        """Show a record while the user types or moves in the list; one stop for all of them."""
        place = Place(target)
        if place == self._here:
            return
        if self._glancing:
            self._here = place
            self._load()
        else:
            self._go(place)
            self._glancing = True

    def _compare_with(self, first: str, other: str) -> None:
        if not first:
            record = self.record.record
            first = record.id if record is not None else self._here.asked
        if first:
            self.compare(first, other)

    def _go(self, place: Place) -> None:
        self._glancing = False
        if place == self._here:
            return
        if not self._asking and self._here != Place():
            self._keep(_Stop(self._here))
        self._asking = False
        self._here = place
        self._load()

    def _keep(self, stop: _Stop) -> None:
        self._trail.append(stop)
        del self._trail[:-_MOST_STOPS]

    # --- showing ------------------------------------------------------------------------------

    def _load(self) -> None:
        """Read what is needed from disk in the background, then show it."""
        place, catalogue = self._here, self._services.catalogue
        if self._ticket is not None:
            self._ticket.abandon()
            self._ticket = None
        self._update_bar()
        if place.events is not None and place.session is not None:
            self._load_events(place.session, place.events)
        elif place.asked and place.other:
            from mailoscope_core.knowledge.compare import compare

            self._ticket = self._errands.run(
                lambda: compare(catalogue, place.asked, place.other),
                self._show_comparison,
                self._cannot_compare,
                name="compare",
            )
        elif place.two:
            self._use_view(self.record)
            self.bar.for_comparison(self.record.record if place.asked else None)
        elif place.asked:
            from mailoscope_gui.reference.look_up import look_up

            self._ticket = self._errands.run(
                lambda: look_up(catalogue, place.asked), self._show_record, name="code"
            )
        else:
            self.record.show_nothing()
            self._use_view(self.record)

    def _load_events(self, session: ShownSession, pair: tuple[int, int]) -> None:
        catalogue = self._services.catalogue

        def put_together() -> ComparedEvents:
            from mailoscope_core.knowledge.compare_events import compare_events, entry_of

            log = session.entries[:]
            a, b = entry_of(log, pair[0]), entry_of(log, pair[1])
            return ComparedEvents(compare_events(catalogue, a, b, log, session.header), (a, b))

        def show(events: ComparedEvents) -> None:
            self.events.show_events(events)
            self._use_view(self.events)

        self._ticket = self._errands.run(
            put_together, show, self._cannot_compare, name="compare-events"
        )

    def _show_record(self, found: Found) -> None:
        self.record.show_found(found)
        self._use_view(self.record)
        if found.record is not None:
            self.codes.mark(found.record.id)

    def _show_comparison(self, comparison: object) -> None:
        from mailoscope_core.knowledge.compare import Comparison

        if isinstance(comparison, Comparison):
            self.comparison.show_comparison(comparison)
            self._use_view(self.comparison)
            self.bar.for_comparison(comparison.a, comparison.b)

    def _cannot_compare(self, error: Exception) -> None:
        stop = self._trail[-1] if self._trail else _Stop(Place())
        if self._trail and not stop.page:
            self._trail.pop()
        self._here = stop.place
        self._controller.tell(error)
        self._update_bar()

    def _use_view(self, view: QWidget) -> None:
        """Show a view; the list makes room for what stands side by side."""
        self.views.setCurrentWidget(view)
        self.codes.setVisible(view is self.record)
        if view is self.record:
            self.bar.for_record()
        elif view is self.events:
            self.bar.for_events()
        self._update_bar()

    def _update_bar(self) -> None:
        page = self._trail[-1].page if self._trail else ""
        self.bar.show_back(bool(self._trail), page)

    # --- words --------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Take the words of the language in use; the index is made anew for it."""
        texts, services = self._services.language.texts, self._services
        for part in (self.bar, self.codes, self.record, self.comparison, self.events):
            part.retranslate()

        def index() -> tuple[IndexedCode, ...]:
            from mailoscope_gui.reference.code_index import make_index

            return make_index(services.catalogue, texts)

        self._errands.run(index, self._use_index, name="code-index")

    def _use_index(self, index: tuple[IndexedCode, ...]) -> None:
        self.codes.use(index)
        self.bar.offer(index)
        record = self.record.record
        if record is not None and not self._here.two:
            self.codes.mark(record.id)
