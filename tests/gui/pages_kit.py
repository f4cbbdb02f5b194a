"""What the tests of pages and dialogs share: services with a home of their own, a keyring in
memory, a launcher that dials nobody."""

from __future__ import annotations

import threading
from pathlib import Path

from pytestqt.qtbot import QtBot

from mailoscope_core.record.events import Header
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.credentials import CredentialStore
from mailoscope_core.storage.directories import Directories
from mailoscope_gui.background import Background
from mailoscope_gui.controller import Controller
from mailoscope_gui.i18n import Language
from mailoscope_gui.services import Services
from mailoscope_gui.shown_session import ShownSession
from mailoscope_gui.theme import Theme


class MemoryKeyring:
    """A keyring back end; `trouble` is raised instead of an answer, `gate` makes it hang."""

    name = "Keyring of the test"

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.threads: set[threading.Thread] = set()
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._visit()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._visit()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._visit()
        del self.entries[service, username]

    def _visit(self) -> None:
        self.threads.add(threading.current_thread())
        if self.trouble is not None:
            raise self.trouble


class StillLauncher:
    """Makes sessions that stand still, and remembers what was asked for."""

    def __init__(self) -> None:
        self.requests: list[SessionRequest] = []

    def launch(
        self,
        request: SessionRequest,
        *,
        parent: str | None = None,
        change: dict[str, str] | None = None,
    ) -> ShownSession:
        self.requests.append(request)
        header = Header(schema=1, session="s", started="2026-11-23T21:00:00+05:30", app="test")
        return ShownSession(header, [], request)


def make_services(home: Path, keyring: MemoryKeyring | None = None) -> Services:
    """Return services whose files lie in `home`; without a keyring none answers."""
    services = Services(Language(), Theme("light"), Background(), Directories.in_one_folder(home))
    if keyring is not None:
        services.__dict__["credentials"] = CredentialStore(lambda: keyring)
    return services


def make_controller(services: Services) -> tuple[Controller, StillLauncher]:
    """Return a controller and its launcher."""
    launcher = StillLauncher()
    return Controller(services, launcher), launcher


def settle(qtbot: QtBot, services: Services) -> None:
    """Wait until nothing is under way in the background."""
    qtbot.waitUntil(lambda: not services.background.busy, timeout=15_000)
