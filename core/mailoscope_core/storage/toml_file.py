"""TOML files of our own read with the line of a mistake, versions and unknown names told apart."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mailoscope_core.base.errors import UserError

T = TypeVar("T")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_AT_FIELD = re.compile(r" - at `\$\.?([^`]*)`")


def read_text(path: Path, what: str) -> str:
    """Return a file's text. Raises `UserError` <what>-missing, -unreadable or -damaged."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{what}-missing", path=path) from error
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError(f"{what}-unreadable", path=path, detail=detail) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError(f"{what}-damaged", path=path, line=line, detail="UTF-8") from error


def parse(text: str, path: Path, what: str) -> dict[str, Any]:
    """Return the content of TOML `text`. Raises `UserError` <what>-damaged with the line."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.rstrip("\n").count("\n") + 1
        detail = str(error).partition(" (at ")[0]
        raise UserError(f"{what}-damaged", path=path, line=line, detail=detail) from error


def convert(table: dict[str, Any], kind: type[T], path: Path, what: str, text: str = "") -> T:
    """Return `table` as a struct; `text` is searched for the line of a field that does not fit.

    Raises `UserError` <what>-field, which names the field, its line (0 if unknown) and the reason.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        found = _AT_FIELD.search(str(error))
        missing = re.search(r"required field `([^`]+)`", str(error))
        inside = found[1] if found else ""
        field = ".".join(part for part in (inside, missing[1] if missing else "") if part)
        detail = str(error).partition(" - at ")[0]
        raise UserError(
            f"{what}-field", path=path, field=field, line=line_of(text, field), detail=detail
        ) from error


def line_of(text: str, field: str) -> int:
    """Return the number of the line that sets `field` (dotted), 0 if it cannot be found."""
    name = re.escape(re.sub(r"\[.*", "", field.rpartition(".")[2] or field))
    found = re.search(rf"^[ \t]*{name}[ \t]*=", text, re.MULTILINE) if name else None
    return text[: found.start()].count("\n") + 1 if found else 0
