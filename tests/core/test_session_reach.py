"""Names and addresses: asked as applications ask, tried one by one, differences shown."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from mailoscope_core.net.resolve import LookupProblem
from mailoscope_core.record import events
from mailoscope_core.session import control
from mailoscope_core.session.request import Names, SessionRequest
from mailoscope_core.storage.profile import IpFamily, Profile, Timeouts, TlsMode
from tests.core.session_driver import Driver, services_with
from tests.fakes import Act, ScriptedConnection, answers, opens, refuses, says

GREETS = (*opens("192.0.2.99"), *says("220 hi"), *answers("EHLO", "250 hi"))


@dataclass(frozen=True)
class Mx:
    """An answer to a question for mail exchangers."""

    hosts: tuple[str, ...]


def fail(kind: str) -> LookupProblem:
    return LookupProblem(kind, -2, "Name or service not known")  # type: ignore[arg-type]


@contextlib.contextmanager
def reaching(
    *scripts: Sequence[Act],
    os: dict[str, Sequence[str] | Exception] | None = None,
    dns: Sequence[str] | None = None,
    mx: Sequence[str] | Exception = (),
    hostname: str = "localhost",
    **profile: object,
) -> Iterator[Driver]:
    """Run a session with scripted names; the n-th address that is dialled plays `scripts[n]`."""
    known = os or {}
    asked: list[tuple[str, IpFamily]] = []
    dialled = iter(scripts)
    unused = True

    def connection() -> ScriptedConnection:
        nonlocal unused
        if unused:  # a link begins with a connection that dials nothing
            unused = False
            return ScriptedConnection()
        return ScriptedConnection(*next(dialled))

    def look_up(host: str, port: int, family: IpFamily) -> Sequence[str]:
        asked.append((host, family))
        answer = known.get(host, fail("not-found"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def look_up_mx(domain: str) -> Mx:
        if isinstance(mx, Exception):
            raise mx
        return Mx(tuple(mx))

    names = Names(os=look_up, dns=None if dns is None else lambda host, family: dns, mx=look_up_mx)
    services = replace(
        services_with(None), names=names, connection=connection, hostname=lambda: hostname
    )
    values: dict[str, object] = {"host": "mail.example.org", "tls": TlsMode.NONE, "auth": False}
    request = SessionRequest(Profile(name="p", **{**values, **profile}))  # type: ignore[arg-type]
    with Driver(request, services, None) as session:
        yield session


def test_every_address_is_tried_in_turn_and_logged() -> None:
    addresses = ("2001:db8::1", "192.0.2.1", "192.0.2.2")
    with reaching(
        refuses("unreachable", 101), refuses(), GREETS, os={"mail.example.org": addresses}
    ) as session:
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        assert [d.address for d in session.all(events.ConnectStarted)] == list(addresses)
        assert [f.kind for f in session.all(events.ConnectFailed)] == ["unreachable", "refused"]
        assert session.all(events.Connected)[0].address == "192.0.2.2"


def test_when_no_address_answers_the_step_has_failed() -> None:
    with reaching(refuses(), os={"mail.example.org": ["192.0.2.1"]}) as session:
        assert session.run_to_end().why == "trouble"
        assert session.outcomes()["connect"] == "failed"


def test_an_address_with_a_successor_is_given_up_in_time_and_the_last_is_not() -> None:
    silent: tuple[Act, ...] = ()
    patience = Timeouts(connect=0.05, command=5, final_dot=5)
    with reaching(
        silent, silent, os={"mail.example.org": ["192.0.2.1", "192.0.2.2"]}, timeouts=patience
    ) as session:
        session.post(control.RunToEnd())
        assert session.event(events.ConnectFailed).kind == "timeout"
        assert session.event(events.DeadlinePassed).what == "connect"
        session.paused("deadline", step="connect")
        assert len(session.all(events.ConnectFailed)) == 1
        session.post(control.Drop())
        assert session.event(events.StepFinished).outcome == "cancelled"


@pytest.mark.parametrize("kind", ["not-found", "temporary", "no-address"])
def test_a_name_that_is_not_found_is_logged_with_its_kind(kind: str) -> None:
    with reaching(os={"mail.example.org": fail(kind)}) as session:
        session.run_to_end()
        assert session.all(events.LookupFailed)[-1].kind == kind


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("mail.example.org,", "trailing-comma"),
        ("smtp://mail.example.org", "protocol-prefix"),
        ("me@example.org", "email-address"),
    ],
)
def test_a_malformed_host_is_told_before_anybody_is_asked(typed: str, problem: str) -> None:
    with reaching(host=typed) as session:
        session.run_to_end()
        failed = session.all(events.LookupFailed)[-1]
        assert (failed.kind, failed.detail) == ("malformed", problem)
        assert not session.all(events.LookupStarted)


def test_what_dns_says_otherwise_is_shown_without_waiting_for_it() -> None:
    with reaching(GREETS, os={"mail.example.org": ["10.0.0.5"]}, dns=["192.0.2.7"]) as session:
        session.post(control.RunTo("quit"))
        differ = session.event(events.NamesDiffer)
        assert (differ.os_addresses, differ.dns_addresses) == (("10.0.0.5",), ("192.0.2.7",))


def test_the_hosts_of_mx_are_tried_by_preference() -> None:
    with reaching(
        refuses(),
        GREETS,
        host="example.org",
        use_mx=True,
        mx=["mx1.example.org", "mx2.example.org"],
        os={"mx1.example.org": ["192.0.2.1"], "mx2.example.org": ["192.0.2.2"]},
    ) as session:
        session.post(control.RunTo("quit"))
        session.paused("step", step="quit")
        assert session.all(events.NamesFound)[0].source == "mx"
        assert [d.host for d in session.all(events.ConnectStarted)] == [
            "mx1.example.org",
            "mx2.example.org",
        ]


def test_the_ehlo_name_is_shown_before_it_is_said() -> None:
    with reaching(GREETS, os={"mail.example.org": ["192.0.2.1"]}) as session:
        session.post(control.RunTo("ehlo"))
        session.paused("step", step="ehlo")
        chosen = session.all(events.EhloNameChosen)
        assert [(c.name, c.why) for c in chosen] == [("[192.0.2.99]", "address-literal")]
        lines = {step.id: step.line for step in session.all(events.PlanChanged)[-1].steps}
        assert lines["ehlo"] == "EHLO [192.0.2.99]"
    with reaching(GREETS, hostname="desk.example.net") as session:
        session.paused("start")
        assert session.all(events.EhloNameChosen)[0].why == "fqdn"
    with reaching(GREETS, ehlo_name="own.example.net") as session:
        session.paused("start")
        lines = {step.id: step.line for step in session.all(events.PlanChanged)[-1].steps}
        assert lines["ehlo"] == "EHLO own.example.net"
