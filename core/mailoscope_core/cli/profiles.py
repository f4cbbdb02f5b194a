"""`profiles`: list, show, export and import saved profiles; their secrets stay in the keyring."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.report.labels import setting_labels
from mailoscope_core.report.plain import visible
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.profile import Profile
from mailoscope_core.storage.profile_file import profile_table
from mailoscope_core.storage.profiles import ProfileStore


def run(arguments: Sequence[str], console: Console) -> int:
    """Do one of the four things with the user's profiles."""
    options = _parser(console.texts).parse_args(arguments)
    store = ProfileStore(Directories.of_this_user().profiles)
    if options.action == "list":
        return _list(store, options, console)
    if options.action == "show":
        return _show(store, options, console)
    if options.action == "export":
        return _export(store, options, console)
    return _import(store, options, console)


def _list(store: ProfileStore, options: argparse.Namespace, console: Console) -> int:
    profiles = store.list()
    if options.json:
        for profile in profiles:
            console.say(json_line(profile_table(profile)))
    elif not profiles and not store.problems:
        console.say(console.texts.gettext("There are no profiles yet."))
    else:
        for profile in profiles:
            place = f"{profile.host}:{profile.port} ({profile.tls.value})"
            console.say("\t".join(visible(part) for part in (profile.name, place, profile.user)))
    for problem in store.problems:
        console.complain(console.texts.error(problem))
    return Exit.PROFILE if store.problems else Exit.OK


def _show(store: ProfileStore, options: argparse.Namespace, console: Console) -> int:
    profile = store.find(_name(options))
    if options.json:
        console.say(json_line(profile_table(profile)))
        return Exit.OK
    labels = {"name": console.texts.gettext("Name"), **setting_labels(console.texts)}
    for field, value in profile_table(profile).items():
        if field not in ("schema_version", "id"):
            console.say(visible(f"{labels.get(field, field)}: {_shown(value, console.texts)}"))
    return Exit.OK


def _export(store: ProfileStore, options: argparse.Namespace, console: Console) -> int:
    """Write one profile, or all of them, to a file without any secret."""
    chosen: Sequence[Profile] = (store.find(options.name),) if options.name else store.list()
    if not chosen:
        raise UserError("profile-none-saved")
    if options.output is None:
        raise UserError("option-output-missing")
    if options.output.exists():
        raise UserError("profile-export-exists", path=options.output)
    store.export(chosen, options.output)
    text = console.texts.ngettext(
        "{count} profile written to {path}, without its password.",
        "{count} profiles written to {path}, without their passwords.",
        len(chosen),
    )
    console.say(text.format(count=len(chosen), path=options.output))
    return Exit.OK


def _import(store: ProfileStore, options: argparse.Namespace, console: Console) -> int:
    for profile in store.import_(Path(_name(options))):
        text = console.texts.gettext("Imported: {name}")
        console.say(visible(text.format(name=profile.name)))
    return Exit.OK


def _name(options: argparse.Namespace) -> str:
    if not options.name:
        raise UserError("option-profile-name", action=options.action)
    return str(options.name)


def _shown(value: object, texts: Texts) -> str:
    if isinstance(value, bool):
        return texts.gettext("yes") if value else texts.gettext("no")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.PROFILE)
    description = _("Lists, shows, exports and imports profiles. Passwords are never among them.")
    parser = CommandParser("profiles", description, texts, epilog=exit_code_help(texts, codes))
    parser.given.add_argument(
        "action", choices=("list", "show", "export", "import"), help=_("what to do")
    )
    parser.given.add_argument(
        "name",
        nargs="?",
        metavar=_("NAME"),
        help=_("the profile (show, export: all without one) or the file (import)"),
    )
    parser.options.add_argument(
        "-o", "--output", type=Path, metavar=_("FILE"), help=_("the file to export to")
    )
    parser.options.add_argument("--json", action="store_true", help=_("print JSON, one a line"))
    return parser
