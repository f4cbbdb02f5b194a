"""Steps of a plan: what will be done, in which order, and the line that would be sent."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


class StepKind(enum.Enum):
    """What a step does; the value is the word that the log, `--stop-before` and findings use."""

    RESOLVE = "dns"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    EHLO = "ehlo"
    HELO = "helo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body-end"
    RSET = "rset"
    NOOP = "noop"
    VRFY = "vrfy"
    EXPN = "expn"
    HELP = "help"
    RAW = "raw"
    QUIT = "quit"

    @property
    def sends_line(self) -> bool:
        """True for steps that send one command line, which the user may edit."""
        return self not in _WITHOUT_LINE


_WITHOUT_LINE = frozenset(
    {StepKind.RESOLVE, StepKind.CONNECT, StepKind.TLS, StepKind.GREETING, StepKind.BODY}
)

SECRET_SLOT = "‹secret›"
"""Stands in an AUTH line for what the SASL mechanism will compute from the secret."""


def wire_form(line: str) -> bytes:
    """Return a line as it is written, without its ending; raises nothing, whatever it holds."""
    return line.encode("utf-8", "surrogatepass")


def is_text(line: str) -> bool:
    """Tell whether a line can be written at all: halves of characters cannot (RFC 3629)."""
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `line` has no line ending and may hold `SECRET_SLOT`, null where none is sent.

    `edited` keeps the planner from touching what the user wrote; `force` sends what the machine
    would refuse; `auto` marks steps the planner made and may remake after EHLO.
    """

    id: str
    kind: StepKind
    line: str | None = None
    edited: bool = False
    force: bool = False
    skip: bool = False
    auto: bool = True
    note: str = ""

    def with_line(self, line: str, *, force: bool = False) -> Step:
        """Return the step with the user's line."""
        return replace(self, line=line, edited=True, force=force)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order; `revision` grows with each change and guards against late edits."""

    steps: tuple[Step, ...]
    revision: int = 1

    def find(self, step_id: str) -> Step | None:
        """Return the step with this id, or null."""
        return next((step for step in self.steps if step.id == step_id), None)

    def index(self, step_id: str) -> int:
        """Return the place of a step; raises `ValueError` when it is not in the plan."""
        for place, step in enumerate(self.steps):
            if step.id == step_id:
                return place
        raise ValueError(step_id)
