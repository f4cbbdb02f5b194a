"""Lint of gettext calls in Python code: literals only, and never while a module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCES = ("core/mailoscope_core", "gui/mailoscope_gui")
# The module that carries the look-ups out, with messages and contexts of others.
IMPLEMENTATION = "core/mailoscope_core/base/texts.py"
LOOK_UPS = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})


def faults(root: Path) -> Iterator[str]:
    """Calls in a checkout's code that lose their translation, as `file:line: what`."""
    for folder in SOURCES:
        for file in sorted((root / folder).rglob("*.py")):
            if file == root / IMPLEMENTATION:
                continue
            name = file.relative_to(root).as_posix()
            try:
                found = list(faults_of(file.read_text(encoding="utf-8")))
            except SyntaxError as error:
                found = [(error.lineno or 0, f"no Python: {error.msg}")]
            yield from (f"{name}:{line}: {what}" for line, what in found)


def faults_of(code: str) -> Iterator[tuple[int, str]]:
    """The same for one module's text: line numbers and what is wrong there."""
    tree = ast.parse(code)
    inside_functions = {
        node
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _called(node) not in LOOK_UPS:
            continue
        if node not in inside_functions:
            yield node.lineno, "gettext runs at import time, before the language is known"
        for argument in node.args:
            made = _made_at_run_time(argument)
            if made:
                yield argument.lineno, f"{made} inside gettext is extracted as it stands, if at all"


def _called(call: ast.Call) -> str:
    """The name of what is called, whoever owns it: `gettext` of `texts.gettext(...)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _made_at_run_time(argument: ast.expr) -> str:
    """How the argument is put together, if it is no literal and no plain variable."""
    if isinstance(argument, ast.JoinedStr):
        return "an f-string"
    if isinstance(argument, ast.BinOp):
        strings = (
            part
            for part in ast.walk(argument)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )
        return "a composed string" if any(strings) else ""
    if isinstance(argument, ast.Call) and _called(argument) == "format":
        return "a formatted string"
    return ""
