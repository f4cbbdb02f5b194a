"""What the window needs of the core, put together once and made on first use.

The imports stand inside on purpose: none of keyring, dns, cryptography, ssl, email, session or
knowledge may be loaded before the window has been painted for the first time.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mailoscope_gui.background import Background
from mailoscope_gui.i18n import Language
from mailoscope_gui.icons import Icons
from mailoscope_gui.theme import Theme

if TYPE_CHECKING:
    from mailoscope_core.knowledge.catalogue import Catalogue
    from mailoscope_core.message.spool import Spool
    from mailoscope_core.session.request import Services as SessionServices
    from mailoscope_core.storage.credentials import CredentialStore
    from mailoscope_core.storage.directories import Directories
    from mailoscope_core.storage.history import SessionHistory
    from mailoscope_core.storage.profiles import ProfileStore
    from mailoscope_core.storage.settings import Preferences, PreferencesStore
    from mailoscope_core.storage.spent import SpentSecrets
    from mailoscope_gui.lab import Lab


class Services:
    """Handed to every page, panel and dialog; there is one for each window."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        background: Background,
        directories: Directories | None = None,
    ) -> None:
        self.language = language
        self.theme = theme
        self.background = background
        self.icons = Icons(theme)
        self._directories = directories

    @cached_property
    def directories(self) -> Directories:
        """Where files are kept."""
        from mailoscope_core.storage.directories import Directories

        return self._directories or Directories.of_this_user()

    @cached_property
    def profiles(self) -> ProfileStore:
        """The saved profiles."""
        from mailoscope_core.storage.profiles import ProfileStore

        return ProfileStore(self.directories.profiles)

    @cached_property
    def credentials(self) -> CredentialStore:
        """The keyring, and the secrets of this session."""
        from mailoscope_core.storage.credentials import CredentialStore

        return CredentialStore()

    @cached_property
    def spent(self) -> SpentSecrets:
        """The memory of the lock-out guard."""
        from mailoscope_core.storage.spent import SpentSecrets

        return SpentSecrets()

    @cached_property
    def history(self) -> SessionHistory:
        """The sessions of the past."""
        from mailoscope_core.storage.history import SessionHistory

        return SessionHistory(self.directories.history)

    @cached_property
    def preferences_store(self) -> PreferencesStore:
        """The file of the preferences."""
        from mailoscope_core.storage.settings import PreferencesStore

        return PreferencesStore(self.directories.preferences)

    @cached_property
    def _loaded_preferences(self) -> list[Preferences]:
        return [self.preferences_store.load().preferences]

    @property
    def preferences(self) -> Preferences:
        """The preferences in use."""
        return self._loaded_preferences[0]

    def use_preferences(self, preferences: Preferences) -> None:
        """Apply new preferences now and save them in the background."""
        self._loaded_preferences[0] = preferences
        if preferences.language:
            self.language.use(preferences.language)
        self.theme.use(preferences.theme)
        store = self.preferences_store
        self.background.run(lambda: store.save(preferences), lambda _none: None, name="preferences")

    @cached_property
    def catalogue(self) -> Catalogue:
        """What is known about reply codes."""
        from mailoscope_core.knowledge.catalogue import load_catalogue

        return load_catalogue()

    @cached_property
    def lab(self) -> Lab:
        """The lab servers of this window."""
        from mailoscope_gui.lab import Lab

        return Lab()

    @cached_property
    def spool(self) -> Spool:
        """Where prepared messages lie until the window closes."""
        from mailoscope_core.message.spool import Spool

        return Spool(self.directories.spool)

    @cached_property
    def session_services(self) -> SessionServices:
        """The real world as sessions see it: sockets, names, the keyring."""
        from mailoscope_core.session.launch import real_services

        return real_services(self.credentials, self.spent)

    def close(self) -> None:
        """Stop what this window has started."""
        self.background.close()
        if "lab" in self.__dict__:
            self.lab.close()
        if "spool" in self.__dict__:
            self.spool.close()
