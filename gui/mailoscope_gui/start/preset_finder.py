"""What is known about the mail provider of an address, found off the GUI thread, no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailoscope_gui.i18n import N_

if TYPE_CHECKING:
    import datetime

    from mailoscope_core.knowledge.presets import Preset
    from mailoscope_core.storage.profile import TlsMode
    from mailoscope_gui.i18n import Language

_SECRETS = {
    "app-password": N_(
        "The account's own password is refused here: make an app password with the provider."
    ),
    "oauth": N_("This provider takes OAuth only: you need an access token, no password works."),
    "api-key": N_("The password is an API key that you make with the provider."),
}
_USERS = {
    "local-part": N_("The user name is the part before the @ alone."),
    "key": N_("The user name is not your address: the provider shows it beside the key."),
    "none": N_("This server takes mail without a log-in."),
}
_OAUTH = N_("OAuth works as well (XOAUTH2 with a pasted access token).")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A preset applied to one address."""

    preset: Preset
    address: str

    @property
    def host(self) -> str:
        """The host to try first."""
        return self.preset.host

    @property
    def port(self) -> int:
        """The port to try first."""
        return self.preset.port

    @property
    def tls(self) -> TlsMode:
        """The TLS mode to try first."""
        return self.preset.tls

    @property
    def user(self) -> str:
        """The user name, empty where only the provider knows it."""
        return self.preset.user_for(self.address)

    @property
    def secret_kind(self) -> Literal["password", "token"]:
        """What a profile asks for."""
        return "token" if self.preset.secret == "oauth" else "password"

    def notes(self, language: Language) -> tuple[str, ...]:
        """Return what has to be known before the log-in, in the language in use."""
        preset = self.preset
        said = [_USERS.get(preset.user_form, "")]
        if not preset.note:  # else the provider's own sentence says what it takes
            said.insert(0, _SECRETS.get(preset.secret, ""))
            said.append(_OAUTH if preset.oauth and preset.secret != "oauth" else "")
        notes = [language.gettext(words) for words in said if words]
        if preset.note:
            notes.append(language.texts.record(preset.id, "note", preset.note))
        return tuple(notes)

    def is_stale(self, today: datetime.date) -> bool:
        """Tell whether the facts were seen more than twelve months ago."""
        return self.preset.stale(today)


def find_suggestion(address: str) -> Suggestion | None:
    """Return what is known for an address's domain, or null; asks nobody but our own files."""
    from mailoscope_core.knowledge.presets import for_address

    preset = for_address(address)
    return Suggestion(preset, address) if preset is not None else None
