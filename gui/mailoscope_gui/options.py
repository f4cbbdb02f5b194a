"""What can be said on the command line of the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mailoscope_core import __version__


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one start; empty strings and nulls mean "not said"."""

    session: Path | None = None
    practice: str = ""
    profile: str = ""
    headless: bool = False
    out: Path = Path("out")
    language: str = ""
    theme: Literal["", "light", "dark", "system"] = ""


def parse(arguments: Sequence[str]) -> Options:
    """Return the options; ends the process on `--help`, `--version` and on a mistake."""
    if not arguments:
        return Options()  # the usual start: argparse and its own translations are not needed
    import argparse

    parser = argparse.ArgumentParser(
        prog="mailoscope", description="Find out why mail will not send."
    )
    parser.add_argument(
        "session", nargs="?", type=Path, metavar="SESSION_FILE", help="a saved session to look at"
    )
    parser.add_argument(
        "--practice", default="", metavar="SCENARIO", help="begin with a scenario of the lab server"
    )
    parser.add_argument(
        "--profile", default="", metavar="NAME", help="begin with a saved profile, by its name"
    )
    parser.add_argument(
        "--headless",
        action="store_true",
        help="run the practice session unseen in the same window, print it, write report, "
        "session and picture, then end",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out"), metavar="DIR", help="where --headless writes"
    )
    parser.add_argument("--lang", default="", metavar="LL", help="language, for example en or hi")
    parser.add_argument(
        "--theme", default="", choices=("light", "dark", "system"), help="colours of the window"
    )
    parser.add_argument("--version", action="version", version=f"Mailoscope {__version__}")
    found = parser.parse_args(arguments)
    from mailoscope_core.base.texts import languages

    if found.lang and found.lang not in languages():
        known = ", ".join(languages())
        parser.error(f"there is no translation for {found.lang!r}; choose one of: {known}")
    return Options(
        session=found.session,
        practice=found.practice,
        profile=found.profile,
        headless=found.headless,
        out=found.out,
        language=found.lang,
        theme=found.theme,
    )
