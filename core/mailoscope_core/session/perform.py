"""Which function performs which kind of step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mailoscope_core.session import body, lines, login, reach, secure
from mailoscope_core.session.stepping import Outcome, Stepping, outcome_of
from mailoscope_core.session.steps import Step, StepKind


def perform(run: Stepping, step: Step) -> Outcome:
    """Do one step; raises `StepFailed` or what the user's controls raise."""
    return _PERFORMERS.get(step.kind, lines.say_line)(run, step)


def _say_plain(run: Stepping, step: Step) -> Outcome:
    return outcome_of(lines.say(run, step))


_PERFORMERS: Mapping[StepKind, Callable[[Stepping, Step], Outcome]] = MappingProxyType(
    {
        StepKind.RESOLVE: reach.look_up,
        StepKind.CONNECT: reach.connect,
        StepKind.TLS: secure.handshake,
        StepKind.GREETING: reach.hear_greeting,
        StepKind.EHLO: lines.say_ehlo,
        StepKind.HELO: _say_plain,
        StepKind.STARTTLS: lines.say_starttls,
        StepKind.AUTH: login.log_in,
        StepKind.MAIL: lines.say_mail,
        StepKind.RCPT: lines.say_recipient,
        StepKind.DATA: lines.say_data,
        StepKind.BODY: body.send_body,
        StepKind.QUIT: lines.say_quit,
    }
)
