"""The two preferences that the first paint needs, read without anything that takes time."""

from __future__ import annotations

import os
from dataclasses import dataclass

from mailoscope_core.storage.directories import Directories


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Language and theme; empty means "as the system has it"."""

    language: str = ""
    theme: str = ""


def first_look(directories: Directories) -> FirstLook:
    """Return what the file of preferences says; a damaged one is looked at later, with words."""
    try:
        text = directories.preferences.read_text(encoding="utf-8")
    except OSError:
        return FirstLook()
    import tomllib

    try:
        table = tomllib.loads(text)
    except ValueError:
        return FirstLook()
    language, theme = table.get("language"), table.get("theme")
    return FirstLook(
        language if isinstance(language, str) else "",
        theme if theme in ("light", "dark", "system") else "",
    )


def system_language(known: tuple[str, ...]) -> str:
    """Return the first language of the environment that there is a catalogue for, or English."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for wanted in os.environ.get(variable, "").split(":"):
            code = wanted.partition(".")[0].partition("_")[0].lower()
            if code in known:
                return code
    return "en"
