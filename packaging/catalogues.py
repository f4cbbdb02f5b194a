"""Translations of a checkout: extract, merge, compile and lint, for make and the build hook.

Two domains: `mailoscope` holds the sentences of the program and the templates, `knowledge` the
fields of the TOML data. The build hook and the Makefile compile by the same function, which makes
the compiled form of the data files as well. A language is a folder of `LOCALE`; nothing else names
it. It may be partial: what it lacks is listed, and shown in English.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = Path("resources/mailoscope_resources/locale")
TEMPLATES = Path("resources/mailoscope_resources/templates")
INTERFACE = "mailoscope"
KNOWLEDGE = "knowledge"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "NP_": ((1, "c"), 2),
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = "# Mailoscope, under the licence of the project (MIT)."
# What changes with every run, or names nobody.
DROPPED_HEADERS = tuple(
    f'"{name}:'
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
SHOWN = 30
UNWRAPPED = 1_000_000
UNDATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def compile_all(root: Path) -> list[Path]:
    """Write the .mo beside every .po under `root` that has none or another one."""
    written = []
    for po in po_files(root):
        mo = po.with_suffix(".mo")
        content = compiled(po)
        if not mo.exists() or mo.read_bytes() != content:
            mo.write_bytes(content)
            written.append(mo)
    return written


def compiled(po: Path) -> bytes:
    """The .mo of a .po file; fuzzy entries stay out."""
    header, *messages = read_catalogue(po)
    # Whichever Babel a build brings, the file is the same.
    lines = str(header.string).splitlines(keepends=True)
    header.string = "".join(line for line in lines if not line.startswith("Generated-By"))
    buffer = io.BytesIO()
    write_mo(buffer, _Messages([header, *messages]))
    return buffer.getvalue()


def languages(root: Path) -> list[str]:
    """The languages of a checkout: the folders that hold a catalogue, or are to hold one."""
    return sorted(folder.parent.name for folder in (root / LOCALE).glob("*/LC_MESSAGES"))


class _Messages(list[Message]):
    """Messages as Babel writes them: it iterates, and asks for the encoding."""

    charset = "utf-8"


def po_files(root: Path) -> list[Path]:
    """All catalogues of a checkout."""
    return sorted((root / LOCALE).glob("*/LC_MESSAGES/*.po"))


def read_catalogue(po: Path) -> Catalog:
    """A .po file's catalogue; its language is the name of its folder."""
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name, domain=po.stem)
    # The files carry no dates; without these Babel would put the current minute into the .mo.
    catalogue.creation_date = catalogue.revision_date = UNDATED
    return catalogue


def extract(root: Path, domain: str) -> Catalog:
    """All messages of a domain as they stand in code and data now."""
    catalogue = _new_catalogue(domain, None)
    find = {INTERFACE: _interface_messages, KNOWLEDGE: _knowledge_messages}[domain]
    find(root, catalogue)
    return catalogue


def _new_catalogue(domain: str, language: str | None) -> Catalog:
    return Catalog(
        locale=language, domain=domain, charset="utf-8", header_comment=HEADER, fuzzy=False
    )


