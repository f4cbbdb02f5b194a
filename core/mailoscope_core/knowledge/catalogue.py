"""Looks codes and keywords up: the most specific record first, and which level answered."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.records import SCOPES, CodeRecord, PairFile, PairRecord, RecordFile

Level = Literal[
    "vendor",
    "enhanced",
    "subject",
    "code",
    "class",
    "extension",
    "mechanism",
    "verb",
    "unknown",
]

_ENHANCED = re.compile(r"^([245])\.(\d{1,3})\.(\d{1,3})$")
_KEYWORD = re.compile(r"[a-z0-9][a-z0-9._-]*(?:=[a-z0-9-]*)?")
_FOLDERS = ("codes", "enhanced", "vendors", "extensions", "mechanisms", "verbs")
# Where a name is looked for that people type alone; LOGIN is a mechanism, STARTTLS an extension.
_KEYWORDS = {
    "extension": ("extensions/registered", "extensions/private"),
    "mechanism": ("mechanisms/sasl",),
    "verb": ("verbs/verbs",),
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Records that say something about a code or keyword, the most specific first.

    `level` tells what the first record is about; `unknown` means that not even the class is known.
    `elsewhere` are vendors that mean something else by the same code. `classes_differ` tells that
    reply code and enhanced code begin with different digits, as in `550 4.7.1`.
    """

    asked: str
    level: Level
    records: tuple[CodeRecord, ...]
    elsewhere: tuple[CodeRecord, ...] = ()
    classes_differ: bool = False

    @property
    def record(self) -> CodeRecord | None:
        """The most specific record, or null."""
        return self.records[0] if self.records else None


