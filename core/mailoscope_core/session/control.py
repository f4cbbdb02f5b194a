"""What the user can ask of a running session: messages that the runner takes in while it waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailoscope_core.base.secret import Secret


@dataclass(frozen=True, slots=True)
class StepOver:
    """Do the next step, then pause."""


@dataclass(frozen=True, slots=True)
class StepInto:
    """Like `StepOver`, but stop inside AUTH after each 334 as well."""


@dataclass(frozen=True, slots=True)
class RunTo:
    """Go on until just before the step with this id."""

    step_id: str


@dataclass(frozen=True, slots=True)
class RunToEnd:
    """Go on until the end, a breakpoint, a question or trouble."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop before the next write, inside a body between two chunks."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave a step out."""

    step_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the line of a step that has not been sent."""

    step_id: str
    revision: int
    line: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class Insert:
    """Put a new step before `before` (null: at the end)."""

    before: str | None
    revision: int
    line: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a step out of the plan."""

    step_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Move:
    """Put a step before another one (null: at the end)."""

    step_id: str
    before: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """Send the line of a finished step again, now."""

    step_id: str


@dataclass(frozen=True, slots=True)
class SendRaw:
    """Send a line now, outside the plan; `force` sends what the machine refuses."""

    line: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class Restart:
    """Begin again with a new connection; `run_to` runs to that step id, else pause at the start."""

    run_to: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the connection without QUIT; the session stays and can be restarted."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the session now."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End the session in order: QUIT if the connection stands, then stop the worker."""


@dataclass(frozen=True, slots=True)
class KeepWaiting:
    """Wait on after a deadline; null seconds means without end."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Where to stop: a step before it is sent; class, code or text after the complete reply.

    `value` is a step id or a `StepKind` value for `step`, a first digit for `class`, three digits
    for `code`, a case-insensitive part of the redacted reply for `text`.
    """

    id: str
    on: Literal["step", "class", "code", "text"]
    value: str


@dataclass(frozen=True, slots=True)
class SetBreakpoint:
    """Add or replace a breakpoint."""

    breakpoint: Breakpoint


@dataclass(frozen=True, slots=True)
class ClearBreakpoint:
    """Remove a breakpoint."""

    id: str


@dataclass(frozen=True, slots=True)
class ProvideSecret:
    """The answer to `SecretNeeded`; null secret means: go on without, which ends the log-in."""

    secret: Secret | None


@dataclass(frozen=True, slots=True)
class Confirm:
    """The answer to `ConfirmationNeeded` of the same kind."""

    kind: str
    accepted: bool


Control = (
    StepOver
    | StepInto
    | RunTo
    | RunToEnd
    | Pause
    | Skip
    | Edit
    | Insert
    | Remove
    | Move
    | Repeat
    | SendRaw
    | Restart
    | Drop
    | Cancel
    | Finish
    | KeepWaiting
    | SetBreakpoint
    | ClearBreakpoint
    | ProvideSecret
    | Confirm
)
