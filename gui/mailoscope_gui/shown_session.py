"""A session as the window holds it: live with its runner, or replayed from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mailoscope_core.knowledge.finding import Finding
    from mailoscope_core.record.events import Entry, Header
    from mailoscope_core.session.control import Control
    from mailoscope_core.session.request import SessionRequest


class Runner(Protocol):
    """What the window needs of `session.runner.SessionRunner`."""

    @property
    def alive(self) -> bool:
        """True while the worker runs."""

    def start(self) -> None:
        """Begin."""

    def post(self, message: Control) -> None:
        """Hand a control message in."""

    def join(self, timeout_s: float = 0.5) -> bool:
        """Wait for the worker to end."""


@dataclass(slots=True)
class ShownSession:
    """One session. `request` and `runner` are null for a session that was opened from a file.

    `entries` grows while the session is live; `findings` are those of the last diagnosis.
    """

    header: Header
    entries: Sequence[Entry]
    request: SessionRequest | None = None
    runner: Runner | None = None
    path: Path | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def live(self) -> bool:
        """True while the session can be controlled."""
        return self.runner is not None and self.runner.alive

    @property
    def touched(self) -> bool:
        """True once anything has been looked up, dialled or sent: worth keeping."""
        return any(_leaves_a_trace(entry) for entry in self.entries[:200])


def _leaves_a_trace(entry: Entry) -> bool:
    tag = str(entry.event.__struct_config__.tag)
    return tag in ("lookup-started", "connect-started", "line-sent", "step-started")
