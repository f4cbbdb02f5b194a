"""Where Mailoscope keeps its files: the platform's directories, or one folder for all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage.atomic import private_directory

HOME_VARIABLE = "MAILOSCOPE_HOME"
APPLICATION = "mailoscope"


@dataclass(frozen=True, slots=True)
class Directories:
    """The three roots; nothing is created before `make` is asked for a directory."""

    config: Path
    data: Path
    cache: Path

    @classmethod
    def in_one_folder(cls, home: Path) -> Directories:
        """Keep everything below `home`: for a portable copy on a stick, and for tests."""
        return cls(home / "config", home / "data", home / "cache")

    @classmethod
    def of_this_user(cls, environment: Mapping[str, str] | None = None) -> Directories:
        """Return the user's directories, or those in MAILOSCOPE_HOME if that is set.

        `environment` null means this process's. Raises `UserError` home-not-absolute.
        """
        home = (os.environ if environment is None else environment).get(HOME_VARIABLE, "")
        if home:
            folder = Path(home).expanduser()
            if not folder.is_absolute():
                raise UserError("home-not-absolute", variable=HOME_VARIABLE, value=home)
            return cls.in_one_folder(folder)
        from platformdirs import PlatformDirs

        platform = PlatformDirs(APPLICATION, appauthor=False)
        return cls(platform.user_config_path, platform.user_data_path, platform.user_cache_path)

    @property
    def profiles(self) -> Path:
        """One TOML file a profile."""
        return self.config / "profiles"

    @property
    def preferences(self) -> Path:
        """The file of the preferences."""
        return self.config / "preferences.toml"

    @property
    def history(self) -> Path:
        """One file a session."""
        return self.data / "sessions"

    @property
    def spool(self) -> Path:
        """Messages prepared for sending; they go when their session has ended."""
        return self.cache / "spool"

    @staticmethod
    def make(directory: Path) -> Path:
        """Return `directory`, made for this user alone (mode 0700) if it is missing.

        Raises `UserError` directory-unusable.
        """
        try:
            return private_directory(directory)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("directory-unusable", path=directory, detail=detail) from error
