"""`providers`: how mail providers take mail, with source, date and limits; asks nobody."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from typing import Any

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.cli.wrapping import section, wrapped
from mailoscope_core.knowledge.presets import Preset, PresetIndex, Presets, load_presets
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.report.provider_facts import ProviderWords


def run(arguments: Sequence[str], console: Console) -> int:
    """Print one provider in full, or a list of those that were searched for."""
    options = _parser(console.texts).parse_args(arguments)
    today = datetime.datetime.now().astimezone().date()
    words = ProviderWords(console.texts, today, load_vendors())
    chosen, others = _find(options, load_presets())
    found = (chosen,) if chosen is not None else others
    if options.json:
        for preset in found:
            console.say(json_line(_object(preset, words, today)))
    elif chosen is not None:
        _print(chosen, words, console)
        _name_others(others, console)
    else:
        for preset in found:
            console.say(_line(preset, words))
    return Exit.OK


def _find(
    options: argparse.Namespace, presets: Presets
) -> tuple[Preset | None, tuple[Preset, ...]]:
    """Return the provider to show in full, or null, and the others that fit."""
    if options.address:
        preset = presets.for_address(options.address)
        if preset is None:
            raise UserError("provider-address-unknown", address=options.address)
        return preset, ()
    asked = " ".join(options.search)
    found = PresetIndex(presets).search(asked)
    if not found:
        raise UserError("provider-unknown", search=asked)
    exact = presets.get(asked.strip().lower())
    chosen = exact if exact is not None else found[0] if len(found) == 1 else None
    return chosen, tuple(preset for preset in found if preset is not chosen)


def _name_others(others: Sequence[Preset], console: Console) -> None:
    if others:
        names = ", ".join(preset.short_id for preset in others)
        text = console.texts.gettext("Also found: {names}").format(names=names)
        console.say()
        console.say(console.styled(text, "faint"))


def _line(preset: Preset, words: ProviderWords) -> str:
    place = words.endpoint(preset.endpoints[0])
    mark = f"! {words.stale(preset)}" if words.stale(preset) else ""
    parts = (preset.short_id, preset.name, place, mark)
    return "\t".join(part for part in parts if part)


def _print(preset: Preset, words: ProviderWords, console: Console) -> None:
    console.say(console.styled(f"{preset.name} ({preset.short_id})", "strong"))
    if stale := words.stale(preset):
        console.say(console.styled(f"! {stale}", "later"))
    if note := words.note(preset):
        console.say()
        for line in wrapped(note):
            console.say(line)
    for fact in words.facts(preset):
        for line in section(fact.label, fact.values, ordered=fact.ordered):
            console.say(line)


def _object(preset: Preset, words: ProviderWords, today: datetime.date) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(preset)
    return {**fields, "note": words.note(preset), "stale": preset.stale(today)}


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.UNKNOWN)
    description = _(
        "Says how mail providers take mail: servers, TLS, log-in, limits, and where and when that "
        "was seen. Nothing is looked up in the network."
    )
    parser = CommandParser("providers", description, texts, epilog=exit_code_help(texts, codes))
    parser.given.add_argument(
        "search",
        nargs="*",
        metavar=_("SEARCH"),
        help=_("a name, domain, host or word; one that fits alone is shown in full"),
    )
    parser.options.add_argument(
        "--for",
        dest="address",
        metavar=_("ADDRESS"),
        help=_("the provider of a mail address"),
    )
    parser.options.add_argument("--json", action="store_true", help=_("print JSON, one a line"))
    return parser
