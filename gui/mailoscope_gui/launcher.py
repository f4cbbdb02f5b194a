"""Puts a session together for the window: its log, its file in the history, its runner."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Protocol

from mailoscope_gui.shown_session import ShownSession

if TYPE_CHECKING:
    from mailoscope_core.session.request import SessionRequest
    from mailoscope_gui.services import Services


class Launcher(Protocol):
    """Makes sessions; tests have their own."""

    def launch(
        self,
        request: SessionRequest,
        *,
        parent: str | None = None,
        change: dict[str, str] | None = None,
    ) -> ShownSession:
        """Return a session that has not been started."""


class RealLauncher:
    """Sessions with the real runner, logged into the history unless the user wants none."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def launch(
        self,
        request: SessionRequest,
        *,
        parent: str | None = None,
        change: dict[str, str] | None = None,
    ) -> ShownSession:
        """Return a session that has not been started. Raises `UserError` for what cannot run."""
        from mailoscope_core.session.launch import new_log
        from mailoscope_core.session.runner import SessionRunner

        request = request.checked()
        path = None
        if self._services.preferences.keep_history:
            now = datetime.datetime.now().astimezone()
            path = self._services.history.new_path(now, request.profile.host)
        log = new_log(request, path, parent=parent, change=change)
        runner = SessionRunner(request, log, self._services.session_services)
        return ShownSession(log.header, log, request, runner, path)
