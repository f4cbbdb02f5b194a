"""The saved profiles: one TOML file each, none ever lost, none ever holding a secret."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import tomli_w

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage import toml_file
from mailoscope_core.storage.atomic import write_atomic
from mailoscope_core.storage.migrations import schema_version
from mailoscope_core.storage.profile import SCHEMA_VERSION, Profile
from mailoscope_core.storage.profile_file import (
    decode_profile,
    encode_profile,
    is_profile_id,
    profile_from_table,
    profile_table,
)
from mailoscope_core.storage.trash import Deleted, Trash


@dataclass(frozen=True, slots=True)
class DeletedProfile:
    """What `undo_delete` needs to bring a profile back."""

    profile: Profile
    file: Deleted


class ProfileStore:
    """Profiles in one directory, which is made when the first one is saved.

    A file that is damaged or of a newer version is told of in `problems` and never touched. Names
    are unique without regard to case, because people choose profiles by name.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.trash = Trash(directory / "trash")
        self._problems: tuple[UserError, ...] = ()

    @property
    def problems(self) -> tuple[UserError, ...]:
        """What the last `list` could not read, one error a file."""
        return self._problems

    def list(self) -> tuple[Profile, ...]:
        """Return all profiles that can be read, sorted by name."""
        profiles: dict[str, Profile] = {}
        problems = []
        for path in sorted(self.directory.glob("*.toml")):
            try:
                profile = self._read(path)
            except UserError as error:
                problems.append(error)
            else:
                profiles[profile.id] = profile
        self._problems = tuple(problems)
        return tuple(sorted(profiles.values(), key=lambda each: (each.name.casefold(), each.id)))

    def load(self, profile_id: str) -> Profile:
        """Return one profile. Raises `UserError` profile-missing and those of `decode_profile`."""
        return self._read(self._path(profile_id))

    def find(self, name: str) -> Profile:
        """Return the profile of that name or id. Raises `UserError` profile-not-found."""
        profiles = self.list()
        for matches in (
            [each for each in profiles if each.name == name],
            [each for each in profiles if each.name.casefold() == name.strip().casefold()],
            [each for each in profiles if each.id == name],
        ):
            if matches:
                return matches[0]
        raise UserError("profile-not-found", name=name)

    def save(self, profile: Profile) -> Profile:
        """Keep a new or changed profile; return it as kept (its name without outer blanks).

        Raises `UserError` profile-name-missing, profile-name-taken, profile-field,
        profile-unwritable, and profile-newer rather than replace a file of a newer version.
        """
        profile = msgspec.structs.replace(profile, name=profile.name.strip())
        if not profile.name:
            raise UserError("profile-name-missing")
        if profile.name.casefold() in self._names(but=profile.id):
            raise UserError("profile-name-taken", name=profile.name)
        path = self._path(profile.id)
        content = encode_profile(profile)
        if path.exists():
            self._keep_what_cannot_be_read(path)
        _write(path, content)
        return profile

    def duplicate(self, profile_id: str, new_name: str = "") -> Profile:
        """Save a copy with an id of its own; without a name it gets that of the original and a
        number. The secret is not copied: see `CredentialStore.copy`."""
        original = self.load(profile_id)
        name = new_name or self.free_name(original.name)
        return self.save(msgspec.structs.replace(original, id=str(uuid.uuid4()), name=name))

    def rename(self, profile_id: str, new_name: str) -> Profile:
        """Save the profile under another name; its keyring entry hangs on the id and stays."""
        return self.save(msgspec.structs.replace(self.load(profile_id), name=new_name))

    def delete(self, profile_id: str) -> DeletedProfile:
        """Move the profile to the trash. Raises `UserError` profile-missing or delete-failed."""
        profile = self.load(profile_id)
        return DeletedProfile(profile, self.trash.take(self._path(profile_id)))

    def undo_delete(self, deleted: DeletedProfile) -> Profile:
        """Bring a deleted profile back; a name taken meanwhile gets a number.

        Raises `UserError` undo-taken or undo-failed.
        """
        name = self.free_name(deleted.profile.name)
        self.trash.restore(deleted.file)
        profile = self.load(deleted.profile.id)
        return profile if name == profile.name else self.rename(profile.id, name)

    def export(self, profiles: Profile | Iterable[Profile], path: Path) -> None:
        """Write profiles to one TOML file for another machine; there is no secret in it.

        Raises `UserError` profile-unwritable or profile-field.
        """
        chosen = (profiles,) if isinstance(profiles, Profile) else tuple(profiles)
        for each in chosen:
            encode_profile(each)  # refuses what could not be read back
        tables = [profile_table(each) for each in chosen]
        document = {"schema_version": SCHEMA_VERSION, "profile": tables}
        _write(path, tomli_w.dumps(document).encode("utf-8"))

    def import_(self, path: Path) -> tuple[Profile, ...]:
        """Save what another machine exported, all of it or nothing; return it as saved.

        A profile whose id is here already gets a new one, a name that is taken gets a number.
        Raises `UserError` profile-missing, -unreadable, -damaged, -newer, -field, -none.
        """
        saved = []
        for profile in _read_export(path):
            taken = self._path(profile.id).exists()
            saved.append(
                self.save(
                    msgspec.structs.replace(
                        profile,
                        id=str(uuid.uuid4()) if taken else profile.id,
                        name=self.free_name(profile.name.strip() or path.stem),
                    )
                )
            )
        return tuple(saved)

    def free_name(self, name: str) -> str:
        """Return `name`, or with the first number behind it that makes it unique."""
        taken = self._names()
        candidate, number = name, 2
        while candidate.casefold() in taken:
            candidate, number = f"{name} {number}", number + 1
        return candidate

    def _names(self, *, but: str = "") -> set[str]:
        return {each.name.casefold() for each in self.list() if each.id != but}

    def _path(self, profile_id: str) -> Path:
        if not is_profile_id(profile_id):
            raise UserError("profile-not-found", name=profile_id)
        return self.directory / f"{profile_id}.toml"

    def _read(self, path: Path) -> Profile:
        profile = decode_profile(toml_file.read_text(path, "profile"), path)
        if profile.id != path.stem:
            # A copy made by hand: two profiles must not share one keyring entry.
            raise UserError("profile-copied", path=path, id=profile.id)
        return profile

    def _keep_what_cannot_be_read(self, path: Path) -> None:
        """A damaged file about to be replaced goes to the trash; a newer one is not replaced."""
        try:
            self._read(path)
        except UserError as error:
            if error.code == "profile-newer":
                raise
            self.trash.take(path)


def _read_export(path: Path) -> Sequence[Profile]:
    text = toml_file.read_text(path, "profile")
    document = toml_file.parse(text, path, "profile")
    tables = document.get("profile")
    if not isinstance(tables, list):
        if "host" not in document:
            raise UserError("profile-none", path=path)
        return [profile_from_table(document, path, text)]
    try:
        version = schema_version(document)
    except ValueError as error:
        raise UserError("profile-none", path=path) from error
    if version > SCHEMA_VERSION:
        raise UserError("profile-newer", path=path, version=version, known=SCHEMA_VERSION)
    if not tables or not all(isinstance(table, dict) for table in tables):
        raise UserError("profile-none", path=path)
    # Each has its own version; where a line is searched for, the first one would be found.
    return [profile_from_table(table, path) for table in tables]


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomic(path, content)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("profile-unwritable", path=path, detail=detail) from error
