"""Reads a TOML file of the knowledge into typed records, with errors that name file and field.

Beside a file may lie its compiled form (`packaging/knowledge_files.py`), which is read many times
as fast. It counts only while its first line is the digest of the TOML file as it is now.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec

from mailoscope_core.base.errors import UserError

T = TypeVar("T")
COMPILED = ".compiled"


def knowledge_root() -> Traversable:
    """Return the folder of the knowledge's data files."""
    return resources.files("mailoscope_resources").joinpath("knowledge")


def presets_root() -> Traversable:
    """Return the folder of the providers' presets."""
    return resources.files("mailoscope_resources").joinpath("presets")


def help_root() -> Traversable:
    """Return the folder of the help's pages."""
    return resources.files("mailoscope_resources").joinpath("help")


def toml_files(folder: Traversable) -> tuple[Traversable, ...]:
    """Return the TOML files of a folder by name; none when the folder is missing."""
    if not folder.is_dir():
        return ()
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda entry: entry.name))


def read(file: Traversable, shape: type[T]) -> T:
    """Return the file's content as `shape`.

    Raises `UserError` knowledge-invalid with the file's name and what is wrong where in it
    (a field as `$.rule[3].title`).
    """
    try:
        source = file.read_bytes()
        compiled = _compiled(file, source)
        if compiled is not None:
            return msgspec.json.decode(compiled, type=shape)
    except (OSError, msgspec.DecodeError) as error:
        raise _invalid(file, error) from error
    return _read_toml(file, source, shape)


def _compiled(file: Traversable, source: bytes) -> bytes | None:
    """Return the content of a file's compiled form; null when there is none that fits."""
    if not isinstance(file, Path):
        return None
    try:
        digest, _, body = file.with_name(f"{file.name}{COMPILED}").read_bytes().partition(b"\n")
    except OSError:
        return None
    fits = digest == hashlib.blake2b(source, digest_size=16).hexdigest().encode()
    return body if fits else None


def _read_toml(file: Traversable, source: bytes, shape: type[T]) -> T:
    import tomllib  # slow to load, and not needed where the files are compiled

    try:
        return msgspec.convert(tomllib.loads(source.decode("utf-8")), type=shape)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _invalid(file, error) from error


def _invalid(file: Traversable, error: Exception) -> UserError:
    return UserError("knowledge-invalid", file=file.name, detail=str(error))
