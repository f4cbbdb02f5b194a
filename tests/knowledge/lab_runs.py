"""Runs lab scenarios through the real session, to wherever they stop, and diagnoses them."""

from __future__ import annotations

import contextlib
import socket
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from mailoscope_core.knowledge.diagnose import diagnose
from mailoscope_core.knowledge.finding import Finding
from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import LabServer
from mailoscope_core.practice.spec import Scenario
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile, Timeouts
from tests.core.messages import prepared
from tests.core.session_driver import Driver, lab_session, services_with

# How long a scenario's server may be silent before the session says so.
PATIENCE = Timeouts(connect=2.0, command=1.0, final_dot=1.0)


def session(
    name: str, folder: Path, **profile: Any
) -> AbstractContextManager[tuple[Driver, LabServer]]:
    """Return a session against a scenario with the settings that show its fault."""
    scenario = load_scenario(name)
    settings = scenario.settings
    end = b"\n" if settings.as_is else b"\r\n"
    # Sixteen times the sample's size, so that no socket's buffer holds all of it.
    lines = max(1, settings.message_kib * 16 * 16)
    message = prepared(folder, b"Subject: test" + end * 2 + (b"x" * 62 + end) * lines)
    other: dict[str, Any] = {"ca_file": ""} if settings.trust == "system" else {}
    return lab_session(
        name,
        message=message if settings.stage == "send" else None,
        **{"timeouts": PATIENCE, "ehlo_name": settings.ehlo, **other, **profile},
    )


def run(scenario: Scenario | str, folder: Path, **profile: Any) -> tuple[Finding, ...]:
    """Run a scenario to wherever it stops and return what is concluded."""
    name = scenario if isinstance(scenario, str) else scenario.name
    with session(name, folder, **profile) as (driver, _):
        driver.run_to_end()
        return diagnose(driver.log[:], driver.log.header)


def run_against_a_closed_port() -> tuple[Finding, ...]:
    """Run a session against a port of this machine on which nothing listens."""
    with socket.socket() as taken:
        # Bound and not listening: nobody else can take the port, and it refuses.
        taken.bind(("127.0.0.1", 0))
        return _run_against(taken.getsockname()[1])


def run_against_a_silent_port() -> tuple[Finding, ...]:
    """Run a session against a port of this machine that does not answer."""
    with socket.socket() as deaf, contextlib.ExitStack() as stack:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        # Nobody accepts: once its queue is full, the system drops what else comes in.
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        return _run_against(deaf.getsockname()[1])


def _run_against(port: int) -> tuple[Finding, ...]:
    patience = Timeouts(connect=0.3, command=1.0, final_dot=1.0)
    profile = Profile(name="nobody", host="127.0.0.1", port=port, auth=False, timeouts=patience)
    with Driver(SessionRequest(profile), services_with(None), None) as driver:
        driver.run_to_end()
        return diagnose(driver.log[:], driver.log.header)
