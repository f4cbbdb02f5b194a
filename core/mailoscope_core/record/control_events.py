"""Events of the plan and of the user's hands on it."""

from __future__ import annotations

from typing import Literal

import msgspec

from mailoscope_core.record.event import Event


class StepRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of the plan as the log keeps it; `line` is redacted and has no line ending."""

    id: str
    kind: str
    line: str | None = None
    note: str = ""
    edited: bool = False
    skip: bool = False
    force: bool = False


class PlanChanged(Event, tag="plan-changed", frozen=True, kw_only=True):
    """The plan after a change; `reason` is initial, expanded, edited, inserted, removed, ..."""

    revision: int
    reason: str
    steps: tuple[StepRecord, ...]


class ControlAccepted(Event, tag="control-accepted", frozen=True, kw_only=True):
    """The user asked for something and it is being done."""

    control: str
    step: str | None = None
    detail: str = ""


class ControlRefused(Event, tag="control-refused", frozen=True, kw_only=True):
    """The user asked for something that is not possible now; `rule` says why."""

    control: str
    rule: str
    step: str | None = None
    params: dict[str, str] = msgspec.field(default_factory=dict)


class StepStarted(Event, tag="step-started", frozen=True, kw_only=True):
    """A step begins."""

    step: str
    kind: str


class StepFinished(Event, tag="step-finished", frozen=True, kw_only=True):
    """A step has ended; `refused` is the server's no, `failed` everything that is not a reply."""

    step: str
    kind: str
    outcome: Literal["done", "refused", "failed", "skipped", "cancelled"]


class Paused(Event, tag="paused", frozen=True, kw_only=True):
    """The session waits for the user; `step` is the one that would be next."""

    why: Literal[
        "start",
        "step",
        "breakpoint",
        "asked",
        "deadline",
        "secret",
        "confirmation",
        "trouble",
        "end",
    ]
    step: str | None = None
    breakpoint: str | None = None


class Resumed(Event, tag="resumed", frozen=True, kw_only=True):
    """The session goes on."""


class AttemptStarted(Event, tag="attempt-started", frozen=True, kw_only=True):
    """A new connection and a new machine begin in the same log."""

    number: int
    why: Literal["start", "restart", "accepted-tls"]


class SessionFinished(Event, tag="session-finished", frozen=True, kw_only=True):
    """The worker ends. `outcome` is over all attempts: the last one counts."""

    outcome: Literal["done", "refused", "failed", "cancelled"]
    step: str | None = None
