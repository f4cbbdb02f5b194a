"""Every TOML file of the resources is read by the product, into records of a known shape."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.catalogue import load_catalogue
from mailoscope_core.knowledge.help_pages import load_help_pages
from mailoscope_core.knowledge.origin import load_clients
from mailoscope_core.knowledge.presets import load_presets
from mailoscope_core.knowledge.rules import load_rules
from mailoscope_core.knowledge.steps import load_step_cues
from mailoscope_core.knowledge.text import load_terms
from mailoscope_core.knowledge.trees import load_trees
from mailoscope_core.knowledge.vendors import load_vendors
from mailoscope_core.practice import scenarios
from tests.checkout import ROOT

RESOURCES = ROOT / "resources/mailoscope_resources"
FILES = sorted(file.relative_to(RESOURCES).as_posix() for file in RESOURCES.rglob("*.toml"))


class _Sentence(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    title: str = ""
    source: str = ""


class _Letter(msgspec.Struct, forbid_unknown_fields=True):
    """What a sample message says; some have no text of their own."""

    subject: str = ""
    text: str = ""
    html: str = ""


Groups = dict[str, dict[str, _Sentence]]

# Small files with a reader of their own: their shape, who reads them, and how that names them.
OWN_READERS: dict[str, tuple[Any, str, str]] = {
    "text/errors.toml": (
        dict[str, _Sentence],
        "core/mailoscope_core/base/texts.py",
        "text/errors.toml",
    ),
    "text/events.toml": (
        dict[str, dict[str, dict[str, str | _Sentence]]],
        "core/mailoscope_core/report/event_words.py",
        "text/events.toml",
    ),
    "text/keyring.toml": (
        Groups,
        "gui/mailoscope_gui/panels/question_bar.py",
        "text/keyring.toml",
    ),
    "text/lint.toml": (Groups, "gui/mailoscope_gui/dialogs/rule_words.py", '"text"'),
    "text/profile_checks.toml": (Groups, "gui/mailoscope_gui/dialogs/rule_words.py", '"text"'),
    "text/samples.toml": (
        dict[str, dict[str, str | _Sentence]],
        "core/mailoscope_core/message/samples.py",
        "text/samples.toml",
    ),
    "samples/samples.toml": (
        dict[str, _Letter],
        "core/mailoscope_core/message/samples.py",
        "samples/samples.toml",
    ),
    "scenarios/_replies.toml": (
        dict[str, tuple[str, ...]],
        "core/mailoscope_core/practice/phrases.py",
        "scenarios/_replies.toml",
    ),
}


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    """Which shape each file was read into when the product had read all its data."""
    found: dict[str, Any] = {}

    def noting(reader: Callable[..., Any], shape_of: Callable[..., Any]) -> Callable[..., Any]:
        def read(file: Any, *arguments: Any) -> Any:
            found[Path(str(file)).relative_to(RESOURCES).as_posix()] = shape_of(*arguments)
            return reader(file, *arguments)

        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_files, "read", noting(data_files.read, lambda shape: shape))
        parse, shape = scenarios.__dict__["_parse"], scenarios.__dict__["_File"]
        patch.setattr(scenarios, "_parse", noting(parse, lambda _name: shape))
        catalogue = load_catalogue()
        catalogue.records()
        catalogue.pairs()
        for load in (load_rules, load_terms, load_vendors, load_presets, load_trees):
            load()
        for other in (load_help_pages, load_step_cues, load_clients, scenarios.list_scenarios):
            other()
    return found


@pytest.mark.parametrize("file", FILES)
def test_somebody_reads_each_data_file_into_a_known_shape(
    file: str, shapes: dict[str, Any]
) -> None:
    if file in OWN_READERS:
        shape, reader, named = OWN_READERS[file]
        assert named in (ROOT / reader).read_text(encoding="utf-8")
        content = tomllib.loads((RESOURCES / file).read_text(encoding="utf-8"))
        msgspec.convert(content, shape)
        return
    assert file in shapes, "nobody reads this file: read it into a record, or declare its reader"
    lenient = sorted(each.__name__ for each in structs_in(shapes[file]) if not strict(each))
    assert lenient == [], "these records would let a misspelt field pass"


def test_no_reader_is_declared_for_a_file_that_is_gone() -> None:
    assert sorted(set(OWN_READERS) - set(FILES)) == []


def test_a_lenient_record_is_found_wherever_it_is_used() -> None:
    class Inner(msgspec.Struct):
        name: str

    class Outer(msgspec.Struct, forbid_unknown_fields=True):
        entries: tuple[Inner | str, ...]

    Outer.__annotations__ = {"entries": tuple[Inner | str, ...]}
    assert [each.__name__ for each in structs_in(Outer) if not strict(each)] == ["Inner"]


def strict(shape: type[msgspec.Struct]) -> bool:
    return shape.__struct_config__.forbid_unknown_fields


def structs_in(shape: Any, seen: set[Any] | None = None) -> Iterator[type[msgspec.Struct]]:
    """Yield a record and all that its fields hold, however deep."""
    seen = set() if seen is None else seen
    if shape in seen:
        return
    seen.add(shape)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield shape
        for hint in get_type_hints(shape).values():
            yield from structs_in(hint, seen)
        return
    for part in get_args(shape):
        yield from structs_in(part, seen)
