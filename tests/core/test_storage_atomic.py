"""Atomic writes, the directories they go to, and the trash that deletions come back from."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.storage.atomic import private_directory, write_atomic
from mailoscope_core.storage.directories import Directories
from mailoscope_core.storage.trash import KEPT_S, Trash

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "a.toml"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@posix
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.toml"
    write_atomic(path, b"one")
    path.chmod(0o644)
    write_atomic(path, b"two")
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    write_atomic(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mailoscope_core.storage.atomic.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "real.toml", tmp_path / "link.toml"
    write_atomic(real, b"old")
    link.symlink_to(real)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        private_directory(tmp_path / "file")
    with pytest.raises(UserError) as caught:
        Directories.make(tmp_path / "file" / "below")
    assert caught.value.code == "directory-unusable"


@posix
def test_an_existing_directory_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    before = mode(shared)
    private_directory(shared / "a" / "b")
    assert mode(shared) == before
    assert mode(shared / "a") == mode(shared / "a" / "b") == 0o700


def test_the_directories_of_this_user(isolated_home: Path) -> None:
    found = Directories.of_this_user({})
    for directory in (found.config, found.data, found.cache):
        assert directory.is_relative_to(isolated_home)
        assert not directory.exists(), "nothing is created before it is needed"
    assert len({found.profiles, found.preferences, found.history, found.spool}) == 4


def test_one_folder_for_all(tmp_path: Path) -> None:
    found = Directories.of_this_user({"MAILOSCOPE_HOME": str(tmp_path / "stick")})
    assert found == Directories.in_one_folder(tmp_path / "stick")
    made = Directories.make(found.history)
    assert made.is_dir()
    assert made.is_relative_to(tmp_path / "stick")


def test_a_relative_home_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        Directories.of_this_user({"MAILOSCOPE_HOME": "here"})
    assert caught.value.code == "home-not-absolute"
    assert caught.value.params["value"] == "here"


def test_what_was_deleted_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("content")
    trash = Trash(tmp_path / "trash")
    deleted = trash.take(file)
    assert not file.exists()
    assert trash.restore(deleted) == file
    assert file.read_text() == "content"


def test_a_new_file_of_that_name_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("old")
    trash = Trash(tmp_path / "trash")
    deleted = trash.take(file)
    file.write_text("new")
    with pytest.raises(UserError) as caught:
        trash.restore(deleted)
    assert caught.value.code == "undo-taken"
    assert file.read_text() == "new"


def test_the_trash_forgets_after_thirty_days(tmp_path: Path) -> None:
    now = 1_000_000_000.0
    trash = Trash(tmp_path / "trash", clock=lambda: now)
    for name in ("old", "new"):
        (tmp_path / name).write_text(name)
    old = trash.take(tmp_path / "old")
    now += KEPT_S + 1
    new = trash.take(tmp_path / "new")
    with pytest.raises(UserError) as caught:
        trash.restore(old)
    assert caught.value.code == "undo-failed"
    trash.restore(new)


def test_the_trash_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    trash = Trash(tmp_path / "trash")
    trash.empty()
    deleted = trash.take(tmp_path / "a")
    trash.empty()
    assert not deleted.kept.exists()


def test_what_is_not_there_cannot_be_deleted(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        Trash(tmp_path / "trash").take(tmp_path / "none")
    assert caught.value.code == "delete-failed"
