"""Drives a session as a person would: post a control, wait for what the log says."""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mailoscope_core.base.secret import Secret
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import LabServer
from mailoscope_core.practice.spec import Scenario
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record import events
from mailoscope_core.record.events import Entry
from mailoscope_core.record.log import SessionLog
from mailoscope_core.session import control
from mailoscope_core.session.launch import new_header, real_services
from mailoscope_core.session.request import Services, SessionRequest
from mailoscope_core.session.runner import SessionRunner
from mailoscope_core.storage.credentials import CredentialStore, SecretResult
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.spent import SpentSecrets

E = TypeVar("E")
PATIENCE_S = 10.0


class Driver:
    """A running session and the means to wait for what it logs."""

    def __init__(self, request: SessionRequest, services: Services, path: Path | None) -> None:
        now = datetime.datetime.now(datetime.UTC)
        self.log = SessionLog(new_header(request, now), path)
        self._news = threading.Condition()
        self.log.subscribe(self._tell)
        self.runner = SessionRunner(request, self.log, services)
        self._seen = 0

    def __enter__(self) -> Driver:
        self.runner.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.post(control.Cancel())
        assert self.runner.join(PATIENCE_S), "the worker did not end"

    def post(self, *messages: control.Control) -> None:
        """Post controls, in order."""
        for message in messages:
            self.runner.post(message)

    def wait_for(self, wanted: Callable[[Entry], bool], what: str = "") -> Entry:
        """Return the next entry that is wanted, beginning after the last one returned."""
        found: Entry | None = None

        def look() -> bool:
            nonlocal found
            while self._seen < len(self.log):
                entry = self.log[self._seen]
                self._seen += 1
                if wanted(entry):
                    found = entry
                    return True
            return False

        with self._news:
            assert self._news.wait_for(look, PATIENCE_S), (
                f"{what or wanted} never came; the log ends with\n"
                + "\n".join(str(entry.event) for entry in self.log[-12:])
            )
        assert found is not None
        return found

    def event(self, kind: type[E], /, **fields: object) -> E:
        """Wait for an event of this kind whose fields have these values."""

        def wanted(entry: Entry) -> bool:
            return isinstance(entry.event, kind) and all(
                getattr(entry.event, name) == value for name, value in fields.items()
            )

        entry = self.wait_for(wanted, f"{kind.__name__} {fields}")
        assert isinstance(entry.event, kind)
        return entry.event

    def paused(self, why: str, **fields: object) -> events.Paused:
        """Wait until the session waits for the user."""
        return self.event(events.Paused, why=why, **fields)

    def run_to_end(self) -> events.Paused:
        """Run until the session stops by itself, for whatever reason."""
        self.post(control.RunToEnd())
        self.event(events.ControlAccepted, control="run-to-end")
        return self.event(events.Paused)

    def finish(self) -> events.SessionFinished:
        """End the session in order."""
        self.post(control.Finish())
        return self.event(events.SessionFinished)

    def all(self, kind: type[E]) -> list[E]:
        """Return all events of a kind so far."""
        return [entry.event for entry in self.log if isinstance(entry.event, kind)]

    def codes(self) -> list[int | None]:
        """Return the codes of all replies so far."""
        return [reply.code for reply in self.all(events.ReplyReceived)]

    def sent(self) -> list[str]:
        """Return the lines sent so far, as logged."""
        return [line.text for line in self.all(events.LineSent)]

    def outcomes(self) -> dict[str, str]:
        """Return how each step ended, the last time it did."""
        return {step.step: step.outcome for step in self.all(events.StepFinished)}

    def _tell(self, entry: Entry) -> None:
        with self._news:
            self._news.notify_all()


def services_with(secret: str | None, *, spent: SpentSecrets | None = None) -> Services:
    """Return real services whose keyring holds `secret` for everybody, or nothing."""
    found = (
        SecretResult(None, None, "no-backend")
        if secret is None
        else SecretResult(Secret(secret), "keyring")
    )
    services = real_services(CredentialStore(), spent or SpentSecrets(), compare_dns=False)
    return replace(services, fetch_secret=lambda profile: found, hostname=lambda: "localhost")


def lab_profile(lab: LabServer, **fields: object) -> Profile:
    """Return a profile that fits a running lab scenario."""
    settings = lab.scenario.settings
    values: dict[str, object] = {
        "name": lab.scenario.id,
        "host": "127.0.0.1",
        "port": lab.port,
        "tls": TlsMode(settings.tls.value),
        "ca_file": "" if settings.tls.value == "none" else str(lab.ca_file),
        "auth": settings.auth and bool(settings.user),
        "user": settings.user,
        "mechanism": settings.mechanism,
        "secret_kind": settings.secret_kind,
        "sender": settings.sender,
        "recipients": tuple(settings.recipients),
        **fields,
    }
    return Profile(**values)  # type: ignore[arg-type]


@contextlib.contextmanager
def lab_session(
    scenario: str,
    *,
    stage: Stage | None = None,
    message: PreparedMessage | None = None,
    secret: str | None = "",
    path: Path | None = None,
    spent: SpentSecrets | None = None,
    verify_tls: bool = True,
    **profile: object,
) -> Iterator[tuple[Driver, LabServer]]:
    """Run a session against a lab scenario; `secret` "" is the scenario's own."""
    loaded = load_scenario(scenario)
    with LabServer(loaded) as lab:
        request = SessionRequest(
            profile=lab_profile(lab, **profile),
            stage=_stage(loaded, message) if stage is None else stage,
            message=message,
            verify_tls=verify_tls,
        )
        known = loaded.settings.secret if secret == "" else secret
        services = services_with(known, spent=spent)
        with Driver(request, services, path) as driver:
            yield driver, lab


def _stage(scenario: Scenario, message: PreparedMessage | None) -> Stage:
    """Return how far the scenario wants to go, as far as that is possible without a message."""
    wanted = Stage[scenario.settings.stage.upper()]
    return min(wanted, Stage.ASK) if message is None else wanted
