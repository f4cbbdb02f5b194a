"""A folder that deleted files go to, so that a deletion can be undone."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage.atomic import private_directory, sync_directory

KEPT_S = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deletion that can be undone: where the file was and where it is now."""

    original: Path
    kept: Path


class Trash:
    """Keeps deleted files for thirty days; `clock` gives seconds since the epoch."""

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.directory = directory
        self._clock = clock

    def take(self, path: Path) -> Deleted:
        """Move `path` in here, drop what has been here too long, return the way back.

        Raises `UserError` delete-failed.
        """
        stamp = f"{int(self._clock())}-{secrets.token_hex(3)}"
        kept = self.directory / f"{stamp}-{path.name}"
        try:
            private_directory(self.directory)
            path.rename(kept)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("delete-failed", path=path, detail=detail) from error
        sync_directory(path.parent)
        self._drop_old()
        return Deleted(path, kept)

    def restore(self, deleted: Deleted) -> Path:
        """Put a file back where it was. Raises `UserError` undo-failed or undo-taken."""
        if deleted.original.exists():
            raise UserError("undo-taken", path=deleted.original)
        try:
            deleted.kept.rename(deleted.original)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise UserError("undo-failed", path=deleted.original, detail=detail) from error
        return deleted.original

    def empty(self) -> None:
        """Delete for good what is in here."""
        for file in self._files():
            file.unlink(missing_ok=True)

    def _drop_old(self) -> None:
        for file in self._files():
            stamp = file.name.partition("-")[0]
            if stamp.isdigit() and int(stamp) < self._clock() - KEPT_S:
                file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        if not self.directory.is_dir():
            return []
        return [file for file in self.directory.iterdir() if file.is_file()]
