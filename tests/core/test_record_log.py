"""The log: what was shown is on disk, what was saved comes back, damage is told, never guessed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.record import events
from mailoscope_core.record.log import SessionLog, encode_entry, load_session, save_session
from mailoscope_core.record.schema import line_schema
from tests.checkout import ROOT

HEADER = events.Header(schema=1, session="s-1", started="2026-11-23T10:00:00+05:30", app="test")

texts = st.text(max_size=30)
some_events = st.one_of(
    st.builds(
        events.ReplyReceived,
        code=st.none() | st.integers(0, 999),
        lines=st.lists(texts, max_size=3).map(tuple),
        raw=st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")),
        defects=st.lists(st.sampled_from(["bare-lf", "nul"])).map(tuple),
        unsolicited=st.booleans(),
        ms=st.floats(0, 1e6),
    ),
    st.builds(events.LineSent, verb=texts, text=texts, size=st.integers(0, 1000)),
    st.builds(events.Surprise, rule=texts, params=st.dictionaries(texts, texts, max_size=3)),
    st.builds(events.Paused, why=st.sampled_from(["start", "step", "end"])),
    st.builds(
        events.TlsFailed, kind=texts, first_bytes=texts, verify_code=st.none() | st.integers(0, 99)
    ),
)


@given(st.lists(some_events, max_size=8))
def test_what_is_saved_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, happened: list[events.KNOWN]
) -> None:
    path = tmp_path_factory.mktemp("log") / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    for event in happened:
        log.append(event)
    log.close()
    loaded = load_session(path)
    assert loaded.header == HEADER
    assert list(loaded.entries) == list(log)
    again = path.with_name("again.mailoscope.jsonl")
    save_session(again, loaded.header, loaded.entries)
    assert again.read_bytes() == path.read_bytes()


def test_raw_bytes_are_found_in_the_file_by_a_plain_search(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    log.append(events.ReplyReceived(code=250, raw="250 2.0.0 Ok: queued as 4F2\xe9\r\n"))
    assert "250 2.0.0 Ok: queued as 4F2é" in path.read_text(encoding="utf-8")


def test_an_entry_is_on_disk_before_a_subscriber_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    seen: list[int] = []
    stop = log.subscribe(lambda entry: seen.append(len(path.read_bytes().splitlines())))
    log.append(events.Resumed())
    log.append(events.Resumed())
    stop()
    log.append(events.Resumed())
    assert seen == [2, 3]


def test_a_killed_process_loses_nothing_it_has_shown(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from mailoscope_core.record import events\n"
        "from mailoscope_core.record.log import SessionLog\n"
        "header = events.Header(schema=1, session='s', started='t', app='a')\n"
        "log = SessionLog(header, Path(sys.argv[1]))\n"
        "for n in range(50):\n"
        "    log.append(events.Surprise(rule=f'r{n}'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -9
    rules = [entry.event.rule for entry in load_session(path).entries]  # type: ignore[union-attr]
    assert rules == [f"r{n}" for n in range(50)]


def test_a_torn_last_line_is_dropped_and_told(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    log.append(events.Resumed())
    log.append(events.Surprise(rule="whole"))
    log.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    entries = load_session(path).entries
    assert entries[0].event == events.Resumed()
    assert isinstance(entries[1].event, events.TornLine)
    assert len(entries) == 2


def test_an_event_of_a_newer_version_is_kept_word_for_word(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    log.close()
    strange = '{"seq":0,"at":0.5,"attempt":1,"event":{"type":"telepathy","thought":"हाँ"}}\n'
    path.write_text(path.read_text() + strange, encoding="utf-8")
    loaded = load_session(path)
    assert isinstance(loaded.entries[0].event, events.UnknownEvent)
    assert encode_entry(loaded.entries[0]).decode() == strange


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "session-file-not-one"),
        (b"hello\n", "session-file-not-one"),
        (b"\xff\xfe\x00\n", "session-file-not-one"),
        (b'{"schema": 1}\n', "session-file-not-one"),
        (b"[1]\n", "session-file-not-one"),
        (b'{"type":"session","schema":99,"session":"s"}\n', "session-file-newer"),
        (b'{"type":"session","schema":1,"session":5}\n', "session-file-damaged"),
        (
            b'{"type":"session","schema":1,"session":"s","started":"t","app":"a"}\n{oops\n{}\n',
            "session-file-damaged",
        ),
    ],
)
def test_a_file_that_is_no_session_is_refused_with_one_sentence(
    tmp_path: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        load_session(path)
    assert refused.value.code == code
    assert path.read_bytes() == content


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="session-file-missing"):
        load_session(tmp_path / "none")


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    path.write_text("mine")
    with pytest.raises(UserError, match="session-file-exists"):
        SessionLog(HEADER, path)
    assert path.read_text() == "mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_event_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr(log, "_file", full)
    log.append(events.Resumed())
    log.append(events.Resumed())
    kinds = [type(entry.event) for entry in log]
    assert kinds == [events.Resumed, events.RecordTrouble, events.Resumed]


def test_secrets_learned_are_masked_in_later_entries(tmp_path: Path) -> None:
    path = tmp_path / "s.mailoscope.jsonl"
    log = SessionLog(HEADER, path)
    log.redactor.learn("open-sesame-1")
    log.append(events.Surprise(rule="x", params={"detail": "said open-sesame-1"}))
    assert "sesame" not in path.read_text()


def test_the_schema_in_the_resources_is_the_one_of_the_code() -> None:
    stored = ROOT / "resources/mailoscope_resources/schema/session-line.schema.json"
    assert json.loads(stored.read_text()) == json.loads(json.dumps(line_schema()))


def test_every_event_has_its_own_tag() -> None:
    tags = [kind.__struct_config__.tag for kind in events.KNOWN.__args__]
    assert len(set(tags)) == len(tags)
    assert all(isinstance(tag, str) and tag == tag.lower() for tag in tags)
    assert msgspec.json.decode(msgspec.json.encode(events.Resumed()))["type"] == "resumed"
