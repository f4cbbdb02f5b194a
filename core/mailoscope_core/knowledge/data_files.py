"""Reads a TOML file of the knowledge into typed records, with errors that name file and field."""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

from mailoscope_core.base.errors import UserError

T = TypeVar("T")


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
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        return msgspec.convert(data, type=shape)
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        msgspec.ValidationError,
    ) as error:
        raise UserError("knowledge-invalid", file=file.name, detail=str(error)) from error
