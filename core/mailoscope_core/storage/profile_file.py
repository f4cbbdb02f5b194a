"""A profile as TOML and back: versions, damage and misspelt fields each get their own answer."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage import toml_file
from mailoscope_core.storage.migrations import PROFILE_STEPS, migrate, schema_version
from mailoscope_core.storage.profile import SCHEMA_VERSION, Profile, Timeouts

# Written even at their default, so that a file still means the same when a default changes.
_ALWAYS = ("schema_version", "id", "name", "host", "port", "tls", "auth")
_FIELDS = frozenset(field.name for field in msgspec.structs.fields(Profile))
_TIMEOUTS = frozenset(field.name for field in msgspec.structs.fields(Timeouts))


def profile_table(profile: Profile) -> dict[str, Any]:
    """Return the profile as a TOML table, what is at its default left out."""
    table: dict[str, Any] = {}
    defaults = Profile(name="", host="")
    for field in (*_ALWAYS, *Profile.__struct_fields__):
        value = getattr(profile, field)
        if field in _ALWAYS or value != getattr(defaults, field):
            table[field] = msgspec.to_builtins(value)
    if isinstance(table.get("timeouts"), dict):
        table["timeouts"] = {
            name: getattr(profile.timeouts, name) for name in Timeouts.__struct_fields__
        }
    return table


def encode_profile(profile: Profile) -> bytes:
    """Return the bytes of a profile's file.

    Raises `UserError` profile-field for a profile that could not be read back.
    """
    table = profile_table(profile)
    path = Path(profile.name or profile.id)
    profile_from_table(table, path)
    try:
        return tomli_w.dumps(table).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(
            "profile-field", path=path, field="", line=0, detail="lone surrogate"
        ) from error


def decode_profile(text: str, path: Path) -> Profile:
    """Read a profile of any known version.

    Raises `UserError`: profile-damaged (line), profile-newer, profile-unknown-field,
    profile-field.
    """
    return profile_from_table(toml_file.parse(text, path, "profile"), path, text)


def profile_from_table(table: dict[str, Any], path: Path, text: str = "") -> Profile:
    """Make a profile of a TOML table; `text` is only for the line number of a mistake."""
    try:
        version = schema_version(table)
    except ValueError as error:
        line = toml_file.line_of(text, "schema_version")
        raise UserError(
            "profile-field", path=path, field="schema_version", line=line, detail="not a version"
        ) from error
    if version > SCHEMA_VERSION:
        raise UserError("profile-newer", path=path, version=version, known=SCHEMA_VERSION)
    table = migrate(table, PROFILE_STEPS, SCHEMA_VERSION)
    _refuse_unknown(table, path, text)
    profile = toml_file.convert(table, Profile, path, "profile", text)
    if not is_profile_id(profile.id):
        line = toml_file.line_of(text, "id")
        raise UserError("profile-field", path=path, field="id", line=line, detail="not a UUID")
    return profile


def is_profile_id(text: str) -> bool:
    """Tell whether `text` is a UUID as Mailoscope writes it; it becomes a file's name."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _refuse_unknown(table: dict[str, Any], path: Path, text: str) -> None:
    """A field that is not known would be lost on saving; most likely it is misspelt."""
    unknown = sorted(set(table) - _FIELDS)
    timeouts = table.get("timeouts")
    if isinstance(timeouts, dict):
        unknown += [f"timeouts.{name}" for name in sorted(set(timeouts) - _TIMEOUTS)]
    if unknown:
        line = toml_file.line_of(text, unknown[0])
        raise UserError("profile-unknown-field", path=path, field=unknown[0], line=line)
