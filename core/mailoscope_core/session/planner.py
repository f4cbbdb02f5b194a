"""Makes the plan of a session from its request, and fits it to what EHLO offered.

Only steps that the user has not touched and that have not been sent are remade.
"""

from __future__ import annotations

from dataclasses import replace

from mailoscope_core.protocol import sasl
from mailoscope_core.protocol.addresses import read_address
from mailoscope_core.protocol.capabilities import Capabilities
from mailoscope_core.protocol.commands import MailFrom, RcptTo
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.session.steps import SECRET_SLOT, Plan, Step, StepKind
from mailoscope_core.storage.profile import TlsMode

ADDRESS_SLOT = "‹address literal›"
"""Stands in EHLO for this machine's address, which is known once the connection stands."""

HELO_AFTER_EHLO = "helo-after-refused-ehlo"


def make_plan(request: SessionRequest, ehlo_name: str | None) -> Plan:
    """Return the steps of a whole session as far as they can be known before connecting."""
    profile = request.profile
    name = ehlo_name or ADDRESS_SLOT
    steps = [Step("dns", StepKind.RESOLVE), Step("connect", StepKind.CONNECT)]
    if profile.tls is TlsMode.IMPLICIT:
        steps.append(Step("tls", StepKind.TLS))
    steps += [
        Step("greeting", StepKind.GREETING),
        Step("ehlo", StepKind.EHLO, f"EHLO {name}"),
    ]
    if profile.tls in (TlsMode.STARTTLS, TlsMode.OPTIONAL):
        steps += [
            Step("starttls", StepKind.STARTTLS, "STARTTLS"),
            Step("tls", StepKind.TLS),
            Step("ehlo-tls", StepKind.EHLO, f"EHLO {name}"),
        ]
    if profile.auth and profile.user:
        steps.append(Step("auth", StepKind.AUTH, _auth_line(request, None, encrypted=True)))
    steps += _envelope(request, None)
    steps.append(Step("quit", StepKind.QUIT, "QUIT"))
    return Plan(tuple(steps))


def with_ehlo_name(plan: Plan, name: str) -> Plan:
    """Return the plan with the address literal filled in."""
    steps = tuple(
        replace(step, line=step.line.replace(ADDRESS_SLOT, name))
        if step.line and ADDRESS_SLOT in step.line
        else step
        for step in plan.steps
    )
    return replace(plan, steps=steps)


def fit_to_capabilities(
    plan: Plan,
    request: SessionRequest,
    capabilities: Capabilities,
    sent: frozenset[str],
    *,
    encrypted: bool,
) -> Plan:
    """Return the plan fitted to an EHLO reply; steps in `sent`, edited or added ones stay.

    Under "if offered" the STARTTLS steps go when STARTTLS is not offered; under "required" they
    stay and fail, so that nothing goes on in the clear. The log-in takes a mechanism that is
    offered, MAIL the parameters that the server knows.
    """
    steps: list[Step] = []
    drop_tls = (
        request.profile.tls is TlsMode.OPTIONAL
        and not encrypted
        and not capabilities.has("STARTTLS")
    )
    before_tls = not encrypted and any(
        step.kind is StepKind.STARTTLS and step.id not in sent for step in plan.steps
    )
    fresh = {step.id: step for step in _envelope(request, capabilities)}
    for step in plan.steps:
        if step.id in sent or step.edited or not step.auto:
            steps.append(step)
        elif drop_tls and step.id in ("starttls", "tls", "ehlo-tls"):
            continue
        elif step.kind is StepKind.AUTH and (drop_tls or not before_tls):
            line = _auth_line(request, capabilities, encrypted=encrypted)
            steps.append(replace(step, line=line))
        else:
            steps.append(replace(fresh.get(step.id, step), skip=step.skip))
    return replace(plan, steps=tuple(steps))


