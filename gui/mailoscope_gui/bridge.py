"""Brings the entries of a log, appended by a worker, into the GUI thread in short slices."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from mailoscope_gui.relay import Relay

if TYPE_CHECKING:
    from mailoscope_core.record.events import Entry

SLICE_S = 0.008
# How many entries are taken between two looks at the clock.
_STRIDE = 32


class Consumer(Protocol):
    """Whoever folds entries: fed one by one, then told to show the slice at once."""

    def feed(self, entry: Entry) -> None:
        """Take one entry in; nothing is shown yet."""

    def flush(self) -> None:
        """Show what has been fed since the last time."""


class Source(Protocol):
    """A log that grows, or a finished list of entries."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice, /) -> Sequence[Entry]: ...


class SessionBridge(QObject):
    """Reads `source[seen:]` in the GUI thread; at most one wake-up is outstanding.

    `wake` is the only signal that crosses threads and carries nothing: the log is the truth.
    """

    wake = Signal()
    caught_up = Signal()
    """All entries that there were have been shown."""

    def __init__(
        self,
        source: Source,
        consumer: Consumer,
        *,
        clock: Callable[[], float] = time.perf_counter,
        slice_s: float = SLICE_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._consumer = consumer
        self._clock = clock
        self._slice_s = slice_s
        self._seen = 0
        self._outstanding = False
        self._closed = False
        self.notify = Relay(self._notify)
        """Says that there are new entries, from any thread; fits `SessionLog.subscribe`."""
        # Queued also within the GUI thread: a slice ends, events are handled, the next begins.
        self.wake.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    @property
    def seen(self) -> int:
        """How many entries have been handed to the consumer."""
        return self._seen

    def rewind(self) -> None:
        """Read everything again from the start, for a consumer that has begun anew."""
        self._seen = 0
        self.notify()

    def close(self) -> None:
        """Deliver nothing more."""
        self._closed = True
        self.notify.close()

    def _notify(self) -> None:
        # Under the relay's lock, so that no two threads pass at once.
        if not self._outstanding:
            self._outstanding = True
            self.wake.emit()

    def _drain(self) -> None:
        # Cleared before reading: what is appended from here on wakes us again.
        self._outstanding = False
        if self._closed:
            return
        until = self._clock() + self._slice_s
        more = True
        while more and self._clock() < until:
            entries = self._source[self._seen : self._seen + _STRIDE]
            for entry in entries:
                self._consumer.feed(entry)
            self._seen += len(entries)
            more = len(entries) == _STRIDE
        self._consumer.flush()
        if more:
            self.notify()
        else:
            self.caught_up.emit()
