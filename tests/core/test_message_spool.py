"""One pass over a message: line endings, measures, hash and file, whatever the chunks."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.message import inspection
from mailoscope_core.message.inspection import Inspector, LineEndingCounter
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.spool import CHUNK, Spool, in_pieces

HEADER = b"From: a@lab.test\r\nDate: Mon, 23 Nov 2026 10:00:00 +0530\r\nMessage-ID: <1@lab>\r\n"

# Mostly what decides: line endings, dots, NUL and an octet beyond ASCII.
octets = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"\n\r\n", b".", b"a", b"abc: d", b"\0", b"\xe0"]),
    max_size=40,
).map(b"".join)
cuts = st.lists(st.integers(1, 7), min_size=1, max_size=5)


def chunked(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        yield data[at : at + size]
        at, turn = at + size, turn + 1


def body_of(data: bytes) -> bytes | None:
    """The reference: what stands behind the first empty line."""
    found = re.search(rb"(?:\A|\n)\r?\n", data)
    return data[found.end() :] if found else None


@given(octets, cuts)
@example(b"a\r\r\n\n", [1])
@example(b"\r\n\r\n", [1])
def test_an_inspection_is_the_same_for_all_chunks(data: bytes, sizes: list[int]) -> None:
    inspector, counter = Inspector(), LineEndingCounter()
    for chunk in chunked(data, sizes):
        inspector.feed(chunk)
        counter.feed(chunk)
    facts, endings = inspector.finish(), counter.result()
    body = body_of(data)
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")[:-1]] + [data.split(b"\n")[-1]]
    assert facts.size == len(data)
    assert facts.sha256 == hashlib.sha256(data).hexdigest()
    assert facts.longest_line == max(map(len, lines))
    if facts.longest_line:
        assert facts.longest_line_number == [*map(len, lines)].index(facts.longest_line) + 1
    assert facts.nul_bytes == data.count(b"\0")
    assert facts.ends_with_newline is data.endswith(b"\n")
    assert facts.header_ended is (body is not None)
    assert facts.body_size == len(body or b"")
    assert facts.body_eight_bit is (b"\xe0" in (body or b""))
    if b"\n" not in data.replace(b"\r\n", b""):
        faster = Inspector(crlf_only=True)
        for chunk in chunked(data, sizes):
            faster.feed(chunk)
        assert faster.finish() == facts
    assert endings.bare_lf == len(re.findall(rb"(?<!\r)\n", data))
    assert endings.bare_cr == len(re.findall(rb"\r(?!\n)", data))


@given(octets, cuts)
def test_a_message_goes_out_with_crlf(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, sizes: list[int]
) -> None:
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        message = spool.store(chunked(data, sizes), "eml")
        expected, changed = re.subn(rb"\r(?!\n)|(?<!\r)\n", b"\r\n", data)
        assert message.path.read_bytes() == expected
        assert message.lines_changed == changed
        assert (message.bare_lf, message.bare_cr) == (0, 0)
        assert message.sha256 == hashlib.sha256(expected).hexdigest()
        assert message.size == len(expected)


@given(octets, cuts)
def test_as_it_is_means_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, sizes: list[int]
) -> None:
    with Spool(tmp_path_factory.mktemp("spool")) as spool:
        message = spool.store(chunked(data, sizes), "eml", as_is=True)
        assert message.path.read_bytes() == data
        assert (message.as_is, message.lines_changed) == (True, 0)
        assert message.bare_lf == len(re.findall(rb"(?<!\r)\n", data))
        assert "as-is" in [finding.rule for finding in message.findings]


def test_what_a_prepared_message_says(tmp_path: Path) -> None:
    raw = (
        HEADER + b"From: ignored@lab.test\r\n"
        b"To: =?utf-8?b?4KSG4KS24KS+?= <asha@lab.test>,\r\n bob@lab.test\r\n"
        b"Cc: bob@lab.test\r\nSubject: =?utf-8?b?4KSo4KSu4KS44KWN4KSk4KWH?=\r\n\r\ntext \xe0\r\n"
    )
    with Spool(tmp_path) as spool:
        message = spool.store([raw], "eml")
        assert message.subject == "नमस्ते"
        assert message.sender == "a@lab.test"
        assert message.recipients == ("asha@lab.test", "bob@lab.test")
        assert message.message_id == "<1@lab>"
        assert (message.needs_8bit, message.needs_smtputf8) == (True, False)


@pytest.mark.parametrize(
    ("subject", "utf8"), [("नमस्ते".encode(), True), (b"gr\xfc\xdfe", False), (b"plain", False)]
)
def test_a_header_beyond_ascii(tmp_path: Path, subject: bytes, utf8: bool) -> None:
    with Spool(tmp_path) as spool:
        message = spool.store([HEADER, b"Subject: ", subject, b"\r\n\r\ntext\r\n"], "eml")
        assert message.needs_smtputf8 is utf8
        assert message.needs_8bit is not subject.isascii()


def test_a_header_without_end_is_bounded() -> None:
    inspector = Inspector()
    for _ in range(40):
        inspector.feed(b"x" * 65536)
    facts = inspector.finish()
    assert len(facts.header) == inspection.HEADER_OCTETS
    assert facts.header_ended is False
    assert facts.body_size == 40 * 65536 - inspection.HEADER_OCTETS
    assert facts.longest_line == 40 * 65536


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_only_this_user_can_read_it(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool") as spool:
        path = spool.store([HEADER], "eml").path
        modes = [
            stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, tmp_path / "spool")
        ]
        assert modes == [0o600, 0o700, 0o700]


def test_nothing_stays_behind(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        first, second = spool.store([b"a"], "eml"), spool.store([b"b"], "eml")
        spool.drop(first)
        assert not first.path.exists()
        assert second.path.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x" * CHUNK
        raise UserError("attachment-unreadable", path="x", detail="gone")

    with Spool(tmp_path) as spool:
        with pytest.raises(UserError) as caught:
            spool.store(breaking(), "composed")
        assert caught.value.code == "attachment-unreadable"
        assert not list(tmp_path.rglob("*.eml"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    monkeypatch.setattr(spool, "_new_file", lambda: tmp_path / "full")
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(UserError) as caught:
        spool.store([b"x"], "eml")
    assert caught.value.code == "spool-unwritable"
    assert "No space" in str(caught.value.params["detail"])


def test_a_spool_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        Spool(tmp_path / "file").store([b"x"], "eml")
    assert caught.value.code == "spool-unwritable"


def test_what_a_killed_process_left_goes_after_a_week(tmp_path: Path) -> None:
    now = 2_000_000_000.0
    for name, age in (("run-old", 8), ("run-new", 6), ("other", 90)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (now - age * 86400,) * 2)
    with Spool(tmp_path, clock=lambda: now) as spool:
        spool.store([b"x"], "eml")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["other", "run-new"]


@given(st.lists(st.binary(max_size=9), max_size=20), st.integers(1, 20))
def test_pieces_are_gathered(chunks: list[bytes], size: int) -> None:
    pieces = list(in_pieces(chunks, size))
    assert b"".join(pieces) == b"".join(chunks)
    assert all(len(piece) >= size for piece in pieces[:-1])


def test_a_prepared_message_cannot_change(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        message: PreparedMessage = spool.store([HEADER], "eml")
        with pytest.raises(AttributeError):
            message.size = 0  # type: ignore[misc]


MEMORY = """
import resource, sys
from pathlib import Path
from mailoscope_core.base.texts import Texts
from mailoscope_core.message.compose import Draft, compose
from mailoscope_core.message.eml import load_eml
from mailoscope_core.message.samples import make_sample
from mailoscope_core.message.spool import Spool

kind, folder = sys.argv[1], Path(sys.argv[2])
draft = Draft("alice@lab.test", ("bob@lab.test",), text="text")

def work(spool, attachment, size):
    if kind == "attachment":
        return compose(Draft("alice@lab.test", text="text", attachments=(attachment,)), spool)
    if kind == "eml":
        return load_eml(attachment, spool)
    return make_sample(f"large:{size}", spool, draft)

with Spool(folder / "spool") as spool:
    spool.drop(work(spool, folder / "small", 1))  # what is loaded once is loaded now
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = work(spool, folder / "large", 100).size
    print(size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts in KiB on Linux only")
@pytest.mark.parametrize("kind", ["attachment", "eml", "sample"])
def test_memory_does_not_grow_with_the_message(kind: str, tmp_path: Path) -> None:
    for name, megabytes in (("small", 1), ("large", 75)):
        with (tmp_path / name).open("wb") as file:
            for _ in range(megabytes):
                file.write((b"From: a@lab.test\n" + b"x" * 1007) * 1024)
    result = subprocess.run(
        [sys.executable, "-c", MEMORY, kind, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    size, grown = map(int, result.stdout.split())
    assert size >= 75 << 20
    assert grown < 4 * 1024, f"{grown} KiB more for {size} octets"
