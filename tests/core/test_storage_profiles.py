"""Profiles: what is saved comes back, what cannot be read is named and never touched."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.storage import toml_file
from mailoscope_core.storage.migrations import PROFILE_STEPS, migrate, schema_version
from mailoscope_core.storage.profile import (
    SCHEMA_VERSION,
    IpFamily,
    Profile,
    Timeouts,
    TlsMode,
)
from mailoscope_core.storage.profile_file import decode_profile, encode_profile
from mailoscope_core.storage.profiles import ProfileStore

LAB = Profile(
    id="6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    name="Lab",
    host="mail.lab.test",
    port=465,
    tls=TlsMode.IMPLICIT,
    user="alice@lab.test",
    recipients=("bob@lab.test",),
)

# A file of each old version stays here for good; both mean `LAB`.
GOLDEN_0 = """\
id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
name = "Lab"
host = "mail.lab.test"
port = 465
security = "ssl"
user = "alice@lab.test"
recipient = "bob@lab.test"
"""
GOLDEN_1 = """\
schema_version = 1
id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
name = "Lab"
host = "mail.lab.test"
port = 465
tls = "implicit"
auth = true
user = "alice@lab.test"
recipients = [
    "bob@lab.test",
]
"""

texts = st.text(max_size=20)
seconds = st.floats(0.001, 3600)
profiles = st.builds(
    Profile,
    name=st.text(string.printable + "हिन्दी\u2028'\"\\", min_size=1, max_size=20).filter(str.strip),
    host=texts,
    port=st.integers(0, 70000),
    id=st.uuids().map(str),
    tls=st.sampled_from(TlsMode),
    family=st.sampled_from(IpFamily),
    server_name=texts,
    ca_file=texts,
    client_certificate=texts,
    ehlo_name=texts,
    auth=st.booleans(),
    mechanism=texts,
    user=texts,
    secret_kind=st.sampled_from(["password", "token"]),
    sender=texts,
    recipients=st.lists(texts, max_size=3).map(tuple),
    use_mx=st.booleans(),
    timeouts=st.builds(Timeouts, connect=seconds, command=seconds, final_dot=seconds),
    preset=texts,
    scenario=texts,
    notes=st.text(max_size=200),
)


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "profiles")


def refused(code: str, caught: pytest.ExceptionInfo[UserError]) -> dict[str, object]:
    """The parameters of the expected error, whose sentence must be there and complete."""
    assert caught.value.code == code
    sentence = Texts().error(caught.value)
    assert sentence != str(caught.value), "no sentence in errors.toml"
    assert "{" not in sentence
    return caught.value.params


@given(profiles)
def test_what_is_saved_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, profile: Profile
) -> None:
    store = ProfileStore(tmp_path_factory.mktemp("profiles"))
    saved = store.save(profile)
    assert saved == msgspec.structs.replace(profile, name=profile.name.strip())
    assert store.load(profile.id) == saved
    assert store.list() == (saved,)
    assert store.problems == ()


@given(profiles)
def test_what_is_exported_is_imported_the_same(
    tmp_path_factory: pytest.TempPathFactory, profile: Profile
) -> None:
    folder = tmp_path_factory.mktemp("profiles")
    profile = msgspec.structs.replace(profile, name=profile.name.strip())
    ProfileStore(folder / "here").export(profile, folder / "export.toml")
    assert ProfileStore(folder / "there").import_(folder / "export.toml") == (profile,)


def test_the_file_of_this_version() -> None:
    assert encode_profile(LAB).decode() == GOLDEN_1


@pytest.mark.parametrize("golden", [GOLDEN_0, GOLDEN_1])
def test_each_old_version_is_understood(golden: str) -> None:
    assert decode_profile(golden, Path("lab.toml")) == LAB


def test_there_is_a_step_for_each_version() -> None:
    assert sorted(PROFILE_STEPS) == list(range(SCHEMA_VERSION))


def test_a_migration_leaves_its_input_alone() -> None:
    table: dict[str, Any] = {"security": "none", "recipient": ""}
    assert migrate(table, PROFILE_STEPS, 1) == {
        "tls": "none",
        "recipients": [],
        "schema_version": 1,
    }
    assert table == {"security": "none", "recipient": ""}


@pytest.mark.parametrize("version", ["one", True, -1, 1.5])
def test_a_version_that_is_none(version: object) -> None:
    with pytest.raises(ValueError, match="schema_version"):
        schema_version({"schema_version": version})


def test_profiles_are_sorted_by_name(store: ProfileStore) -> None:
    for name in ("beta", "Alpha", "gamma"):
        store.save(Profile(name=name, host="h"))
    assert [each.name for each in store.list()] == ["Alpha", "beta", "gamma"]


def test_a_profile_is_found_by_name_or_id(store: ProfileStore) -> None:
    saved = store.save(LAB)
    for name in ("Lab", " lab ", LAB.id):
        assert store.find(name) == saved
    with pytest.raises(UserError) as caught:
        store.find("none")
    assert refused("profile-not-found", caught)["name"] == "none"


def test_names_are_unique_without_regard_to_case(store: ProfileStore) -> None:
    store.save(LAB)
    with pytest.raises(UserError) as caught:
        store.save(Profile(name="LAB", host="h"))
    refused("profile-name-taken", caught)
    store.save(msgspec.structs.replace(LAB, name="LAB"))


def test_a_profile_needs_a_name(store: ProfileStore) -> None:
    with pytest.raises(UserError) as caught:
        store.save(Profile(name="  ", host="h"))
    refused("profile-name-missing", caught)


def test_a_profile_that_could_not_be_read_back_is_not_saved(store: ProfileStore) -> None:
    store.save(LAB)
    for wrong in ({"port": "587"}, {"user": "\ud800"}):
        with pytest.raises(UserError) as caught:
            store.save(msgspec.structs.replace(LAB, **wrong))
        refused("profile-field", caught)
    assert store.load(LAB.id) == LAB


def test_duplicates_and_new_names(store: ProfileStore) -> None:
    store.save(LAB)
    copy = store.duplicate(LAB.id)
    assert (copy.name, copy.host) == ("Lab 2", LAB.host)
    assert copy.id != LAB.id
    assert store.duplicate(LAB.id).name == "Lab 3"
    assert store.rename(copy.id, "Other").id == copy.id
    assert [each.name for each in store.list()] == ["Lab", "Lab 3", "Other"]


def test_a_deletion_is_undone(store: ProfileStore) -> None:
    store.save(LAB)
    deleted = store.delete(LAB.id)
    assert store.list() == ()
    assert store.undo_delete(deleted) == LAB
    assert store.list() == (LAB,)


def test_the_name_was_taken_meanwhile(store: ProfileStore) -> None:
    store.save(LAB)
    deleted = store.delete(LAB.id)
    store.save(Profile(name="lab", host="other"))
    assert store.undo_delete(deleted).name == "Lab 2"
    assert len(store.list()) == 2


def test_what_is_not_there(store: ProfileStore) -> None:
    for act in (store.load, store.delete, store.duplicate):
        with pytest.raises(UserError) as caught:
            act(LAB.id)
        refused("profile-missing", caught)
    with pytest.raises(UserError) as caught:
        store.load("../../etc/passwd")
    refused("profile-not-found", caught)


NEWER = GOLDEN_1.replace("schema_version = 1", "schema_version = 99") + 'colour = "blue"\n'


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (NEWER, "profile-newer", {"version": 99, "known": SCHEMA_VERSION}),
        (GOLDEN_1.replace('"Lab"', '"Lab'), "profile-damaged", {"line": 3}),
        (GOLDEN_1 + "notes = [1,", "profile-damaged", {"line": 12}),
        (GOLDEN_1.replace("465", '"465"'), "profile-field", {"field": "port", "line": 5}),
        (GOLDEN_1.replace("implicit", "ssl"), "profile-field", {"field": "tls", "line": 6}),
        (GOLDEN_1.replace('host = "mail.lab.test"\n', ""), "profile-field", {"field": "host"}),
        (GOLDEN_1.replace("user =", "usr ="), "profile-unknown-field", {"field": "usr", "line": 8}),
        (GOLDEN_1 + "[timeouts]\nconect = 1\n", "profile-unknown-field", {"line": 13}),
        (GOLDEN_1 + "[timeouts]\ncommand = 'x'\n", "profile-field", {"line": 13}),
        (GOLDEN_1.replace("= 1", "= 'x'"), "profile-field", {"field": "schema_version"}),
        (GOLDEN_1.replace("6ba7", "../x"), "profile-field", {"field": "id", "line": 2}),
        (GOLDEN_1.replace("6ba7b810", "00000000"), "profile-copied", {}),
    ],
)
def test_what_cannot_be_read_is_named_and_left_alone(
    store: ProfileStore, content: str, code: str, params: dict[str, object]
) -> None:
    good = store.save(Profile(name="Good", host="h"))
    path = store.directory / f"{LAB.id}.toml"
    path.write_text(content, encoding="utf-8")
    assert store.list() == (good,)
    [problem] = store.problems
    assert problem.code == code
    assert problem.params["path"] == path
    assert {name: problem.params[name] for name in params} == params
    with pytest.raises(UserError) as caught:
        store.load(LAB.id)
    refused(code, caught)
    assert path.read_text(encoding="utf-8") == content


def test_a_file_that_is_no_text(store: ProfileStore) -> None:
    store.save(LAB)
    path = store.directory / f"{LAB.id}.toml"
    path.write_bytes(b'name = "x"\nhost = "\xff"\n')
    with pytest.raises(UserError) as caught:
        store.load(LAB.id)
    assert refused("profile-damaged", caught)["line"] == 2
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError) as caught:
        store.load(LAB.id)
    refused("profile-unreadable", caught)


def test_a_newer_file_is_not_replaced(store: ProfileStore) -> None:
    store.save(LAB)
    path = store.directory / f"{LAB.id}.toml"
    path.write_text(NEWER, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        store.save(LAB)
    refused("profile-newer", caught)
    assert path.read_text(encoding="utf-8") == NEWER


def test_a_damaged_file_that_is_replaced_goes_to_the_trash(store: ProfileStore) -> None:
    store.save(LAB)
    path = store.directory / f"{LAB.id}.toml"
    path.write_text("damaged = ", encoding="utf-8")
    store.save(LAB)
    assert store.load(LAB.id) == LAB
    [kept] = store.trash.directory.iterdir()
    assert kept.read_text(encoding="utf-8") == "damaged = "


def test_an_import_keeps_what_is_there(store: ProfileStore, tmp_path: Path) -> None:
    store.save(LAB)
    other = store.save(Profile(name="Other", host="h"))
    store.export(store.list(), tmp_path / "all.toml")
    imported = store.import_(tmp_path / "all.toml")
    assert [each.name for each in imported] == ["Lab 2", "Other 2"]
    assert not {each.id for each in imported} & {LAB.id, other.id}
    assert len(store.list()) == 4
    assert msgspec.structs.replace(imported[0], id=LAB.id, name="Lab") == LAB


def test_a_single_file_is_imported_as_well(store: ProfileStore, tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(GOLDEN_0, encoding="utf-8")
    assert store.import_(tmp_path / "old.toml") == (LAB,)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "profile-none"),
        ("schema_version = 1\nprofile = []\n", "profile-none"),
        ("schema_version = 1\nprofile = [1]\n", "profile-none"),
        ("schema_version = 'x'\nprofile = [{}]\n", "profile-none"),
        ("schema_version = 2\n[[profile]]\n", "profile-newer"),
        ("[[profile]]\nname = 'x'\n", "profile-field"),
        ("[[profile]\n", "profile-damaged"),
        (f"{NEWER}", "profile-newer"),
    ],
)
def test_an_import_is_all_or_nothing(
    store: ProfileStore, tmp_path: Path, content: str, code: str
) -> None:
    file = tmp_path / "import.toml"
    if content.startswith("[[profile]]"):
        content = '[[profile]]\nname = "Good"\nhost = "h"\n' + content
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        store.import_(file)
    assert refused(code, caught)["path"] == file
    assert store.list() == ()


def test_the_way_in_and_out_is_blocked(store: ProfileStore, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        store.import_(tmp_path / "none.toml")
    refused("profile-missing", caught)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        store.export(LAB, tmp_path / "file" / "export.toml")
    refused("profile-unwritable", caught)
    with pytest.raises(UserError) as caught:
        ProfileStore(tmp_path / "file").save(LAB)
    refused("profile-unwritable", caught)


def test_nothing_secret_can_be_in_a_profile() -> None:
    fields = {field.name for field in msgspec.structs.fields(Profile)}
    assert not {name for name in fields if "password" in name or name in ("secret", "token")}


@pytest.mark.parametrize(
    ("text", "field", "line"),
    [("a = 1\nport = 2", "port", 2), ("a = 1", "b", 0), ("\n x=[\n]", "$.x[0]", 2), ("", "", 0)],
)
def test_the_line_of_a_field(text: str, field: str, line: int) -> None:
    assert toml_file.line_of(text, field) == line
