"""Habits that such programs regret do not occur."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT, files, product_modules, python_files, relative, tree

PRODUCT = product_modules()
TESTS = python_files("tests")
# Put together here, or this file would be found.
MACHINE_PATHS = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + "ot/", "/tmp/" + "team", "/opt/" + "pypi"])
)
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}
BINARY = frozenset({".ttf", ".mo", ".png", ".ico", ".icns", ".gz", ".zip"})


def found(modules: list[Path], wrong: Callable[[ast.AST], bool]) -> Iterator[str]:
    for module in modules:
        for node in ast.walk(tree(module)):
            if wrong(node):
                yield f"{relative(module)}:{getattr(node, 'lineno', 0)}"


def calls(node: ast.AST, *names: str) -> bool:
    """Whether a node calls one of these, given as `name` or `owner.name`."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(names)


def test_no_test_sleeps() -> None:
    assert not list(
        found(TESTS, lambda node: calls(node, "time.sleep", "qtbot.wait", "qWait", "qSleep"))
    ), "wait for a signal or a condition"


def test_the_product_does_not_sleep() -> None:
    assert not list(found(PRODUCT, lambda node: calls(node, "time.sleep", "qWait", "msleep")))


def test_no_star_imports() -> None:
    def star(node: ast.AST) -> bool:
        return isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)

    assert not list(found(PRODUCT + TESTS, star)), "star imports of PySide6 double the start"


def test_resources_are_found_by_importlib() -> None:
    def frozen(node: ast.AST) -> bool:
        return (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.frozen") or (
            calls(node, "getattr") and "'frozen'" in ast.unparse(node)
        )

    assert not list(found(PRODUCT, frozen))


def test_no_globals_are_rebound() -> None:
    assert not list(found(PRODUCT, lambda node: isinstance(node, ast.Global)))


def test_signals_carry_no_python_containers() -> None:
    def corrupting(node: ast.AST) -> bool:
        return calls(node, "Signal") and any(
            isinstance(argument, ast.Name) and argument.id in {"dict", "int", "list"}
            for argument in getattr(node, "args", [])
        )

    assert not list(found(PRODUCT, corrupting)), (
        "Signal(dict) and Signal(int) corrupt data silently"
    )


def test_threads_are_the_cores() -> None:
    def foreign(node: ast.AST) -> bool:
        return calls(node, "moveToThread", "QThread") or (
            isinstance(node, ast.ImportFrom)
            and any(alias.name in {"QThread", "QtAsyncio"} for alias in node.names)
        )

    assert not list(found(PRODUCT, foreign))


def test_no_path_of_a_machine() -> None:
    texts = (file for file in files() if file.suffix not in BINARY)
    named = [
        relative(file)
        for file in texts
        if MACHINE_PATHS.search(file.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not named


def test_the_lock_file_names_public_indexes_only() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    assert set(re.findall(r'https?://([^/"]+)', lock)) == PUBLIC_HOSTS
    assert "file:" not in lock
    assert not [
        package["name"]
        for package in tomllib.loads(lock)["package"]
        if package["source"] not in ({"registry": "https://pypi.org/simple"}, {"editable": "."})
    ]


@pytest.mark.parametrize("code", ["time.sleep(1)", "qtbot.wait(5)", "QTest.qWait(5)"])
def test_the_search_finds_what_it_is_for(code: str) -> None:
    assert any(
        calls(node, "time.sleep", "qtbot.wait", "qWait") for node in ast.walk(ast.parse(code))
    )
