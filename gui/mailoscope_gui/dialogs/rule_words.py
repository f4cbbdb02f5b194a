"""Sentences for what the core only names: profile checks, keyring problems, message lint."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from mailoscope_core.base.texts import Texts


class RuleWords:
    """Reads a record `<group>.<rule>` of the resources' texts in the language in use."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._records: dict[str, Any] | None = None

    def text(self, texts: Texts, rule: str, params: dict[str, str] | None = None) -> str:
        """Return the sentence of a rule; one that nobody has written shows the rule's name."""
        return self._field(texts, rule, "text", params) or rule

    def title(self, texts: Texts, rule: str, params: dict[str, str] | None = None) -> str:
        """Return the title of a rule, empty when it has none."""
        return self._field(texts, rule, "title", params)

    def _field(self, texts: Texts, rule: str, field: str, params: dict[str, str] | None) -> str:
        english = self._load().get(rule, {}).get(field, "")
        words = texts.record(f"{self._group}.{rule}", field, english)
        return words.format_map(_Lenient(params or {}))

    def _load(self) -> dict[str, Any]:
        if self._records is None:
            self._records = {}
            folder = resources.files("mailoscope_resources").joinpath("text")
            for file in folder.iterdir():
                if file.name.endswith(".toml"):
                    tables = tomllib.loads(file.read_text(encoding="utf-8"))
                    self._records.update(tables.get(self._group, {}))
        return self._records


class _Lenient(dict[str, str]):
    """Leaves a placeholder standing that nobody fills, rather than fail in front of the user."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