def _interface_messages(root: Path, catalogue: Catalog) -> None:
    folders = (
        (Path("core/mailoscope_core"), [("**.py", "python")]),
        (Path("gui/mailoscope_gui"), [("**.py", "python")]),
        (TEMPLATES, [("**.j2", "jinja2"), ("**.html", "jinja2"), ("**.md", "jinja2")]),
    )
    for folder, methods in folders:
        found = extract_from_dir(
            root / folder,
            method_map=methods,
            options_map={"**": {"silent": "false"}},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, _line, message, comments, context in found:
            catalogue.add(
                message,
                locations=[((folder / name).as_posix(), 0)],
                auto_comments=comments,
                context=context,
            )


def _knowledge_messages(root: Path, catalogue: Catalog) -> None:
    toml = _sibling("toml_messages")
    for path, source in toml.toml_files(root):
        data = toml.load(root / toml.RESOURCES / path)
        for text in toml.texts_of(data, source, path.stem):
            catalogue.add(
                text.english,
                locations=[((toml.RESOURCES / path).as_posix(), 0)],
                context=text.context,
            )


def update(root: Path) -> None:
    """Write the templates (.pot) and merge them into every language's .po; keeps translations."""
    for domain in (INTERFACE, KNOWLEDGE):
        template = extract(root, domain)
        _write(root / LOCALE / f"{domain}.pot", template)
        for language in languages(root):
            po = root / LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
            catalogue = read_catalogue(po) if po.exists() else _new_catalogue(domain, language)
            catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
            # What was translated stays as a comment until a translator has used or removed it.
            catalogue.obsolete = type(catalogue.obsolete)(
                (key, message) for key, message in catalogue.obsolete.items() if message.string
            )
            catalogue.header_comment = HEADER
            catalogue.fuzzy = False
            _write(po, catalogue)


def _write(path: Path, catalogue: Catalog) -> None:
    """Without line numbers and dates, so that a diff shows what changed and nothing else."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalogue,
        width=UNWRAPPED,
        include_lineno=False,
    )
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(DROPPED_HEADERS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(kept), encoding="utf-8", newline="\n")


@dataclass(frozen=True, slots=True)
class Lint:
    """What is wrong with the catalogues, and by language what is merely not translated yet."""

    wrong: list[str]
    missing: dict[str, list[str]]


def lint(root: Path) -> Lint:
    """Compare every catalogue with the sentences as they stand in code and data now."""
    wrong = [*_sibling("gettext_calls").faults(root), *_undeclared(root)]
    missing: dict[str, list[str]] = {language: [] for language in languages(root)}
    for domain in (INTERFACE, KNOWLEDGE):
        template = extract(root, domain)
        for language, lacking in missing.items():
            po = root / LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
            if not po.exists():
                wrong.append(f"{language}/{domain}.po: is not there; run `make messages`")
                continue
            catalogue = read_catalogue(po)
            where = f"{language}/{domain}.po"
            wrong += [f"{where}: {line}" for line in _faults(template, catalogue)]
            lacking += [f"{where}: {line}" for line in _untranslated(template, catalogue)]
            mo = po.with_suffix(".mo")
            if not mo.exists() or mo.read_bytes() != compiled(po):
                wrong.append(f"{where}: its .mo is missing or stale; run `make translations`")
    return Lint(wrong, missing)


def _undeclared(root: Path) -> Iterator[str]:
    toml = _sibling("toml_messages")
    for path in toml.undeclared_files(root):
        yield f"{path}: has no entry in packaging/toml_messages.py"
    for path, source in toml.toml_files(root):
        data = toml.load(root / toml.RESOURCES / path)
        for field in toml.undeclared_prose(data, source):
            yield f"{path}: {field} reads like prose; declare it in packaging/toml_messages.py"


def _faults(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    for message in template:
        if message.id and catalogue.get(message.id, message.context) is None:
            yield f"lacks an entry for {_name(message)}; run `make messages`"
    for message in catalogue:
        if not message.id:
            continue
        if template.get(message.id, message.context) is None:
            yield f"stale entry {_name(message)}; run `make messages`"
        if message.fuzzy:
            yield f"fuzzy entry {_name(message)}"
        expected = _placeholders(message.id)
        for translation in _strings(message.string):
            # A plural form may leave out the count, never invent a name.
            found = _placeholders(translation)
            if translation and (found != expected if _single(message) else found - expected):
                yield f"placeholders {sorted(found)} for {sorted(expected)} in {_name(message)}"


def _untranslated(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    for message in template:
        if not message.id:
            continue
        entry = catalogue.get(message.id, message.context)
        if entry is None or not all(_strings(entry.string)):
            yield f"not translated: {_name(message)}"


def _placeholders(text: object) -> set[str]:
    return {match for string in _strings(text) for match in PLACEHOLDER.findall(string)}


def _strings(text: object) -> list[str]:
    return [str(part) for part in text] if isinstance(text, (tuple, list)) else [str(text or "")]


def _single(message: Message) -> bool:
    return isinstance(message.id, str)


def _name(message: Message) -> str:
    text = _strings(message.id)[0].replace("\n", " ")
    short = text if len(text) <= 60 else text[:59] + "…"
    return f"{message.context}: {short!r}" if message.context else repr(short)


def _sibling(name: str) -> ModuleType:
    """A module of this folder, which is on no path when the build hook loads this file."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {name} beside {__file__}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _run_compile(root: Path, _options: argparse.Namespace) -> int:
    for file in (*compile_all(root), *_sibling("knowledge_files").compile_all(root)):
        print(f"compiled {file.relative_to(root)}")
    return 0


def _run_update(root: Path, _options: argparse.Namespace) -> int:
    update(root)
    compile_all(root)
    return 0


def _run_lint(root: Path, options: argparse.Namespace) -> int:
    found = lint(root)
    complete = set(options.complete)
    wrong = [
        *found.wrong,
        *(f"{language}: there is no such catalogue" for language in complete - set(found.missing)),
    ]
    for lines in (wrong, *found.missing.values()):
        shown = lines if options.all else lines[:SHOWN]
        print(*shown, sep="\n", end="\n" if shown else "")
        if len(shown) < len(lines):
            print(f"... and {len(lines) - len(shown)} more (--all lists them)")
    stale = Counter(line.partition("/")[0] for line in found.wrong if "stale entry" in line)
    for language, lacking in found.missing.items():
        gaps = f"{len(lacking)} missing, {stale[language]} stale"
        kind = "must be complete" if language in complete else "may be partial"
        print(f"translations: {language}: {gaps} ({kind})")
    print(f"translations: {len(wrong)} wrong")
    unkept = any(found.missing.get(language) for language in complete)
    return 1 if wrong or unkept else 0


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when all is well."""
    parser = argparse.ArgumentParser(description="Translations of this checkout.")
    commands = parser.add_subparsers(required=True)
    actions: tuple[tuple[str, Callable[[Path, argparse.Namespace], int], str], ...] = (
        ("compile", _run_compile, "write the .mo files and the compiled data files"),
        ("update", _run_update, "extract all messages and merge them into the .po files"),
        ("lint", _run_lint, "list what is stale, fuzzy, wrong or missing"),
    )
    for name, action, text in actions:
        command = commands.add_parser(name, help=text)
        command.set_defaults(action=action)
        if name == "lint":
            command.add_argument(
                "--complete",
                nargs="+",
                default=(),
                metavar="LL",
                help="languages in which a missing entry fails",
            )
            command.add_argument("--all", action="store_true", help="list all that is found")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    return int(options.action(root, options))


if __name__ == "__main__":
    sys.exit(main())
