"""Looks codes up: the most specific record first, and which level of knowledge answered."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.records import (
    CodeRecord,
    PairFile,
    PairRecord,
    RecordFile,
)

Level = Literal["vendor", "enhanced", "subject", "code", "class", "unknown"]

_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})$")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Records that say something about a code, the most specific first.

    `level` tells what the first record is about; `unknown` means that not even the class is known.
    """

    asked: str
    level: Level
    records: tuple[CodeRecord, ...]

    @property
    def record(self) -> CodeRecord | None:
        """The most specific record, or null."""
        return self.records[0] if self.records else None


class Catalogue:
    """The records of codes, read file by file when they are asked for."""

    def __init__(self, root: Traversable | None = None) -> None:
        self._root = root if root is not None else data_files.knowledge_root()
        self._files: dict[str, dict[str, CodeRecord]] = {}
        self._pairs: tuple[PairRecord, ...] | None = None

    def record(self, code: str | int) -> CodeRecord | None:
        """Return the record of exactly this code: `354`, `"5xx"`, `"x5x"`, `"5.7.1"`, `"X.7"`."""
        return self._find(_record_id(str(code)))

    def enhanced(self, code: str) -> CodeRecord | None:
        """Return the record of an enhanced code's detail (`5.7.1` or `X.7.1`), without falling
        back."""
        return self._find(_record_id(code))

    def explain_code(
        self, code: int | None, enhanced: str | None = None, vendor: str | None = None
    ) -> Answer:
        """Return all that is known: 5.7.1, then 5.7.x, then 550, then 5xx.

        A vendor's own meaning of the enhanced code comes before the registered one. Where the
        enhanced code says nothing of its own (x.0.0, and all of 2.x.x) the code comes first.
        """
        detail = _ENHANCED.match(enhanced or "")
        ids: list[tuple[Level, str]] = []
        if detail:
            if vendor:
                ids.append(("vendor", f"vendor.{vendor}.{enhanced}"))
                ids.append(("vendor", f"vendor.{vendor}.x.{detail[2]}.{detail[3]}"))
            ids.append(("enhanced", f"enhanced.{int(detail[2])}.{int(detail[3])}"))
            ids.append(("subject", f"subject.{int(detail[2])}"))
        if code is not None:
            says_nothing = detail is not None and (
                detail[1] == "2" or (int(detail[2]), int(detail[3])) == (0, 0)
            )
            ids.insert(0 if says_nothing else len(ids), ("code", f"code.{code}"))
        first = code // 100 if code is not None else int(detail[1]) if detail else 0
        ids.append(("class", f"class.{first}"))
        found = [(level, self._find(record_id)) for level, record_id in ids]
        known = [(level, record) for level, record in found if record is not None]
        asked = " ".join(str(part) for part in (code, enhanced) if part)
        return Answer(
            asked=asked,
            level=known[0][0] if known else "unknown",
            records=tuple(record for _, record in known),
        )

    def explain_text(self, asked: str) -> Answer:
        """Answer for a code as people type it: `354`, `5.7.1`, `550 5.1.1`, `5xx`, `X.7.1`."""
        words = asked.strip().split()
        code = next((int(word) for word in words if re.fullmatch(r"\d{3}", word)), None)
        enhanced = next((word for word in words if _ENHANCED.match(word)), None)
        if code is not None or enhanced:
            return self.explain_code(code, enhanced)
        record = self.record(asked.strip())
        if record is None:
            return Answer(asked=asked, level="unknown", records=())
        levels: dict[str, Level] = {"enhanced": "enhanced", "subject": "subject", "code": "code"}
        return Answer(asked=asked, level=levels.get(record.scope, "class"), records=(record,))

    def records(self) -> tuple[CodeRecord, ...]:
        """Return all records, file by file; reads everything."""
        stems = [
            f"{folder}/{file.name.removesuffix('.toml')}"
            for folder in ("codes", "enhanced", "vendors")
            for file in data_files.toml_files(self._root.joinpath(folder))
        ]
        return tuple(record for stem in stems for record in self._load(stem).values())

    def pairs(self) -> tuple[PairRecord, ...]:
        """Return the curated pairs."""
        if self._pairs is None:
            files = data_files.toml_files(self._root.joinpath("pairs"))
            self._pairs = tuple(
                pair for file in files for pair in data_files.read(file, PairFile).pair
            )
        return self._pairs

    def _find(self, record_id: str) -> CodeRecord | None:
        stem = _file_of(record_id)
        return self._load(stem).get(record_id) if stem else None

    def _load(self, stem: str) -> dict[str, CodeRecord]:
        if stem not in self._files:
            file = self._root.joinpath(f"{stem}.toml")
            records = data_files.read(file, RecordFile).record if file.is_file() else ()
            self._files[stem] = {record.id: record for record in records}
        return self._files[stem]


def load_catalogue(root: Traversable | None = None) -> Catalogue:
    """Return the catalogue; its files are read on demand."""
    return Catalogue(root)


def _record_id(code: str) -> str:
    """Return the id of the record for a code as people write it, or an empty string."""
    text = code.strip().upper()
    if re.fullmatch(r"\d{3}", text):
        return f"code.{text}"
    if match := re.fullmatch(r"([2-5])XX", text):
        return f"class.{match[1]}"
    if match := re.fullmatch(r"X([0-5])X", text):
        return f"digit.{match[1]}"
    if match := re.fullmatch(r"[245X]\.(\d{1,3})\.(\d{1,3})", text):
        return f"enhanced.{int(match[1])}.{int(match[2])}"
    if match := re.fullmatch(r"[245X]\.(\d{1,3})(?:\.X)?", text):
        return f"subject.{int(match[1])}"
    return ""


def _file_of(record_id: str) -> str:
    """Return the path, without ending, of the file that holds a record."""
    scope, _, rest = record_id.partition(".")
    if scope == "code":
        return f"codes/{rest[0]}xx"
    if scope in ("class", "digit"):
        return "codes/classes"
    if scope == "subject":
        return "enhanced/subjects"
    if scope == "enhanced":
        return f"enhanced/x{rest.partition('.')[0]}"
    if scope == "vendor":
        return f"vendors/{rest.partition('.')[0]}"
    return ""
