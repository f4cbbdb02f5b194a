"""Preferences: forgiving on damage, careful with what a newer version wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.storage.profile import Timeouts
from mailoscope_core.storage.settings import LoadedPreferences, Preferences, PreferencesStore

LIKED = Preferences(language="hi", theme="dark", keep_history=False, geometry="AAA=")


@pytest.fixture
def store(tmp_path: Path) -> PreferencesStore:
    return PreferencesStore(tmp_path / "config" / "preferences.toml")


def test_without_a_file(store: PreferencesStore) -> None:
    assert store.load() == LoadedPreferences(Preferences())
    assert not store.path.exists()


@given(
    st.builds(
        Preferences,
        language=st.sampled_from(["", "en", "hi"]),
        theme=st.sampled_from(["system", "light", "dark"]),
        keep_history=st.booleans(),
        timeouts=st.builds(Timeouts, connect=st.floats(1, 100)),
        geometry=st.text(max_size=50),
    )
)
def test_what_is_saved_comes_back(
    tmp_path_factory: pytest.TempPathFactory, liked: Preferences
) -> None:
    store = PreferencesStore(tmp_path_factory.mktemp("config") / "preferences.toml")
    store.save(liked)
    assert store.load() == LoadedPreferences(liked)


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        (b"language = 'hi\n", 1, Preferences()),
        (b"language = 'hi'\ntheme = 'pink'\n", 2, Preferences(language="hi")),
        (b"language = 'hi'\n[timeouts]\ncommand = 'x'\n", 0, Preferences(language="hi")),
        (b"\xff\xfe", 1, Preferences()),
        (b"\0\0\0", 1, Preferences()),
    ],
)
def test_damage_costs_only_what_is_damaged(
    store: PreferencesStore, content: bytes, line: int, expected: Preferences
) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    loaded = store.load()
    assert loaded.preferences == expected
    assert loaded.problem is not None
    assert loaded.problem.code == "preferences-damaged"
    assert loaded.problem.params["line"] == line
    backup = Path(str(loaded.problem.params["backup"]))
    assert backup.read_bytes() == content
    assert str(backup) in Texts().error(loaded.problem)
    store.save(LIKED)
    assert store.load() == LoadedPreferences(LIKED)
    assert backup.read_bytes() == content


def test_a_newer_file_is_left_alone(store: PreferencesStore) -> None:
    content = "schema_version = 9\ntheme = 'dark'\nlanguage = ['hi']\n"
    store.path.parent.mkdir()
    store.path.write_text(content)
    loaded = store.load()
    assert loaded.preferences == Preferences(theme="dark")
    assert loaded.problem is not None
    assert loaded.problem.code == "preferences-newer"
    with pytest.raises(UserError) as caught:
        store.save(LIKED)
    assert "newer" in Texts().error(caught.value)
    assert store.path.read_text() == content


def test_a_directory_in_the_way(store: PreferencesStore) -> None:
    store.path.mkdir(parents=True)
    loaded = store.load()
    assert loaded.preferences == Preferences()
    assert loaded.problem is not None
    assert loaded.problem.code == "preferences-unreadable"
    with pytest.raises(UserError) as caught:
        store.save(LIKED)
    assert caught.value.code == "preferences-unwritable"
