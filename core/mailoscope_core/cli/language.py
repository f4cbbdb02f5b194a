"""Which language the command line speaks: `--lang`, else the locale's variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import SOURCE_LANGUAGE, languages

OPTION = "--lang"
# In the order of gettext: LANGUAGE is a list, the others are one locale.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def take_language(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the value of the last `--lang` and the arguments without it; it may stand anywhere.

    What follows a lone `--` is left alone.
    """
    wanted: str | None = None
    rest: list[str] = []
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            rest += [argument, *pending]
        elif argument == OPTION:
            wanted = next(pending, "")
        elif argument.startswith(f"{OPTION}="):
            wanted = argument.partition("=")[2]
        else:
            rest.append(argument)
    return wanted, rest


def choose_language(wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return a language there is. Raises `UserError` language-unknown for one asked for in vain."""
    known = languages()
    if wanted is not None:
        language = _base(wanted)
        if language not in known:
            raise UserError("language-unknown", language=wanted, languages=", ".join(known))
        return language
    for variable in _VARIABLES:
        for locale in environment.get(variable, "").split(":"):
            if _base(locale) in known:
                return _base(locale)
        if environment.get(variable) and variable != "LANGUAGE":
            break  # a set LC_ALL hides LANG, also when its language is not ours
    return SOURCE_LANGUAGE


def _base(locale: str) -> str:
    return (
        locale.strip().partition(".")[0].partition("@")[0].replace("-", "_").split("_")[0].lower()
    )
