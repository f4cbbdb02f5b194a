"""The lab servers of the window: started for practice, with the profile that goes with each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from mailoscope_core.base.secret import Secret
from mailoscope_core.base.texts import Texts
from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import LabServer
from mailoscope_core.practice.spec import Scenario, Settings
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.storage.profile import Profile

_STAGES = {"login": Stage.LOGIN, "ask": Stage.ASK, "send": Stage.SEND}
_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Practice:
    """A running scenario: its profile, the public secret, how far the run should go, and the
    sample that it sends then."""

    scenario: Scenario
    profile: Profile
    secret: Secret | None
    stage: Stage
    sample: str


class Lab:
    """Starts one server a scenario and keeps it until the window closes."""

    def __init__(self) -> None:
        self._servers: dict[str, LabServer] = {}

    def start(self, name: str, texts: Texts) -> Practice:
        """Start the scenario `name` (or `name:value`) afresh; call it off the GUI thread.

        The profile is named after the scenario in the language of `texts`.

        Raises `UserError` when there is no such scenario or no port to be had.
        """
        scenario = load_scenario(name)
        server = LabServer(scenario)
        server.start()
        old = self._servers.pop(name, None)
        self._servers[name] = server
        if old is not None:
            old.stop()
        settings = scenario.settings
        secret = Secret(settings.secret) if settings.secret else None
        title = texts.record(f"scenario.{scenario.id}", "title", scenario.title)
        profile = _profile(name, title, server, settings)
        return Practice(scenario, profile, secret, _STAGES[settings.stage], _sample(settings))

    def close(self) -> None:
        """Stop all servers."""
        for server in self._servers.values():
            server.stop()
        self._servers.clear()


def _sample(settings: Settings) -> str:
    """Return the sample's id; a generated one takes whole MiB."""
    if not settings.message_kib:
        return settings.message
    return f"{settings.message}:{max(1, -(-settings.message_kib // 1024))}"


def _profile(name: str, title: str, server: LabServer, settings: Settings) -> Profile:
    return Profile(
        name=title,
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailoscope:practice:{name}")),
        host=_HOST,
        port=server.port,
        tls=settings.tls,
        ca_file=str(server.ca_file) if settings.trust == "lab" else "",
        ehlo_name=settings.ehlo,
        auth=settings.auth and bool(settings.user),
        user=settings.user,
        mechanism=settings.mechanism,
        secret_kind=settings.secret_kind,
        sender=settings.sender,
        recipients=settings.recipients,
        scenario=name,
    )
