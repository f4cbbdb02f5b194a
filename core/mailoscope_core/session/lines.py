"""The steps that send one command line and read its reply."""

from __future__ import annotations

from mailoscope_core.protocol.capabilities import Capabilities
from mailoscope_core.protocol.commands import Verb
from mailoscope_core.record.events import CapabilitiesSeen, ReplyReceived
from mailoscope_core.session.credentials_guard import may_send_credentials, note_typed_login
from mailoscope_core.session.planner import fit_to_capabilities, with_helo
from mailoscope_core.session.stepping import Outcome, Stepping, outcome_of
from mailoscope_core.session.steps import Step, StepKind
from mailoscope_core.storage.profile import TlsMode

# EHLO itself was not understood (RFC 5321 section 4.1.4): a policy refusal is no reason for HELO.
_EHLO_UNKNOWN = frozenset({500, 501, 502, 504})


def say_ehlo(run: Stepping, step: Step) -> Outcome:
    """Say EHLO, note the capabilities, fit the plan; put HELO behind a refused EHLO."""
    reply = say(run, step)
    if outcome_of(reply) != "done":
        if reply.code in _EHLO_UNKNOWN and step.kind is StepKind.EHLO and run.link.is_open:
            name = (step.line or "").partition(" ")[2]
            run.surprise("helo-after-refused-ehlo", step)
            run.desk.replace(with_helo(run.desk.plan, step.id, name))
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


def say_recipient(run: Stepping, step: Step) -> Outcome:
    """Name one recipient; each has its own outcome (RFC 5321 section 3.3)."""
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
    """Send any other line, with the guard in front of credentials typed by hand."""
    line = (step.line or "").encode()
    secret = run.link.machine.check(line).verb in (Verb.AUTH, Verb.AUTH_RESPONSE)
    if secret and not may_send_credentials(run, step, typed=step.line or ""):
        return "cancelled"
    if not run.send(line, step).expects_reply:
        return "done"  # a line of a body typed by hand: the server answers at its end
    reply, _ = run.reply(step)
    if secret:
        note_typed_login(run, reply, step.line or "")
    return outcome_of(reply)


def say(run: Stepping, step: Step) -> ReplyReceived:
    """Send the step's line and return the reply that answers it."""
    run.send((step.line or "").encode(), step)
    return run.reply(step)[0]


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
