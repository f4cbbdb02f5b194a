"""The steps that reach the server: look the name up, dial its addresses, hear the greeting."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from typing import Literal

from mailoscope_core.base.background import Pending
from mailoscope_core.net.connection import Opened
from mailoscope_core.net.hostname import check_host
from mailoscope_core.net.own_name import ehlo_name
from mailoscope_core.net.resolve import LookupProblem
from mailoscope_core.record.events import (
    EhloNameChosen,
    LookupFailed,
    LookupStarted,
    NamesDiffer,
    NamesFound,
)
from mailoscope_core.session.planner import with_ehlo_name
from mailoscope_core.session.stepping import Outcome, StepFailed, Stepping, outcome_of
from mailoscope_core.session.steps import Step

Source = Literal["os", "dns", "mx"]


def look_up(run: Stepping, step: Step) -> Outcome:
    """Fill `run.targets` with (host, address) in the order they will be dialled."""
    profile = run.request.profile
    run.targets = []
    checked = check_host(profile.host)
    if checked.problem:
        run.log.append(
            LookupFailed(
                host=profile.host,
                source="os",
                kind="malformed",
                detail=checked.problem,
                suggestion=checked.suggestion,
            )
        )
        return "failed"
    if checked.is_literal:
        run.log.append(
            NamesFound(host=checked.name, source="os", addresses=(checked.name,), ms=0.0)
        )
        run.targets = [(checked.name, checked.name)]
        return "done"
    hosts: Sequence[str] = (checked.name,)
    if profile.use_mx:
        hosts = _ask(run, step, checked.name, "mx", lambda: run.services.names.mx(hosts[0]).hosts)
    for host in hosts:
        _compare_with_dns(run, host)
        addresses = _ask(  # the host is bound at once; mypy cannot infer a lambda with a default
            run,
            step,
            host,
            "os",
            lambda host=host: run.services.names.os(host, profile.port, profile.family),  # type: ignore[misc]
        )
        run.targets += [(host, address) for address in addresses]
    return "done" if run.targets else "failed"


def connect(run: Stepping, step: Step) -> Outcome:
    """Dial one address after the other until one answers."""
    link = run.link
    if link.is_open:
        run.surprise("already-connected", step)
        return "failed"
    if not run.targets:
        run.surprise("no-address", step)
        return "failed"
    seconds = run.request.profile.timeouts.connect
    for number, (host, address) in enumerate(run.targets, 1):
        link.dial(host, address)
        last = number == len(run.targets)
        if last:
            run.pilot.wait(lambda: link.opened is not None, "connect", seconds, step)
        else:
            _dial_within(run, seconds)
        if isinstance(link.opened, Opened):
            _choose_ehlo_name(run)
            return "done"
    return "failed"


def hear_greeting(run: Stepping, step: Step) -> Outcome:
    """Wait for the server's first reply (RFC 5321 section 4.3.1)."""
    if not run.link.is_open and not run.link.replies:
        run.surprise("not-connected", step)
        return "failed"
    reply, _ = run.reply(step, what="greeting")
    return outcome_of(reply) if reply.code is not None else "failed"


def choose_fqdn(run: Stepping) -> None:
    """Choose the EHLO name as far as it can be known before connecting."""
    own = run.request.profile.ehlo_name
    if own:
        run.ehlo_name = own
        run.log.append(EhloNameChosen(name=own, why="profile"))
        return
    name, why = ehlo_name("127.0.0.1", run.services.hostname())
    if why == "fqdn":
        run.ehlo_name = name
        run.log.append(EhloNameChosen(name=name, why="fqdn"))


def _choose_ehlo_name(run: Stepping) -> None:
    """Fill in the address literal (RFC 5321 section 4.1.3), now that our address is known."""
    if run.ehlo_name is None:
        run.ehlo_name, _ = ehlo_name(run.link.local_address, "")
        run.log.append(EhloNameChosen(name=run.ehlo_name, why="address-literal"))
    if run.desk.replace(with_ehlo_name(run.desk.plan, run.ehlo_name)):
        run.log.append(run.desk.event("expanded"))


def _dial_within(run: Stepping, seconds: float) -> None:
    """Wait for an address that has a successor: when the time is up, the next one has its turn."""
    link = run.link
    until = run.services.clock() + seconds
    while link.opened is None:
        left = until - run.services.clock()
        if left <= 0:
            link.give_up_dialling()
            return
        run.pilot.wait_briefly(left)


def _ask(
    run: Stepping, step: Step, host: str, source: Source, call: Callable[[], Sequence[str]]
) -> tuple[str, ...]:
    """Run one look-up off the thread and log its answer; raises `StepFailed` when there is none."""
    run.log.append(LookupStarted(host=host, source=source))
    began = run.services.clock()
    pending = run.in_background(call, f"look-up {source}")
    run.pilot.wait(lambda: pending.done, "look-up", run.command_seconds, step)
    ms = round((run.services.clock() - began) * 1000, 3)
    try:
        addresses = tuple(pending.result())
    except LookupProblem as problem:
        run.log.append(
            LookupFailed(
                host=host,
                source=source,
                kind=problem.kind,
                detail=problem.detail,
                errno=problem.errno,
                ms=ms,
            )
        )
        raise StepFailed from None
    except Exception as error:  # noqa: BLE001  # a resolver's own fault is no answer either
        detail = type(error).__name__
        run.log.append(
            LookupFailed(host=host, source=source, kind="no-resolver", detail=detail, ms=ms)
        )
        raise StepFailed from None
    run.log.append(NamesFound(host=host, source=source, addresses=addresses, ms=ms))
    return addresses


def _compare_with_dns(run: Stepping, host: str) -> None:
    """Ask DNS as well, beside the operating system; nobody waits for this answer."""
    dns = run.services.names.dns
    if dns is None or "." not in host or host.endswith((".localhost", ".local", ".test")):
        return
    family = run.request.profile.family
    pending: Pending[object] = run.in_background(lambda: tuple(dns(host, family)), "look-up dns")
    run.late_lookups.append((pending, lambda done: _note_dns(run, host, done)))


def _note_dns(run: Stepping, host: str, pending: Pending[object]) -> None:
    """Log a difference between what applications are told and what DNS says."""
    try:
        answer = pending.result()
    except Exception:  # noqa: BLE001  # whatever it was, nobody has waited for it
        return  # the operating system's answer counts; DNS alone failing is no news for the user
    found = answer if isinstance(answer, tuple) else ()
    ours = {_plain(address) for name, address in run.targets if name == host}
    theirs = {_plain(address) for address in found}
    if ours and theirs and ours != theirs:
        run.log.append(
            NamesDiffer(
                host=host,
                os_addresses=tuple(address for name, address in run.targets if name == host),
                dns_addresses=tuple(found),
            )
        )


def _plain(address: str) -> str:
    return ipaddress.ip_address(address.partition("%")[0]).compressed