def with_helo(plan: Plan, after: str, name: str, *, tls: TlsMode) -> Plan:
    """Return the plan with HELO behind the EHLO step `after`, which the server refused.

    HELO offers no extensions: under "if offered" the STARTTLS steps that nobody touched are left
    out. Where TLS is required they stay and fail, so that nothing goes on in the clear.
    """
    place = plan.index(after) + 1
    helo = Step("helo", StepKind.HELO, f"HELO {name}", note=HELO_AFTER_EHLO)
    rest = tuple(
        step
        for step in plan.steps[place:]
        if tls is not TlsMode.OPTIONAL
        or step.edited
        or not step.auto
        or step.id not in ("starttls", "tls", "ehlo-tls")
    )
    return replace(plan, steps=(*plan.steps[:place], helo, *rest))


def renew(old: Plan, fresh: Plan, removed: frozenset[str]) -> Plan:
    """Return `fresh` with the user's edits of `old`: for a restart.

    Edited and skipped steps are taken over by id, removed ones stay away, and inserted ones keep
    their place before the same successor.
    """
    kept = {step.id: step for step in old.steps if step.auto and (step.edited or step.skip)}
    steps = [kept.get(step.id, step) for step in fresh.steps if step.id not in removed]
    ids = [step.id for step in old.steps]
    for step in reversed(old.steps):
        if step.auto or step.note:
            continue
        followers = ids[ids.index(step.id) + 1 :]
        places = [n for n, candidate in enumerate(steps) if candidate.id in followers]
        steps.insert(places[0] if places else len(steps), step)
    return Plan(tuple(steps), old.revision + 1)


def _auth_line(
    request: SessionRequest, capabilities: Capabilities | None, *, encrypted: bool
) -> str:
    """Return the AUTH line, with a slot where an initial response will stand (RFC 4954)."""
    profile = request.profile
    offered = capabilities.mechanisms if capabilities else ()
    chosen = profile.mechanism or sasl.choose(
        offered, wanted="", secret_kind=profile.secret_kind, encrypted=encrypted
    )
    if not chosen:
        chosen = "XOAUTH2" if profile.secret_kind == "token" else "PLAIN"
    mechanism = chosen.upper()
    initial = sasl.is_client_first(mechanism) and request.initial_response is not False
    return f"AUTH {mechanism} {SECRET_SLOT}" if initial else f"AUTH {mechanism}"


def _envelope(request: SessionRequest, capabilities: Capabilities | None) -> list[Step]:
    if request.stage is Stage.LOGIN:
        return []
    mail = MailFrom(request.envelope_sender, _mail_parameters(request, capabilities))
    steps = [Step("mail", StepKind.MAIL, mail.encode().decode("utf-8"))]
    steps += [
        Step(f"rcpt-{number}", StepKind.RCPT, RcptTo(address).encode().decode("utf-8"))
        for number, address in enumerate(request.envelope_recipients, 1)
    ]
    if request.stage is Stage.ASK:
        steps.append(Step("rset", StepKind.RSET, "RSET"))
    else:
        steps += [Step("data", StepKind.DATA, "DATA"), Step("body", StepKind.BODY)]
    return steps


def _mail_parameters(
    request: SessionRequest, capabilities: Capabilities | None
) -> dict[str, str | None]:
    """Return SIZE (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531) where offered and useful."""
    parameters: dict[str, str | None] = {}
    if capabilities is None:
        return parameters
    message = request.message
    addresses = (request.envelope_sender, *request.envelope_recipients)
    if message is not None and capabilities.has("SIZE"):
        parameters["SIZE"] = str(message.size)
    if message is not None and message.needs_8bit and capabilities.has("8BITMIME"):
        parameters["BODY"] = "8BITMIME"
    needs_utf8 = any(read_address(address).needs_smtputf8 for address in addresses) or (
        message is not None and message.needs_smtputf8
    )
    if needs_utf8 and capabilities.has("SMTPUTF8"):
        parameters["SMTPUTF8"] = None
    return parameters
