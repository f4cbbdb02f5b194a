"""What every step works with: the run's facts, its link and the user's hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from mailoscope_core.base.background import Pending, start_abandonable
from mailoscope_core.base.secret import Secret
from mailoscope_core.protocol.commands import InjectionRefused, Verb
from mailoscope_core.protocol.machine import IllegalLine, SentLine
from mailoscope_core.protocol.reply import Reply
from mailoscope_core.record.events import ReplyReceived, Surprise
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session import breakpoints
from mailoscope_core.session.link import Link
from mailoscope_core.session.pilot import Pilot
from mailoscope_core.session.plan_desk import PlanDesk
from mailoscope_core.session.request import Services, SessionRequest
from mailoscope_core.session.steps import Step, StepKind

Outcome = Literal["done", "refused", "failed", "skipped", "cancelled"]

T = TypeVar("T")


class StepFailed(Exception):
    """The step cannot go on; why is in the log already."""


class HeldBack(StepFailed):
    """The user, asked whether a line may go out, said no."""


@dataclass(slots=True)
class Stepping:
    """One attempt under way; steps read and write it, only the runner's thread touches it."""

    request: SessionRequest
    services: Services
    log: SessionLog
    link: Link
    desk: PlanDesk
    pilot: Pilot
    targets: list[tuple[str, str]] = field(default_factory=list)
    ehlo_name: str | None = None
    accepted_recipients: int = 0
    session_secret: Secret | None = None
    typed_secrets: list[Secret] = field(default_factory=list)
    typed_mechanism: str = ""
    confirmed: set[tuple[str, str]] = field(default_factory=set)
    _owed_to_others: int = 0
    late_lookups: list[tuple[Pending[object], Callable[[Pending[object]], None]]] = field(
        default_factory=list
    )

    @property
    def command_seconds(self) -> float:
        """How long a reply may take before the user is told."""
        return self.request.profile.timeouts.command

    def surprise(self, rule: str, step: Step, **params: str) -> None:
        """Log something that the protocol or the plan did not foresee."""
        self.log.append(Surprise(rule=rule, step=step.id, params=params))

    def send(self, line: bytes, step: Step) -> SentLine:
        """Write a line; when the machine refuses it, log why and raise `StepFailed`."""
        self.pilot.hold(step)
        if not self.link.is_open:
            self.surprise("not-connected", step)
            raise StepFailed
        self._await_pipelined(step)
        # What lines sent before this one are still answered with is no reply to this one.
        self.link.replies.clear()
        self._owed_to_others = len(self.link.machine.pending)
        try:
            return self.link.send(line, force=step.force)
        except IllegalLine as error:
            self.surprise(error.verdict.rule, step, verb=error.verdict.verb.value)
            raise StepFailed from None
        except InjectionRefused as error:
            self.surprise("injection", step, position=str(error.position + 1))
            raise StepFailed from None

    def reply(
        self, step: Step, *, what: str = "reply", seconds: float | None = None
    ) -> tuple[ReplyReceived, Reply]:
        """Wait for the next reply that answers something; `StepFailed` when the link closes."""
        patience = self.command_seconds if seconds is None else seconds
        self.pilot.wait(self._answered, what, patience, step)
        self._drop_replies_to_others()
        if not self.link.replies:
            raise StepFailed
        event, reply = self.link.replies.popleft()
        hit = breakpoints.at_reply(self.pilot.breakpoints.values(), event)
        if hit is not None and (event.code != 334 or step.kind is not StepKind.AUTH):
            self.pilot.pause("breakpoint", hit.id)
        return event, reply

    def in_background(self, call: Callable[[], T], name: str) -> Pending[T]:
        """Run a call that cannot be interrupted; wait on its `done`."""
        return start_abandonable(call, self.link.waker.wake, name)

    def _await_pipelined(self, step: Step) -> None:
        """Wait for the replies to lines that the user has forced out ahead of this one."""
        machine, link = self.link.machine, self.link
        if step.force or not machine.pending or machine.pending[0] is Verb.GREETING:
            return
        self.pilot.wait(
            lambda: not machine.pending or not link.is_open, "reply", self.command_seconds, step
        )

    def _drop_replies_to_others(self) -> None:
        while self._owed_to_others and self.link.replies:
            self._owed_to_others -= 1
            self.link.replies.popleft()

    def _answered(self) -> bool:
        self._drop_replies_to_others()
        return bool(self.link.replies) or not self.link.is_open


def outcome_of(reply: ReplyReceived) -> Outcome:
    """Return what a reply means for a step: only 2xx and 3xx are a yes (RFC 5321 section 4.2.1)."""
    return "done" if reply.code is not None and 200 <= reply.code < 400 else "refused"
