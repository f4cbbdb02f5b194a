"""Translatable texts of the TOML data: which fields of which files, as a Babel extraction method.

A record is any table. Its id is its own `id` or else the dotted path of its keys, below the
root id of its file; a field's msgctxt is `<id>.<field>`, a list's `<id>.<field>.<index>`. At run
time `Texts.record(id, field, english)` asks for the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

RESOURCES = Path("resources/mailoscope_resources")
PROSE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Source:
    """What is translated in the files that match `pattern` (relative to the resources).

    `verbatim` fields hold prose that stays as it is: quotations of servers, names of sources.
    `root` is the id of the file itself; `{stem}` in it is the file's name without its ending.
    """

    pattern: str
    fields: frozenset[str]
    verbatim: frozenset[str] = frozenset()
    root: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One translatable string."""

    context: str
    english: str


SOURCES = (
    Source("text/errors.toml", frozenset({"text"}), root="error"),
    Source("text/*.toml", frozenset({"text", "title"})),
    Source(
        "scenarios/*.toml",
        frozenset({"title", "description", "teaches"}),
        verbatim=frozenset({"server", "rule", "choices"}),
        root="scenario.{stem}",
    ),
    Source(
        "presets/*.toml",
        frozenset({"note", "notes", "hint"}),
        verbatim=frozenset({"name", "source", "sources"}),
    ),
    Source(
        "help/*.toml",
        frozenset({"title", "lead", "heading", "paragraphs", "steps", "points"}),
        verbatim=frozenset({"commands", "actions"}),
        root="help.{stem}",
    ),
    # Names of products are the same in every language.
    Source("knowledge/vendors.toml", frozenset(), verbatim=frozenset({"vendor"})),
    # A tree is named as its file is; its nodes and leaves have ids below that.
    Source(
        "knowledge/trees/*.toml",
        frozenset(
            {
                "cause",
                "dead_ends",
                "description",
                "fixes",
                "hint",
                "question",
                "results",
                "text",
                "title",
            }
        ),
        root="tree.{stem}",
    ),
    Source(
        "knowledge/**/*.toml",
        frozenset(
            {
                "cause",
                "dead_ends",
                "description",
                "fixes",
                "how_to_fix",
                "key_differences",
                "name",
                "notes",
                "text",
                "title",
                "when_seen",
                "when_to_use",
            }
        ),
        verbatim=frozenset({"match", "rfc", "source"}),
    ),
)


# Files without words of ours: what servers and logs say, and messages that go out as they stand.
NEVER_TRANSLATED = (
    "scenarios/_*.toml",
    "knowledge/step_cues.toml",
    "knowledge/clients.toml",
    "knowledge/word_families.toml",
    "samples/*.toml",
)


def source_of(path: PurePosixPath) -> Source | None:
    """The first of `SOURCES` that matches a file's path relative to the resources."""
    if _never_translated(path):
        return None
    for source in SOURCES:
        if _matches(path, source.pattern):
            return source
    return None


def toml_files(root: Path) -> Iterator[tuple[PurePosixPath, Source]]:
    """The files with translatable texts below a checkout's `root`, in a stable order."""
    base = root / RESOURCES
    for file in sorted(base.rglob("*.toml")):
        path = PurePosixPath(file.relative_to(base).as_posix())
        source = source_of(path)
        if source is not None:
            yield path, source


def undeclared_files(root: Path) -> Iterator[PurePosixPath]:
    """TOML files that are declared neither way."""
    base = root / RESOURCES
    for file in sorted(base.rglob("*.toml")):
        path = PurePosixPath(file.relative_to(base).as_posix())
        if source_of(path) is None and not _never_translated(path):
            yield path


def texts_of(data: dict[str, Any], source: Source, stem: str) -> Iterator[Text]:
    """The translatable texts of the content of the file `stem`.toml, in its order."""
    root = source.root.format(stem=stem)
    yield from _record(data, root, root, source)


def undeclared_prose(data: dict[str, Any], source: Source) -> Iterator[str]:
    """Dotted names of fields that read like prose but are declared neither way."""
    yield from _prose(data, (), source)


def _record(table: dict[str, Any], record_id: str, root: str, source: Source) -> Iterator[Text]:
    for key, value in table.items():
        if key in source.verbatim:
            continue
        if key in source.fields and not _is_table(value):
            yield from _field(_joined(record_id, key), value)
        elif isinstance(value, dict):
            yield from _record(value, _id(value, record_id, root, key), root, source)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    below = _id(item, record_id, root, f"{key}.{index}")
                    yield from _record(item, below, root, source)


def _id(table: dict[str, Any], parent: str, root: str, key: str) -> str:
    own = table.get("id")
    return _joined(root, own) if isinstance(own, str) else _joined(parent, key)


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _field(context: str, value: object) -> Iterator[Text]:
    if isinstance(value, str) and value:
        yield Text(context, value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str) and item:
                yield Text(f"{context}.{index}", item)


def _is_table(value: object) -> bool:
    """Whether a value holds records rather than words."""
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _prose(value: object, path: tuple[str, ...], source: Source) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in source.verbatim and (key not in source.fields or _is_table(item)):
                yield from _prose(item, (*path, key), source)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _prose(item, (*path, str(index)), source)
    elif isinstance(value, str) and len(value.split()) >= PROSE_WORDS:
        yield ".".join(path)


def _never_translated(path: PurePosixPath) -> bool:
    return any(_matches(path, pattern) for pattern in NEVER_TRANSLATED)


def _matches(path: PurePosixPath, pattern: str) -> bool:
    """`PurePath.match` with `**` for any number of folders, none included."""
    head, deep, tail = pattern.partition("/**/")
    if not deep:
        return path.match(pattern) and len(path.parts) == len(PurePosixPath(pattern).parts)
    return path.is_relative_to(head) and path.match(tail)


def load(file: Path) -> dict[str, Any]:
    """The content of a TOML file."""
    return tomllib.loads(file.read_text(encoding="utf-8"))
