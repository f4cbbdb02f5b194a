"""The history: quick to list, searched by what was said, deleted with undo."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.record import events
from mailoscope_core.record.log import SessionLog, load_session
from mailoscope_core.storage import history as module
from mailoscope_core.storage.history import SessionHistory, read_item

STARTED = datetime.datetime(2026, 11, 23, 10, 15, tzinfo=datetime.UTC)


@pytest.fixture
def history(tmp_path: Path) -> SessionHistory:
    return SessionHistory(tmp_path / "sessions")


def record(
    history: SessionHistory,
    *happened: events.KNOWN,
    host: str = "mail.lab.test",
    minutes: int = 0,
) -> Path:
    started = STARTED + datetime.timedelta(minutes=minutes)
    header = events.Header(
        schema=1,
        session=f"s-{minutes}",
        started=started.isoformat(),
        app="test",
        title=f"Lab {minutes}",
        settings={"host": host},
    )
    log = SessionLog(header, history.new_path(started, host))
    for event in happened:
        log.append(event)
    log.close()
    assert log.path is not None
    return log.path


def reply(text: str) -> events.ReplyReceived:
    return events.ReplyReceived(code=250, lines=(text,), raw=f"250 {text}\r\n")


def test_without_a_directory(history: SessionHistory) -> None:
    assert history.list() == ()
    assert list(history.search("x")) == []
    assert not history.directory.exists()


@pytest.mark.parametrize(
    ("host", "part"),
    [
        ("mail.example.com", "mail-example-com"),
        ("2001:db8::1", "2001-db8-1"),
        ("../../etc/passwd", "etc-passwd"),
        ("मेल", "host"),
        ("CON\0:*?", "con"),
        ("x" * 300, "x" * 60),
    ],
)
def test_names_of_files_are_safe_everywhere(history: SessionHistory, host: str, part: str) -> None:
    path = history.new_path(STARTED, host)
    assert path.parent == history.directory
    date, time, rest = path.name.split("-", 2)
    assert (date, time) == ("20261123", "101500")
    assert rest.rpartition("-")[0] == part
    assert path.name.endswith(".mailoscope.jsonl")
    assert history.new_path(STARTED, host) != path


def test_a_name_cannot_be_given_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        SessionHistory(tmp_path / "file").new_path(STARTED, "h")
    assert caught.value.code == "directory-unusable"


def test_sessions_are_listed_newest_first(history: SessionHistory) -> None:
    record(history, reply("one"), minutes=1)
    record(history, reply("two"), events.SessionFinished(outcome="refused", step="auth"), minutes=2)
    newest, oldest = history.list()
    assert (newest.title, newest.outcome, newest.last_step) == ("Lab 2", "refused", "auth")
    assert (newest.host, newest.session) == ("mail.lab.test", "s-2")
    assert (oldest.title, oldest.outcome) == ("Lab 1", ""), "killed before its end"
    assert oldest.problem is None


def test_a_long_session_is_not_read_whole(history: SessionHistory) -> None:
    filling = [reply("x" * 1000) for _ in range(300)]
    path = record(history, *filling, events.SessionFinished(outcome="done"))
    with path.open("r+b") as file:
        # Damage in the middle does not show, because it is not read.
        file.seek(path.stat().st_size // 2)
        file.write(b"\n\xff\n")
    assert read_item(path).outcome == "done"
    assert read_item(path).size == path.stat().st_size


def test_a_torn_last_line(history: SessionHistory) -> None:
    path = record(history, reply("one"))
    with path.open("ab") as file:
        file.write(b'{"seq":1,"at":')
    item = read_item(path)
    assert item.problem is None
    assert (item.title, item.outcome) == ("Lab 0", "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "session-file-not-one"),
        (b"hello\n", "session-file-not-one"),
        (b"[]\n", "session-file-not-one"),
        (b'{"type":"session","schema":1}\n', "session-file-not-one"),
        (b'{"type":"session","schema":99}\n', "session-file-newer"),
        (b"x" * 3_000_000, "session-file-not-one"),
    ],
)
def test_files_that_cannot_be_opened_are_listed_with_their_reason(
    history: SessionHistory, content: bytes, code: str
) -> None:
    path = history.new_path(STARTED, "h")
    path.write_bytes(content)
    [item] = history.list()
    assert item.problem is not None
    assert (item.path, item.problem.code) == (path, code)


def test_a_search_finds_what_was_said(history: SessionHistory) -> None:
    record(history, reply('queued as "ABC123"'), reply("नमस्ते"), minutes=1)
    record(history, reply("Queued as XYZ"), minutes=2)
    assert [hit.item.title for hit in history.search("QUEUED")] == ["Lab 2", "Lab 1"]
    [hit] = history.search('as "abc')
    assert (hit.line, hit.excerpt) == (2, 'queued as "ABC123"')
    assert [hit.line for hit in history.search("नमस्ते")] == [3]
    assert [hit.item.title for hit in history.search("lab 1")] == ["Lab 1"], "the header counts"
    assert list(history.search("   ")) == []
    assert list(history.search("none of this")) == []


@pytest.mark.parametrize("name", ["reply-received", "lines", "seq", "schema"])
def test_names_of_fields_are_not_found(history: SessionHistory, name: str) -> None:
    record(history, reply("one"))
    assert list(history.search(name)) == []


def test_a_code_is_found(history: SessionHistory) -> None:
    record(history, events.ReplyReceived(code=535))
    assert [hit.excerpt for hit in history.search("535")] == ["535"]


def test_many_hits_are_enough(history: SessionHistory) -> None:
    record(history, *[reply("same") for _ in range(50)], minutes=1)
    record(history, reply("same"), minutes=0)
    hits = list(history.search("same"))
    assert len(hits) == module.HITS_PER_SESSION + 1


def test_a_search_passes_over_damage(history: SessionHistory) -> None:
    path = record(history, reply("good one"))
    with path.open("ab") as file:
        file.write(b'{"torn": "good \xff\n[[[[\ngood\n')
    assert [hit.line for hit in history.search("good")] == [2]


def test_a_deletion_is_undone(history: SessionHistory) -> None:
    path = record(history, reply("one"))
    deleted = history.delete(path)
    assert history.list() == ()
    assert history.undo_delete(deleted).path == path
    assert load_session(path).header.title == "Lab 0"


def test_only_sessions_are_deleted(history: SessionHistory, tmp_path: Path) -> None:
    record(history, reply("one"))
    other = tmp_path / "other.mailoscope.jsonl"
    other.write_text("")
    for path in (other, history.directory / "none.mailoscope.jsonl"):
        with pytest.raises(UserError) as caught:
            history.delete(path)
        assert caught.value.code == "session-file-missing"
    assert other.exists()
