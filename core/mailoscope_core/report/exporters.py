"""The formats of a report, by name; each format is one module and loaded when it is used."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.report.document import ReportDocument

Exporter = Callable[[ReportDocument, Texts], str]

_FORMATS = MappingProxyType(
    {
        "html": ("html", "to_html"),
        "md": ("markdown", "to_markdown"),
        "txt": ("text", "to_text"),
        "json": ("json", "to_json"),
    }
)
_SUFFIXES = MappingProxyType({".htm": "html", ".markdown": "md", ".text": "txt"})


def exporters() -> Mapping[str, Exporter]:
    """Return the exporters by the name of their format, which is also the file's suffix."""
    return MappingProxyType({name: exporter(name) for name in _FORMATS})


def format_names() -> tuple[str, ...]:
    """Return the names of the formats, without loading any."""
    return tuple(_FORMATS)


def exporter(name: str) -> Exporter:
    """Return one exporter. Raises `UserError` report-format."""
    if name not in _FORMATS:
        raise UserError("report-format", format=name, formats=", ".join(_FORMATS))
    module, function = _FORMATS[name]
    made: Exporter = getattr(import_module(f"mailoscope_core.report.formats.{module}"), function)
    return made


def format_of(path: Path) -> str:
    """Return the format that a file's name asks for. Raises `UserError` report-format."""
    suffix = path.suffix.lower()
    name = _SUFFIXES.get(suffix, suffix.removeprefix("."))
    if name not in _FORMATS:
        raise UserError("report-format", format=path.name, formats=", ".join(_FORMATS))
    return name


def write_report(path: Path, content: str) -> None:
    """Write a report to a new file beside `path`, then put it in its place.

    Raises `UserError` report-unwritable; a file that was there before is then as it was.
    """
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        detail = error.strerror or type(error).__name__
        raise UserError("report-unwritable", path=path, detail=detail) from error
