"""Whole files written atomically and privately: the old content or the new, never a mixture."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

PRIVATE_DIRECTORY = 0o700


def write_atomic(path: Path, content: bytes) -> None:
    """Replace `path` with `content`; the new file can be read by its owner only (mode 0600).

    Written beside the target and forced to the disk before it takes the target's place, so that
    neither a crash nor a full disk costs what was there. A symbolic link stays one: the file it
    points to is replaced. Missing directories are made. Raises `OSError`.
    """
    target = path.resolve() if path.is_symlink() else path
    private_directory(target.parent)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:  # also an interrupt: no half-written file must stay
        beside.unlink(missing_ok=True)
        raise
    sync_directory(target.parent)


def sync_directory(directory: Path) -> None:
    """Force a directory's names to the disk where the system can do that (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def private_directory(directory: Path) -> Path:
    """Return `directory`, made together with its parents for the owner alone if it is missing.

    A directory that exists keeps its mode: it may be shared on purpose. Raises `OSError`.
    """
    missing = []
    current = directory
    while not current.exists() and current != current.parent:
        missing.append(current)
        current = current.parent
    for each in reversed(missing):
        each.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    if not directory.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(directory))
    return directory
