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
    tests = {file: imported_modules(file) for file in python_files(*TEST_FOLDERS)}
    without = [
        relative(module)
        for module in sorted(CORE.rglob("*.py"))
        if not module.stem.startswith("__")
        and not any(_tests(module, file, imported) for file, imported in tests.items())
    ]
    assert not without, "no test named after the package imports these"


def _tests(module: Path, file: Path, imported: set[str]) -> bool:
    """Whether a test file is named after a module, or after its package and imports it."""
    inside = module.relative_to(CORE).with_suffix("")
    package, dotted = inside.parts[0], ".".join(("mailoscope_core", *inside.parts))
    if not file.name.startswith("test_"):
        return False
    if file.stem.startswith("test_" + "_".join(inside.parts)):
        return True
    about_package = file.stem.startswith(f"test_{package}") or file.parent.name == package
    return about_package and dotted in imported
