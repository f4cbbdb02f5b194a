"""Build hook: compiles translations and data files into wheels and editable installs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs before files are collected; what it makes then counts as artifacts."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data
        root = Path(self.root)
        for name in ("catalogues", "knowledge_files"):
            _load(root / "packaging" / f"{name}.py").compile_all(root)


def _load(path: Path) -> ModuleType:
    """The module at `path`, which is no part of any installed package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where dataclasses look for the names of annotations
    spec.loader.exec_module(module)
    return module