class Catalogue:
    """The records of codes and keywords, read file by file when they are asked for."""

    def __init__(self, root: Traversable | None = None) -> None:
        self._root = root if root is not None else data_files.knowledge_root()
        self._files: dict[str, dict[str, CodeRecord]] = {}
        self._pairs: tuple[PairRecord, ...] | None = None

    def record(self, code: str | int) -> CodeRecord | None:
        """Return the record of exactly this: `354`, `"5xx"`, `"x5x"`, `"5.7.1"`, `"X.7"`.

        Keywords too, in any case: `"STARTTLS"`, `"SIZE=1000"`, `"auth plain"`, `"NOTIFY="`; and a
        record's own id, as `"vendor.google.5.7.9"`.
        """
        text = " ".join(str(code).split())
        if record_id := _record_id(text):
            return self._find(record_id)
        return self._by_keyword(text.lower())

    def enhanced(self, code: str) -> CodeRecord | None:
        """Return the record of an enhanced code's detail (`5.7.1` or `X.7.1`), without falling
        back."""
        record = self._find(_record_id(code))
        return record if record is not None and record.scope == "enhanced" else None

    def explain_code(
        self, code: int | None, enhanced: str | None = None, vendor: str | None = None
    ) -> Answer:
        """Return all that is known: 5.7.1, then 5.7.x, then 550, then 5xx.

        A vendor's own meaning comes before the registered one. Where the enhanced code says
        nothing of its own (x.0.0, and all of 2.x.x) the code comes first.
        """
        detail = _ENHANCED.match(enhanced or "")
        ids: list[tuple[Level, str]] = []
        if detail:
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
        if vendor and (own := self._of_vendor(vendor, code, enhanced)) is not None:
            known.insert(0, ("vendor", own))
        return Answer(
            asked=" ".join(str(part) for part in (code, enhanced) if part),
            level=known[0][0] if known else "unknown",
            records=tuple(record for _, record in known),
            classes_differ=bool(detail and code is not None and code // 100 != int(detail[1])),
        )

    def explain_text(self, asked: str, vendor: str | None = None) -> Answer:
        """Answer for what people type: `354`, `550 5.1.1`, `5xx`, `STARTTLS`, `AUTH PLAIN`.

        Without a `vendor` those that mean something else by the same code are in `elsewhere`; a
        detail that is not registered but used by one vendor alone (5.7.139) is answered with that.
        """
        words = asked.strip().split()
        code = next((int(word) for word in words if re.fullmatch(r"\d{3}", word)), None)
        enhanced = next((word for word in words if _ENHANCED.match(word)), None)
        if code is None and not enhanced:
            record = self.record(asked)
            if record is None:
                return Answer(asked=asked, level="unknown", records=())
            return Answer(asked=asked, level=_level_of(record), records=(record,))
        answer = self.explain_code(code, enhanced, vendor)
        if vendor or not (enhanced or code in _COLLIDING):
            return answer
        others = self.vendor_meanings(code, enhanced)
        if len(others) == 1 and enhanced and answer.level not in ("enhanced", "code"):
            records = (*others, *answer.records)
            return msgspec.structs.replace(answer, level="vendor", records=records)
        return msgspec.structs.replace(answer, elsewhere=others)

    def vendor_meanings(self, code: int | None, enhanced: str | None) -> tuple[CodeRecord, ...]:
        """Return what single vendors mean by a code, where that is a meaning of their own."""
        files = data_files.toml_files(self._root.joinpath("vendors"))
        names = (file.name.removesuffix(".toml") for file in files)
        found = (self._of_vendor(name, code, enhanced) for name in names)
        return tuple(record for record in found if record is not None)

    def records(self) -> tuple[CodeRecord, ...]:
        """Return all records, file by file; reads everything."""
        stems = [
            f"{folder}/{file.name.removesuffix('.toml')}"
            for folder in _FOLDERS
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

    def _of_vendor(self, vendor: str, code: int | None, enhanced: str | None) -> CodeRecord | None:
        """Return a vendor's meaning: of both codes together, of the enhanced one, of the code."""
        known = self._load(f"vendors/{vendor}")
        exact = f"{code} {enhanced}" if code is not None and enhanced else ""
        wanted = [each for each in (exact, enhanced) if each]
        for each in wanted:
            if (record := known.get(f"vendor.{vendor}.{_slug(each)}")) is not None:
                return record
        for record in known.values():
            if enhanced and _in_span(enhanced, record.code):
                return record
        return known.get(f"vendor.{vendor}.{code}")

    def _by_keyword(self, text: str) -> CodeRecord | None:
        """Return the extension, mechanism or verb that is meant; `auth plain` is a mechanism."""
        first, _, rest = text.partition(" ")
        if first == "auth" and rest:
            return self._find(f"mechanism.{rest}")
        if not _KEYWORD.fullmatch(text):
            return None
        found = (self._find(f"{scope}.{text}") for scope in _KEYWORDS)
        known = next((record for record in found if record is not None), None)
        return known or self._by_parameter(text)

    def _by_parameter(self, text: str) -> CodeRecord | None:
        """Return the extension that a parameter such as `notify=never` belongs to."""
        name, sign, value = text.partition("=")
        if not sign:
            return None
        known = [
            (parameter.lower().partition("="), record)
            for stem in _KEYWORDS["extension"]
            for record in self._load(stem).values()
            for parameter in record.parameters
        ]
        same = [(parts, record) for parts, record in known if parts[0] == name]
        exact = [record for parts, record in same if parts[2] == value]
        found = exact or [record for _, record in same]
        return found[0] if found else None

    def _find(self, record_id: str) -> CodeRecord | None:
        for stem in _files_of(record_id):
            if (record := self._load(stem).get(record_id)) is not None:
                return record
        return None

    def _load(self, stem: str) -> dict[str, CodeRecord]:
        if stem not in self._files:
            file = self._root.joinpath(f"{stem}.toml")
            records = data_files.read(file, RecordFile).record if file.is_file() else ()
            self._files[stem] = {record.id: record for record in records}
        return self._files[stem]


# Codes without an enhanced one that single vendors or programs use in a meaning of their own.
_COLLIDING = frozenset({432, 521, 552})


def load_catalogue(root: Traversable | None = None) -> Catalogue:
    """Return the catalogue; its files are read on demand."""
    return Catalogue(root)


def _level_of(record: CodeRecord) -> Level:
    return "class" if record.scope == "digit" else record.scope


def _slug(code: str) -> str:
    return code.replace(" ", "-")


def _in_span(code: str, span: str) -> bool:
    """Whether a code lies in a span as `5.7.606-649`; both ends belong to it."""
    ends = re.fullmatch(r"([245]\.\d+\.)(\d+)-(\d+)", span)
    if ends is None or not code.startswith(ends[1]):
        return False
    return int(ends[2]) <= int(code.removeprefix(ends[1])) <= int(ends[3])


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
    scope, _, rest = code.partition(".")
    return code if scope in SCOPES and re.fullmatch(r"[a-z0-9][a-z0-9.=_-]*", rest) else ""


def _files_of(record_id: str) -> tuple[str, ...]:
    """Return the paths, without ending, of the files that may hold a record."""
    scope, _, rest = record_id.partition(".")
    if not rest:
        return ()
    if scope in _KEYWORDS:
        return _KEYWORDS[scope]
    known = {
        "code": f"codes/{rest[0]}xx",
        "class": "codes/classes",
        "digit": "codes/classes",
        "subject": "enhanced/subjects",
        "enhanced": f"enhanced/x{rest.partition('.')[0]}",
        "vendor": f"vendors/{rest.partition('.')[0]}",
    }
    return (known[scope],) if scope in known else ()
