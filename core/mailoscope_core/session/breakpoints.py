"""Which breakpoint a step or a reply meets."""

from __future__ import annotations

from collections.abc import Iterable

from mailoscope_core.record.events import ReplyReceived
from mailoscope_core.session.control import Breakpoint
from mailoscope_core.session.steps import Step


def at_step(breakpoints: Iterable[Breakpoint], step: Step) -> Breakpoint | None:
    """Return the first breakpoint that stops before `step`, by its id or its kind."""
    return next(
        (
            point
            for point in breakpoints
            if point.on == "step" and point.value in (step.id, step.kind.value)
        ),
        None,
    )


def at_reply(breakpoints: Iterable[Breakpoint], reply: ReplyReceived) -> Breakpoint | None:
    """Return the first breakpoint that stops after `reply`; text is sought in what was logged."""
    return next((point for point in breakpoints if _meets(point, reply)), None)


def _meets(point: Breakpoint, reply: ReplyReceived) -> bool:
    code = "" if reply.code is None else f"{reply.code:03d}"
    match point.on:
        case "class":
            return bool(code) and code[0] == point.value[:1]
        case "code":
            return bool(code) and code == point.value.strip()
        case "text":
            return bool(point.value) and point.value.casefold() in reply.raw.casefold()
        case _:
            return False
