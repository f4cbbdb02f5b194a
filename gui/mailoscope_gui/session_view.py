"""Folds the log of the session that is shown into the models of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from mailoscope_gui.bridge import SessionBridge
from mailoscope_gui.i18n import Language
from mailoscope_gui.models.ladder_model import LadderModel
from mailoscope_gui.models.timing_model import TimingModel
from mailoscope_gui.models.transcript_model import TranscriptModel
from mailoscope_gui.shown_session import ShownSession
from mailoscope_gui.theme import Theme

if TYPE_CHECKING:
    from mailoscope_core.record.events import KNOWN, ControlRefused, Entry
    from mailoscope_core.report.event_words import EventWords
    from mailoscope_core.report.state import SessionState, StateFold
    from mailoscope_core.report.transcript import TranscriptFold

_FACTS = frozenset(
    {
        "names-found",
        "lookup-failed",
        "connected",
        "connect-failed",
        "tls-established",
        "tls-failed",
    }
)
_TLS = frozenset({"tls-started", "tls-established", "tls-failed"})
_FOCUS = frozenset(
    {"reply-received", "connect-failed", "tls-failed", "lookup-failed", "connection-closed"}
)


class SessionView(QObject):
    """All models over one log; `advanced` tells that a slice of entries has been shown."""

    advanced = Signal()
    replaced = Signal()
    """Another session is shown, or the same one anew in another language."""
    refused = Signal(str)
    """A control was refused; the sentence says why."""

    def __init__(self, language: Language, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self.ladder = LadderModel(language, self)
        self.transcript = TranscriptModel(language, theme, self)
        self.timing = TimingModel(language, self)
        self.tls_entries: list[Entry] = []
        self.capability_entries: list[Entry] = []
        self.revision = 0
        self.last_focus: int | None = None
        self.last_refusal: int | None = None
        self.finished_steps = 0
        self._session: ShownSession | None = None
        self._state: StateFold | None = None
        self._transcript: TranscriptFold | None = None
        self._words: EventWords | None = None
        self._bridge: SessionBridge | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._refusals: list[ControlRefused] = []
        language.changed.connect(self._read_anew)

    @property
    def state(self) -> SessionState | None:
        """Where the session stands, null when none is shown."""
        return self._state.state if self._state is not None else None

    @property
    def words(self) -> EventWords | None:
        """The words for events and steps in the language in use."""
        return self._words

    @property
    def bridge(self) -> SessionBridge | None:
        """What brings the entries here."""
        return self._bridge

    def attach(self, session: ShownSession) -> None:
        """Show another session from its first entry on."""
        self.detach()
        self._session = session
        self._begin()
        bridge = self._bridge = SessionBridge(session.entries, self)
        subscribe = getattr(session.entries, "subscribe", None)
        if subscribe is not None:
            self._unsubscribe = subscribe(bridge.notify)
        self.replaced.emit()
        bridge.notify()

    def detach(self) -> None:
        """Follow the log no longer; what is shown stays."""
        self._unsubscribe()
        self._unsubscribe = lambda: None
        if self._bridge is not None:
            self._bridge.close()
            self._bridge = None

    # --- the bridge's consumer ----------------------------------------------------------------

    def feed(self, entry: Entry) -> None:
        """Take an entry in."""
        assert self._state is not None
        assert self._transcript is not None
        self._state.feed(entry)
        self.ladder.feed(entry)
        self.transcript.feed(self._transcript.feed(entry))
        self.timing.feed(entry)
        event = entry.event
        tag = str(event.__struct_config__.tag)
        if tag in _TLS:
            self.tls_entries.append(entry)
        elif tag == "capabilities-seen":
            self.capability_entries.append(entry)
        elif tag == "plan-changed":
            self.revision = event.revision  # type: ignore[union-attr]
        elif tag == "step-finished":
            self.finished_steps += 1
        elif tag == "control-refused":
            self._refusals.append(event)  # type: ignore[arg-type]
        if tag in _FACTS:
            self._note_fact(entry)
        if tag in _FOCUS and not _farewell(event):
            self.last_focus = entry.seq
            if _is_refusal(event):
                self.last_refusal = entry.seq
        elif tag == "attempt-started":
            self.last_refusal = None
        elif (
            tag == "paused" and getattr(event, "why", "") == "end" and self.last_refusal is not None
        ):
            # The end itself is no news: what was refused on the way is what the user asks about.
            self.last_focus = self.last_refusal

    def flush(self) -> None:
        """Show the slice."""
        self.ladder.flush()
        self.transcript.flush()
        self.timing.flush()
        refusals, self._refusals = self._refusals, []
        self.advanced.emit()
        bridge = self._bridge
        live = self._session is not None and self._session.runner is not None
        if refusals and live and bridge is not None and self._words is not None:
            self.refused.emit(self._words.note(refusals[-1]))

    def _note_fact(self, entry: Entry) -> None:
        running = self.state.running if self.state else None
        if running is not None and self._words is not None:
            self.ladder.note(running, self._words.note(entry.event))

    # --- beginning anew -----------------------------------------------------------------------

    def _begin(self) -> None:
        from mailoscope_core.report.event_words import EventWords
        from mailoscope_core.report.ladder import LadderFold
        from mailoscope_core.report.state import StateFold
        from mailoscope_core.report.transcript import TranscriptFold

        texts = self._language.texts
        self._words = EventWords(texts)
        self._state = StateFold()
        self._transcript = TranscriptFold(texts)
        self.ladder.begin(LadderFold(), self._words)
        self.transcript.clear()
        self.timing.begin(self._words)
        self.tls_entries, self.capability_entries = [], []
        self.revision = self.finished_steps = 0
        self.last_focus = self.last_refusal = None
        self._refusals = []

    def _read_anew(self) -> None:
        """Fold everything again, slice by slice: sentences are part of the rows."""
        if self._session is None or self._bridge is None:
            return
        self._begin()
        self.replaced.emit()
        self._bridge.rewind()


def _is_refusal(event: KNOWN) -> bool:
    """Tell whether an event is a reply with 4xx or 5xx."""
    code = getattr(event, "code", None)
    return code is not None and code >= 400


def _farewell(event: KNOWN) -> bool:
    """Tell whether an event belongs to an orderly end, which needs no explanation."""
    if str(event.__struct_config__.tag) == "connection-closed":
        return getattr(event, "pending", None) is None
    verb = str(getattr(event, "verb", None)).upper()
    return verb == "QUIT" and getattr(event, "code", None) == 221
