"""The steps that send one command line and read its reply."""

from __future__ import annotations

from collections.abc import Iterable

from mailoscope_core.protocol.capabilities import Capabilities
from mailoscope_core.protocol.commands import Verb
from mailoscope_core.record.events import CapabilitiesSeen, ReplyReceived
from mailoscope_core.session.credentials_guard import may_send_credentials, note_typed_login
from mailoscope_core.session.planner import fit_to_capabilities, with_helo
from mailoscope_core.session.stepping import HeldBack, Outcome, StepFailed, Stepping, outcome_of
from mailoscope_core.session.steps import Step, StepKind, wire_form
from mailoscope_core.storage.profile import TlsMode

# EHLO itself was not understood (RFC 5321 section 4.1.4): a policy refusal is no reason for HELO.
_EHLO_UNKNOWN = frozenset({500, 501, 502, 504})


def say_ehlo(run: Stepping, step: Step) -> Outcome:
    """Say EHLO, note the capabilities, fit the plan; put HELO behind a refused EHLO."""
    reply = say(run, step)
    if outcome_of(reply) != "done":
        refused = reply.code in _EHLO_UNKNOWN and run.link.is_open
        if refused and run.desk.plan.find("helo") is None:
            name = (step.line or "").partition(" ")[2]
            run.surprise("helo-after-refused-ehlo", step)
            tls = run.request.profile.tls
            run.desk.replace(with_helo(run.desk.plan, step.id, name, tls=tls))
            run.log.append(run.desk.event("helo"))
        return "refused"
    capabilities = run.link.machine.capabilities
    if capabilities is not None:
        _note_capabilities(run, capabilities)
    return "done"


def say_starttls(run: Stepping, step: Step) -> Outcome:
    """Ask for TLS (RFC 3207); under "if offered" a no goes on without it, visibly."""
    capabilities = run.link.machine.capabilities
    offered = capabilities is not None and capabilities.has("STARTTLS")
    if capabilities is not None and not offered and not step.force:
        run.surprise("starttls-not-offered", step)
        return "failed"
    outcome = outcome_of(say(run, step))
    upcoming = run.desk.next()
    if outcome == "done" and (upcoming is None or upcoming.kind is not StepKind.TLS):
        run.desk.add_now("", force=False, kind=StepKind.TLS)
        run.log.append(run.desk.event("inserted"))
    if outcome == "refused" and run.request.profile.tls is TlsMode.OPTIONAL and capabilities:
        run.surprise("going-on-without-tls", step)
        _drop_tls_steps(run, capabilities)
    return outcome


def say_mail(run: Stepping, step: Step) -> Outcome:
    """Name the sender; say beforehand what the server has told that it will not take."""
    request, capabilities = run.request, run.link.machine.capabilities
    later = [other.line or "" for other in run.desk.plan.steps if other.kind is StepKind.RCPT]
    _check_smtputf8(run, step, (step.line or "", *later))
    limit = capabilities.size if capabilities else None
    if request.message is not None and limit and request.message.size > limit:
        sizes = {"size": str(request.message.size), "limit": str(limit)}
        run.surprise("size-exceeds-limit", step, **sizes)
    return outcome_of(say(run, step))


def say_recipient(run: Stepping, step: Step) -> Outcome:
    """Name one recipient; each has its own outcome (RFC 5321 section 3.3)."""
    _check_smtputf8(run, step, (step.line or "",))
    outcome = outcome_of(say(run, step))
    if outcome == "done":
        run.accepted_recipients += 1
    return outcome


def say_data(run: Stepping, step: Step) -> Outcome:
    """Ask to send the message, unless every recipient was refused."""
    if not run.accepted_recipients and not step.force:
        run.surprise("no-recipient-accepted", step)
        return "failed"
    return outcome_of(say(run, step))


def say_quit(run: Stepping, step: Step) -> Outcome:
    """Say QUIT and close."""
    reply = say(run, step)
    run.link.close()
    return outcome_of(reply)


def say_line(run: Stepping, step: Step) -> Outcome:
    """Send any other line."""
    reply = _say(run, step)
    return "done" if reply is None else outcome_of(reply)


def say(run: Stepping, step: Step) -> ReplyReceived:
    """Send the step's line and return the reply that answers it; `StepFailed` if none will."""
    reply = _say(run, step)
    if reply is None:
        raise StepFailed
    return reply


def _say(run: Stepping, step: Step) -> ReplyReceived | None:
    """Send the step's line, whatever it is, with the guard in front of credentials.

    Null is returned for a line of a body typed by hand: the server answers at its end.
    """
    typed = step.line or ""
    line = wire_form(typed)
    secret = run.link.machine.carries_secret(line)
    if secret and not may_send_credentials(run, step, typed=typed):
        raise HeldBack
    sent = run.send(line, step)
    if sent.secret_spans and not sent.secret_spans[0][0]:
        run.desk.keep_secret(step)
    if not sent.expects_reply:
        return None
    reply, _ = run.reply(step)
    if secret or sent.verb is Verb.AUTH:
        note_typed_login(run, reply, typed)
    return reply


def _check_smtputf8(run: Stepping, step: Step, lines: Iterable[str]) -> None:
    """Hold back, unless forced, what needs SMTPUTF8 where it is not offered (RFC 6531 3.1)."""
    capabilities, message = run.link.machine.capabilities, run.request.message
    by_message = step.kind is StepKind.MAIL and message is not None and message.needs_smtputf8
    needed = by_message or not all(line.isascii() for line in lines)
    if needed and not step.force and not (capabilities and capabilities.has("SMTPUTF8")):
        run.surprise("smtputf8-not-offered", step)
        raise StepFailed


def _note_capabilities(run: Stepping, capabilities: Capabilities) -> None:
    run.log.append(
        CapabilitiesSeen(
            phase="tls" if run.link.encrypted else "clear",
            greeting_name=capabilities.greeting_name,
            keywords=capabilities.keywords,
        )
    )
    fitted = fit_to_capabilities(
        run.desk.plan,
        run.request,
        capabilities,
        run.desk.sent,
        encrypted=run.link.encrypted,
    )
    if run.desk.replace(fitted):
        run.log.append(run.desk.event("expanded"))


def _drop_tls_steps(run: Stepping, capabilities: Capabilities) -> None:
    """Take the planned TLS steps out after a refused STARTTLS that was only "if offered"."""
    plan = run.desk.plan
    steps = tuple(
        step
        for step in plan.steps
        if step.id in run.desk.sent or step.edited or step.id not in ("tls", "ehlo-tls")
    )
    fitted = fit_to_capabilities(
        type(plan)(steps, plan.revision),
        run.request,
        capabilities,
        run.desk.sent,
        encrypted=False,
    )
    if run.desk.replace(fitted):
        run.log.append(run.desk.event("expanded"))
