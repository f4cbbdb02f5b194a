"""The compiled data files: made for every file, equal to it, and never believed when stale."""

from __future__ import annotations

import datetime
import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.records import RecordFile
from tests.checkout import ROOT, packaging_tool

knowledge_files: Any = packaging_tool("knowledge_files")
SOURCES = sorted(
    file for folder in knowledge_files.FOLDERS for file in (ROOT / folder).rglob("*.toml")
)
RECORD = '[[record]]\nid = "code.450"\ncode = "450"\nname = "{name}"\ndescription = "x"\n'


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_data_file_is_compiled(file: Path) -> None:
    compiled = file.with_name(file.name + knowledge_files.SUFFIX)
    assert compiled.exists(), "run `make translations`"
    assert compiled.read_bytes() == knowledge_files.compiled(file.read_bytes())
    body = compiled.read_text(encoding="utf-8").partition("\n")[2]
    whole = tomllib.loads(file.read_text(encoding="utf-8"))
    assert json.loads(body) == json.loads(json.dumps(whole, default=str))


def test_the_suffix_is_the_one_that_is_read() -> None:
    assert knowledge_files.SUFFIX == data_files.COMPILED


@pytest.fixture
def record(tmp_path: Path) -> Path:
    folder = tmp_path / knowledge_files.FOLDERS[0]
    folder.mkdir(parents=True)
    file = folder / "4xx.toml"
    file.write_text(RECORD.format(name="as it was"), encoding="utf-8")
    knowledge_files.compile_all(tmp_path)
    return file


def compiled_of(file: Path) -> Path:
    return file.with_name(file.name + data_files.COMPILED)


def name_in(file: Path) -> str:
    return data_files.read(file, RecordFile).record[0].name


def test_the_compiled_form_is_what_is_read(record: Path) -> None:
    first, _, body = compiled_of(record).read_text(encoding="utf-8").partition("\n")
    compiled_of(record).write_text(first + "\n" + body.replace("as it was", "compiled"), "utf-8")
    assert name_in(record) == "compiled"


def test_a_stale_form_is_passed_over(record: Path) -> None:
    record.write_text(RECORD.format(name="changed"), encoding="utf-8")
    assert name_in(record) == "changed"


@pytest.mark.parametrize("content", [b"", b"\n", b"garbage", b"\xff\x00\n{}"])
def test_a_damaged_form_is_passed_over(record: Path, content: bytes) -> None:
    compiled_of(record).write_bytes(content)
    assert name_in(record) == "as it was"


def test_wrong_data_is_named_in_the_compiled_form_too(record: Path, tmp_path: Path) -> None:
    record.write_text('[[record]]\nid = "code.450"\ncode = 450\n', encoding="utf-8")
    knowledge_files.compile_all(tmp_path)
    with pytest.raises(UserError) as caught:
        data_files.read(record, RecordFile)
    assert caught.value.params["file"] == "4xx.toml"
    assert "$.record[0].code" in str(caught.value.params["detail"])


def test_dates_survive(tmp_path: Path) -> None:
    class Dated(msgspec.Struct):
        seen: datetime.date

    file = tmp_path / "x.toml"
    file.write_text("seen = 2026-11-23\n", encoding="utf-8")
    compiled_of(file).write_bytes(knowledge_files.compiled(file.read_bytes()))
    assert data_files.read(file, Dated).seen == datetime.date(2026, 11, 23)


def test_compiling_twice_changes_nothing_and_orphans_go(record: Path, tmp_path: Path) -> None:
    assert knowledge_files.compile_all(tmp_path) == []
    record.unlink()
    assert knowledge_files.compile_all(tmp_path) == [compiled_of(record)]
    assert not compiled_of(record).exists()
