"""The user's preferences in one forgiving TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import tomli_w

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage import toml_file
from mailoscope_core.storage.atomic import write_atomic
from mailoscope_core.storage.migrations import schema_version
from mailoscope_core.storage.profile import Timeouts

PREFERENCES_VERSION = 1


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """What the user likes. `language` empty means the system's; `geometry` is the window's own
    business (opaque); `timeouts` are those of new profiles."""

    language: str = ""
    theme: Literal["system", "light", "dark"] = "system"
    keep_history: bool = True
    timeouts: Timeouts = Timeouts()
    geometry: str = ""


@dataclass(frozen=True, slots=True)
class LoadedPreferences:
    """The preferences, and what was wrong with their file if something was."""

    preferences: Preferences
    problem: UserError | None = None


class PreferencesStore:
    """Loads whatever can be understood and saves atomically."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> LoadedPreferences:
        """Return the preferences; never fails.

        Of a damaged file a copy is put aside (.bak) and the fields that make sense are taken. The
        problem is one of preferences-damaged, preferences-unreadable, preferences-newer.
        """
        try:
            text = toml_file.read_text(self.path, "preferences")
            table = toml_file.parse(text, self.path, "preferences")
        except UserError as error:
            if error.code == "preferences-missing":
                return LoadedPreferences(Preferences())
            if error.code == "preferences-damaged":
                return LoadedPreferences(Preferences(), self._set_aside(error))
            return LoadedPreferences(Preferences(), error)
        newer = self._newer(table)
        if newer is not None:
            return LoadedPreferences(_what_fits(table)[0], newer)
        preferences, unfit = _what_fits(table)
        if not unfit:
            return LoadedPreferences(preferences)
        line = toml_file.line_of(text, unfit[0])
        damage = UserError("preferences-damaged", path=self.path, line=line, detail=unfit[0])
        return LoadedPreferences(preferences, self._set_aside(damage))

    def save(self, preferences: Preferences) -> None:
        """Write the preferences. Raises `UserError` preferences-unwritable or, rather than replace
        the file of a newer version, preferences-newer."""
        try:
            text = toml_file.read_text(self.path, "preferences")
            newer = self._newer(toml_file.parse(text, self.path, "preferences"))
        except UserError:
            newer = None
        if newer is not None:
            raise newer
        table = {"schema_version": PREFERENCES_VERSION, **msgspec.to_builtins(preferences)}
        try:
            write_atomic(self.path, tomli_w.dumps(table).encode("utf-8"))
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("preferences-unwritable", path=self.path, detail=detail) from error

    def _newer(self, table: dict[str, Any]) -> UserError | None:
        try:
            version = schema_version(table)
        except ValueError:
            return None
        if version <= PREFERENCES_VERSION:
            return None
        return UserError(
            "preferences-newer", path=self.path, version=version, known=PREFERENCES_VERSION
        )

    def _set_aside(self, damage: UserError) -> UserError:
        backup = self.path.with_name(self.path.name + ".bak")
        try:
            write_atomic(backup, self.path.read_bytes())
        except OSError:
            backup = self.path
        return UserError(damage.code, **damage.params, backup=backup)


def _what_fits(table: dict[str, Any]) -> tuple[Preferences, list[str]]:
    """Return preferences of the fields that have a sensible value, and the names of the others."""
    preferences, unfit = Preferences(), []
    for field in msgspec.structs.fields(Preferences):
        if field.name not in table:
            continue
        try:
            value = msgspec.convert(table[field.name], field.type)
        except msgspec.ValidationError:
            unfit.append(field.name)
        else:
            preferences = msgspec.structs.replace(preferences, **{field.name: value})
    return preferences, unfit
