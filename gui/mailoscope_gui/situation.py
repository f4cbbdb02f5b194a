"""What can be done now: the facts by which actions are on or off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailoscope_core.report.ladder import Rung
    from mailoscope_core.report.state import SessionState
    from mailoscope_gui.shown_session import ShownSession

_PAUSES = frozenset({"start", "step", "breakpoint", "asked", "trouble", "end"})


@dataclass(frozen=True, slots=True)
class Situation:
    """The session as the actions see it. `idle` means that it waits for a control of the user.

    `focused` tells that an entry is explained, `coded` that it bears a code, `comparable` that
    another one is marked.
    """

    shown: bool = False
    live: bool = False
    idle: bool = False
    at_end: bool = False
    running: bool = False
    connected: bool = False
    late: bool = False
    asked: bool = False
    repeatable: bool = False
    chosen: Rung | None = None
    forkable: bool = False
    focused: bool = False
    coded: bool = False
    comparable: bool = False

    @property
    def can_step(self) -> bool:
        """A step is left and the session waits."""
        return self.live and self.idle and not self.at_end and not self.asked

    @property
    def chosen_ahead(self) -> bool:
        """The selected step has not begun."""
        return self.live and self.chosen is not None and self.chosen.state in ("waiting", "next")

    @property
    def chosen_done(self) -> bool:
        """The selected step sent a line that can be sent again."""
        chosen = self.chosen
        return (
            self.live
            and self.idle
            and self.connected
            and chosen is not None
            and chosen.line is not None
            and chosen.started_at is not None
        )


def situation(
    session: ShownSession | None,
    state: SessionState | None,
    chosen: Rung | None,
    *,
    steps_left: bool,
    focus: int | None = None,
    coded: bool = False,
    marked: int | None = None,
) -> Situation:
    """Return the situation of the session that is shown."""
    if session is None or state is None:
        return Situation()
    live = session.live and state.finished is None
    question = state.question is not None and state.waiting in ("secret", "confirmation")
    return Situation(
        shown=True,
        live=live,
        idle=live and state.waiting in _PAUSES,
        at_end=not steps_left,
        running=live and (state.running is not None or state.waiting is None),
        connected=state.connected,
        late=state.deadline is not None,
        asked=question,
        chosen=chosen,
        forkable=session.request is not None,
        focused=focus is not None,
        coded=coded,
        comparable=focus is not None and marked not in (None, focus),
    )
