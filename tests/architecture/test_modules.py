"""Each module is about one thing, says so, is short, and has its test."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.checkout import ROOT, imported_modules, product_modules, python_files, relative, tree

MODULE_LINES = 400
MAIN_WINDOW_LINES = 300
# Drawers that collect what has no place.
DRAWERS = frozenset({"utils", "util", "helpers", "misc", "common", "tools", "globals"})
MODULES = product_modules()
CORE = ROOT / "core" / "mailoscope_core"
# A folder of tests counts for a package of the core by its name in the files' names.
TEST_FOLDERS = ("tests/core", "tests/knowledge", "tests/servers")


def length(module: Path) -> int:
    return len(module.read_text(encoding="utf-8").splitlines())


def test_there_are_modules() -> None:
    assert len(MODULES) > 20


def test_modules_are_short() -> None:
    long = {
        relative(module): length(module) for module in MODULES if length(module) >= MODULE_LINES
    }
    assert not long, f"split these: {long}"


def test_the_main_window_is_no_god() -> None:
    assert length(ROOT / "gui/mailoscope_gui/main_window.py") < MAIN_WINDOW_LINES


@pytest.mark.parametrize(
    "module", python_files("core", "gui", "resources", "packaging", "tests"), ids=relative
)
def test_the_first_line_says_what_a_module_is_for(module: Path) -> None:
    text = module.read_text(encoding="utf-8").removeprefix("#!/usr/bin/env python3\n")
    first = (ast.get_docstring(tree(module)) or "").partition("\n")[0]
    assert len(first) > 15, "the docstring's first line is missing or says nothing"
    assert text.startswith('"""'), "it is the first thing in the file"


def test_modules_are_named_after_what_they_do() -> None:
    drawers = [relative(module) for module in MODULES if module.stem in DRAWERS]
    assert not drawers


def test_each_core_module_has_its_test() -> None:
    known = {_dotted(module): module for module in CORE.rglob("*.py")}
    reached: dict[str, set[str]] = {}
    for file in python_files(*TEST_FOLDERS):
        folder = file.parent.name
        about = file.stem.removeprefix("test_").partition("_")[0]
        package = folder if (CORE / folder).is_dir() else about
        reached.setdefault(package, set()).update(imported_modules(file) & known.keys())
    for package, names in reached.items():
        # A room inside a package is tested through the package's doors.
        todo = [name for name in names if name.split(".")[1] == package]
        while todo:
            fresh = (imported_modules(known[todo.pop()]) & known.keys()) - names
            inside = {name for name in fresh if name.split(".")[1] == package}
            names |= inside
            todo += inside
    without = [
        relative(module)
        for name, module in sorted(known.items())
        if not module.stem.startswith("__") and name not in reached.get(name.split(".")[1], set())
    ]
    assert not without, "no test named after the package reaches these"


def _dotted(module: Path) -> str:
    inside = module.relative_to(CORE).with_suffix("")
    return ".".join(("mailoscope_core", *inside.parts))
