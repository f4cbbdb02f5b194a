"""The checkout as the tests of its rules see it: its files, their syntax trees, its tools."""

from __future__ import annotations

import ast
import functools
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("core/mailoscope_core", "gui/mailoscope_gui", "resources/mailoscope_resources")
# What a run leaves behind; the same as in .gitignore.
UNTRACKED = frozenset(
    {".git", ".venv", ".tools", ".hypothesis", "out", "dist", "build", "__pycache__"}
)


def product_modules() -> list[Path]:
    """All Python files of the product."""
    return python_files(*PRODUCT)


def python_files(*folders: str) -> list[Path]:
    """All Python files below folders of the checkout."""
    return sorted(
        file for folder in folders for file in files(ROOT / folder) if file.suffix == ".py"
    )


def files(folder: Path = ROOT) -> Iterator[Path]:
    """All files below a folder that belong to the project."""
    for directory, folders, names in os.walk(folder):
        folders[:] = [
            name for name in folders if name not in UNTRACKED and not name.endswith("_cache")
        ]
        for name in names:
            if name in UNTRACKED:  # where git keeps a second working tree, .git is a file
                continue
            yield Path(directory, name)


def relative(file: Path) -> str:
    """A file's path in the checkout, with forward slashes."""
    return file.relative_to(ROOT).as_posix()


@functools.cache
def tree(file: Path) -> ast.Module:
    """A Python file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imported_modules(file: Path) -> set[str]:
    """Dotted names of all that a Python file imports; `from a import b` counts as a and a.b."""
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def packaging_tool(name: str) -> ModuleType:
    """A module of packaging/, which is a folder of scripts and on no path."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
