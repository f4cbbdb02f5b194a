"""Where the session stands, in one row: server, address, TLS, log-in, how far it may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from mailoscope_gui.controller import Controller
from mailoscope_gui.delegates.glyphs import paint_glyph
from mailoscope_gui.labels import plain
from mailoscope_gui.services import Services
from mailoscope_gui.shown_session import ShownSession

if TYPE_CHECKING:
    from mailoscope_core.report.state import SessionState


class Fact(QWidget):
    """A sign and a short text that belong together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph, self._colour = "ring", QColor()
        self.text = plain()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 0, 0, 0)
        layout.addWidget(self.text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def show_fact(self, glyph: str, colour: QColor, text: str) -> None:
        """Show another fact; an empty text hides it."""
        self._glyph, self._colour = glyph, colour
        self.text.setText(text)
        self.setVisible(bool(text))
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return room for the sign at least."""
        return QSize(24, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign."""
        painter = QPainter(self)
        rect = QRectF(2, self.height() / 2 - 6.5, 13, 13)
        paint_glyph(painter, self._glyph, rect, self._colour)


class StateBar(QWidget):
    """host:port · address · TLS · logged in."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._controller = services, controller
        self.title = plain()
        self.title.setObjectName("state-title")
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() + 1.5)
        font.setBold(True)
        self.title.setFont(font)
        self.server, self.tls, self.login, self.outcome = Fact(), Fact(), Fact(), Fact()
        self.server.setObjectName("state-server")
        self.tls.setObjectName("state-tls")
        self.login.setObjectName("state-login")
        self.outcome.setObjectName("state-outcome")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(18)
        layout.addWidget(self.title)
        for fact in (self.server, self.tls, self.login, self.outcome):
            layout.addWidget(fact)
        layout.addStretch(1)
        services.language.changed.connect(self.refresh)
        services.theme.changed.connect(self.refresh)
        controller.state_changed.connect(self.refresh)
        controller.session_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where the session stands now."""
        session, state = self._controller.session, self._controller.state
        if session is None or state is None:
            for fact in (self.server, self.tls, self.login, self.outcome):
                fact.show_fact("ring", QColor(), "")
            return
        self.title.setText(self._name(session.header.title, state.attempt))
        self._show_server(session, state)
        self._show_tls(state)
        self._show_login(state)
        self._show_outcome(session, state)

    def _name(self, title: str, attempt: int) -> str:
        """Return the session's title, with the number of the attempt from the second one on."""
        if attempt == 1:
            return title
        text = self._services.language.gettext("{title}, attempt {number}")
        return text.format(title=title, number=attempt)

    def _show_server(self, session: ShownSession, state: SessionState) -> None:
        theme = self._services.theme
        _ = self._services.language.gettext
        settings = session.header.settings
        host = state.host or settings.get("host", "")
        port = state.port or settings.get("port", "")
        place = f"{host}:{port}" if port else host
        if state.address and state.address != host:
            place = _("{server} at {address}").format(server=place, address=state.address)
        if state.connected:
            self.server.show_fact("check", theme.reply(250), place)
        else:
            closed = _("{server}, not connected").format(server=place)
            self.server.show_fact("ring", theme.muted, closed)

    def _show_tls(self, state: SessionState) -> None:
        theme = self._services.theme
        _ = self._services.language.gettext
        if state.tls_version and state.tls_verified:
            text = _("{version}, verified").format(version=state.tls_version)
            self.tls.show_fact("lock", theme.reply(250), text)
        elif state.tls_version:
            text = _("{version}, NOT verified").format(version=state.tls_version)
            self.tls.show_fact("bang", theme.reply(450), text)
        elif state.connected:
            self.tls.show_fact("dash", theme.muted, _("no TLS so far"))
        else:
            self.tls.show_fact("lock", theme.muted, self._last_tls())

    def _last_tls(self) -> str:
        """Return the TLS of a connection that is over, empty if there was none."""
        entries = self._controller.view.tls_entries
        event = entries[-1].event if entries else None
        version = str(getattr(event, "version", ""))
        if not version:
            return ""
        _ = self._services.language.gettext
        text = (
            _("{version}, verified")
            if getattr(event, "verified", False)
            else _("{version}, NOT verified")
        )
        return text.format(version=version)

    def _show_login(self, state: SessionState) -> None:
        theme = self._services.theme
        _ = self._services.language.gettext
        if state.user:
            text = _("logged in as {user}").format(user=state.user)
            self.login.show_fact("check", theme.reply(250), text)
        elif state.login == "refused":
            self.login.show_fact("cross", theme.reply(550), _("log-in refused"))
        elif state.connected:
            self.login.show_fact("dash", theme.muted, _("not logged in"))
        elif state.login == "accepted":
            self.login.show_fact("check", theme.muted, _("was logged in"))
        else:
            self.login.show_fact("dash", theme.muted, "")

    def _show_outcome(self, session: ShownSession, state: SessionState) -> None:
        theme = self._services.theme
        _ = self._services.language.gettext
        words = self._controller.view.words
        if state.finished is not None:
            glyph, code = ("check", 250) if state.finished == "done" else ("cross", 550)
            name = words.outcome(state.finished) if words else state.finished
            text = _("over: {outcome}").format(outcome=name)
            self.outcome.show_fact(glyph, theme.reply(code), text)
        elif session.runner is None:
            self.outcome.show_fact("dash", theme.muted, _("from a file"))
        elif state.fate == "accepted":
            text = _("message accepted")
            if state.queue_id:
                text = _("message accepted, {id}").format(id=state.queue_id)
            self.outcome.show_fact("check", theme.reply(250), text)
        elif state.waiting == "trouble":
            self.outcome.show_fact("bang", theme.reply(550), _("stopped at trouble"))
        elif state.waiting == "breakpoint":
            self.outcome.show_fact("disc", theme.violation, _("stopped at a breakpoint"))
        elif state.waiting == "end" and self._controller.view.last_refusal is not None:
            self.outcome.show_fact("bang", theme.reply(550), _("done, but something was refused"))
        elif state.waiting == "end":
            self.outcome.show_fact("check", theme.reply(250), _("all steps done"))
        elif state.running is not None:
            self.outcome.show_fact("half", theme.reply(354), _("running"))
        else:
            self.outcome.show_fact("ring", theme.muted, _("waits for you"))
