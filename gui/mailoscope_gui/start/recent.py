"""Saved profiles and past sessions, as far as there are any."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from mailoscope_gui.errands import Errands
from mailoscope_gui.labels import caption

if TYPE_CHECKING:
    from mailoscope_core.storage.history import HistoryItem
    from mailoscope_core.storage.profile import Profile
    from mailoscope_gui.controller import Controller
    from mailoscope_gui.services import Services

_MOST = 5
_LONGEST = 48


class Recent(QWidget):
    """Two columns of buttons; hidden while there is nothing to show."""

    def __init__(
        self, services: Services, controller: Controller, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._errands = Errands(services.background, self)
        self._controller = controller
        self._profiles: tuple[Profile, ...] = ()
        self._sessions: tuple[HistoryItem, ...] = ()
        self._loaded = False
        self.profiles_caption = caption()
        self.sessions_caption = caption()
        self._profile_buttons = QVBoxLayout()
        self._session_buttons = QVBoxLayout()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(28)
        for label, buttons in (
            (self.profiles_caption, self._profile_buttons),
            (self.sessions_caption, self._session_buttons),
        ):
            buttons.setSpacing(2)
            column = QVBoxLayout()
            column.addWidget(label)
            column.addLayout(buttons)
            column.addStretch()
            row.addLayout(column, 1)
        controller.profiles_changed.connect(self._refresh)
        controller.history_changed.connect(self._refresh)
        self.retranslate()

    def load(self) -> None:
        """Read both lists in the background; called after the first paint."""
        self._loaded = True
        services = self._services
        self._errands.run(lambda: services.profiles.list(), self._show_profiles, name="profiles")
        self._errands.run(
            lambda: services.history.list()[:_MOST], self._show_sessions, name="history"
        )

    def _refresh(self) -> None:
        if self._loaded:
            self.load()

    def _show_profiles(self, profiles: tuple[Profile, ...]) -> None:
        self._profiles = profiles[:_MOST]
        self.retranslate()

    def _show_sessions(self, sessions: tuple[HistoryItem, ...]) -> None:
        self._sessions = tuple(each for each in sessions if each.problem is None)
        self.retranslate()

    def retranslate(self) -> None:
        """Take the words of the language in use, and show the lists anew."""
        gettext = self._services.language.gettext
        self.profiles_caption.setText(gettext("Your profiles"))
        self.sessions_caption.setText(gettext("Past sessions"))
        self.profiles_caption.setVisible(bool(self._profiles))
        self.sessions_caption.setVisible(bool(self._sessions))
        _clear(self._profile_buttons)
        for profile in self._profiles:
            text = f"{profile.name}  ·  {profile.host}"
            self._profile_buttons.addWidget(
                _entry(text, partial(self._controller.use_profile, profile))
            )
        _clear(self._session_buttons)
        for item in self._sessions:
            when = item.started[:16].replace("T", " ")
            text = f"{when}  ·  {item.title or item.host}"
            self._session_buttons.addWidget(
                _entry(text, partial(self._controller.open_file, item.path))
            )
        self.setVisible(bool(self._profiles or self._sessions))


def _entry(text: str, action: Callable[[], None]) -> QPushButton:
    # An ampersand in a name is no mnemonic.
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    button = QPushButton(short.replace("&", "&&"))
    button.setFlat(True)
    button.setToolTip(text.replace("<", "&lt;"))
    button.setAccessibleName(text)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    button.clicked.connect(lambda _checked: action())
    return button


def _clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
