"""What the packages are made from: recipes of three platforms, entries, icons, notices."""

from __future__ import annotations

import configparser
import importlib.metadata
import os
import plistlib
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from PySide6.QtGui import QImage

from mailoscope_core import __version__
from tests.checkout import ROOT

PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"


@pytest.fixture(autouse=True)
def _tools_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The scripts of packaging/ import each other, as they do when one of them is run."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "") == str(PACKAGING / f"{name}.py"):
            del sys.modules[name]


# --- the bundle -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6/Qt/lib/libicudata.so.73",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6\\Qt6Widgets.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/lib/QtGui.framework/Versions/A/QtGui",
        "PySide6/QtSvg.abi3.so",
        "libpyside6.abi3.so.6.11",
        "libpython3.11.so.1.0",
        "libbz2.so.1.0",
        "libxcb-cursor.so.0",
        "mailoscope_resources/locale/hi/LC_MESSAGES/knowledge.mo",
        "keyring-25.7.0.dist-info/entry_points.txt",
        "keyring-25.7.0.dist-info/METADATA",
    ],
)
def test_what_is_used_stays(name: str) -> None:
    import bundle_contents

    assert bundle_contents.wanted(name)


@pytest.mark.parametrize(
    "name",
    [
        "libQt6Network.so.6",
        "PySide6/Qt/lib/libQt6Qml.so.6",
        "PySide6\\Qt6Quick.dll",
        "PySide6/Qt/lib/QtQuick.framework/Versions/A/QtQuick",
        "PySide6\\opengl32sw.dll",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "libgtk-3.so.0",
        "libglib-2.0.so.0",
        "libstdc++.so.6",
        "mailoscope-0.1.0.dist-info/direct_url.json",
        "PySide6_Essentials-6.11.3.dist-info/RECORD",
    ],
)
def test_what_is_not_used_goes(name: str) -> None:
    import bundle_contents

    assert not bundle_contents.wanted(name)


class Recipe:
    """Runs the spec as PyInstaller would, and notes what it asks for."""

    def __init__(self, platform: str, monkeypatch: pytest.MonkeyPatch, work: Path) -> None:
        self.programs: dict[str, dict[str, Any]] = {}
        self.apps: list[dict[str, Any]] = []
        self.analysis: dict[str, Any] = {}
        hooks = types.ModuleType("PyInstaller.utils.hooks")
        hooks.collect_submodules = lambda name: [name, f"{name}.part"]  # type: ignore[attr-defined]
        hooks.collect_data_files = lambda name: [(name, name)]  # type: ignore[attr-defined]
        hooks.copy_metadata = lambda name, recursive: [(name, name)]  # type: ignore[attr-defined]
        for name in ("PyInstaller", "PyInstaller.utils"):
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)
        monkeypatch.setattr(sys, "platform", platform)
        spec = PACKAGING / "mailoscope.spec"
        names = {
            "SPECPATH": str(PACKAGING),
            "workpath": str(work / "mailoscope"),
            "Analysis": self._analyse,
            "PYZ": lambda modules, name: tuple(modules),
            "EXE": self._program,
            "COLLECT": lambda *parts, **options: parts,
            "BUNDLE": lambda folder, **options: self.apps.append(options),
        }
        exec(compile(spec.read_text(encoding="utf-8"), str(spec), "exec"), names)

    def _analyse(self, scripts: list[str], **options: Any) -> types.SimpleNamespace:
        self.analysis = {"scripts": scripts, **options}
        entry = ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", "", "BINARY")
        modules = [(name, "", "PYMODULE") for name in ("mailoscope_core", "mailoscope_gui.app")]
        ours = [(Path(script).stem, script, "PYSOURCE") for script in scripts]
        first = ("pyiboot01_bootstrap", "", "PYSOURCE")
        return types.SimpleNamespace(
            binaries=[entry], datas=[], pure=modules, scripts=[first, *ours]
        )

    def _program(self, modules: Any, scripts: Any, *, name: str, **options: Any) -> str:
        self.programs[name] = {"modules": modules, "scripts": scripts, **options}
        return name


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_the_recipe_works_on_each_platform(
    platform: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recipe = Recipe(platform, monkeypatch, tmp_path)
    monkeypatch.undo()
    assert {"keyring.backends.part", "mailoscope_core.part"} <= set(
        recipe.analysis["hiddenimports"]
    )
    assert all(Path(script).is_file() for script in recipe.analysis["scripts"])
    assert all(Path(hook).is_file() for hook in recipe.analysis["runtime_hooks"])
    window, terminal = recipe.programs["mailoscope"], recipe.programs["mailoscope-cli"]
    assert (window["console"], terminal["console"]) == (False, True)
    assert [name for name, _, _ in window["scripts"]] == ["pyiboot01_bootstrap", "mailoscope"]
    assert [name for name, _, _ in terminal["scripts"]][1:] == ["mailoscope_cli"]
    assert [name for name, _, _ in terminal["modules"]] == ["mailoscope_core"]
    assert ("version" in window) == (platform == "win32")
    if platform == "darwin":
        assert Path(window["entitlements_file"]).is_file()
        [app] = recipe.apps
        assert app["version"] == __version__
        assert plistlib.loads(plistlib.dumps(app["info_plist"]))["CFBundleVersion"] == __version__
    else:
        assert not recipe.apps


def test_programs_that_the_bundle_starts_do_not_find_its_libraries() -> None:
    hook = PACKAGING / "restore_library_path.py"
    shown = (
        "import os; print(os.environ.get('LD_LIBRARY_PATH'), 'LD_LIBRARY_PATH_ORIG' in os.environ)"
    )
    for before, after in (({}, "None"), ({"LD_LIBRARY_PATH_ORIG": "/opt/own"}, "/opt/own")):
        environment = {**os.environ, "LD_LIBRARY_PATH": "/bundle", **before}
        said = subprocess.run(
            [sys.executable, "-c", f"exec(open({str(hook)!r}).read()); {shown}"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.split() == [after, "False"]


def test_the_version_resource_of_windows() -> None:
    import make_bundle

    text = make_bundle.version_info("1.2.3")
    assert "filevers=(1, 2, 3, 0)" in text
    assert "StringStruct('ProductVersion', '1.2.3')" in text
    compile(text, "version.txt", "eval")


# --- notices --------------------------------------------------------------------------------------


def toc(work: Path, *sources: Path) -> None:
    entries = [(source.name, str(source), "BINARY") for source in sources]
    work.mkdir()
    (work / "COLLECT-00.toc").write_text(repr((entries,)), encoding="utf-8")


def file_of(distribution: str, name: str) -> Path:
    files = importlib.metadata.files(distribution) or []
    [found] = [file for file in files if file.name == name and "dist-info" not in str(file)]
    return Path(str(found.locate()))


def test_each_origin_brings_its_licence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import notices

    # PyInstaller is not among the tools of `make test`.
    distribution = importlib.metadata.distribution
    monkeypatch.setattr(
        importlib.metadata,
        "distribution",
        lambda name: distribution("keyring" if name == "pyinstaller" else name),
    )
    toc(tmp_path / "work", file_of("msgspec", "_utils.py"), file_of("jeepney", "auth.py"))
    found = notices.write_notices(tmp_path / "licences", tmp_path / "work", "_internal/")
    names = {component.name for component in found}
    assert {"msgspec", "jeepney", "Python"} <= names
    for component in found:
        texts = list((tmp_path / "licences" / component.folder).iterdir())
        assert sum(text.stat().st_size for text in texts) > 500
        assert component.name in (tmp_path / "licences" / "README.txt").read_text("utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="only there each file is somebody's")
def test_a_file_of_nobody_stops_the_build(tmp_path: Path) -> None:
    import notices

    stranger = tmp_path / "libstrange.so"
    stranger.touch()
    toc(tmp_path / "work", stranger)
    with pytest.raises(notices.UnknownOrigin, match=r"libstrange\.so"):
        notices.components(tmp_path / "work")


def test_qt_comes_with_the_licence_and_the_way_to_replace_it() -> None:
    import notices

    component = notices._of_distribution("PySide6_Essentials")
    texts = {text.name for text in component.texts}
    assert {"LGPL-3.0.txt", "GPL-3.0.txt", "qt-third-party.txt"} <= texts
    note = component.note.format(version=component.version, folder="_internal/")
    assert "_internal/PySide6" in note
    assert component.version in note
    assert "replace" in note


# --- icons, entries, kinds of files ---------------------------------------------------------------


def test_the_icons(tmp_path: Path) -> None:
    import make_icons

    make_icons.write_icons(tmp_path)
    for size in make_icons.SIZES:
        picture = QImage(str(tmp_path / f"mailoscope-{size}.png"))
        assert (picture.width(), picture.height()) == (size, size)
        # Rounded corners let the desktop through, the middle does not.
        assert picture.pixelColor(0, 0).alpha() == 0
        assert picture.pixelColor(size // 2, size // 2).alpha() == 255
    for name in ("mailoscope.ico", "mailoscope.icns"):
        assert not QImage(str(tmp_path / name)).isNull(), name


def entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(LINUX / "mailoscope.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def test_the_entry_opens_a_session_file() -> None:
    from mailoscope_gui.app import NAME
    from mailoscope_gui.options import parse

    command, field = entry()["Exec"].split()
    assert field == "%f"
    scripts = importlib.metadata.entry_points(group="gui_scripts")
    assert command in {script.name for script in scripts}
    assert parse(["a b.mailoscope.jsonl"]).session == Path("a b.mailoscope.jsonl")
    # By these the desktop knows whose window it is.
    assert entry()["StartupWMClass"] == entry()["Icon"] == NAME


def test_one_kind_of_file_everywhere() -> None:
    from mailoscope_core.storage import history

    [kind] = entry()["MimeType"].rstrip(";").split(";")
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    tree = ElementTree.parse(LINUX / "mailoscope.mime.xml")
    [described] = tree.findall("m:mime-type", space)
    assert described.get("type") == kind
    glob = described.find("m:glob", space)
    assert glob is not None
    assert glob.get("pattern") == "*.mailoscope.jsonl"
    assert ".mailoscope.jsonl" in Path(history.__file__).read_text(encoding="utf-8")
    import bundle_contents
    import linux_files

    metainfo = ElementTree.fromstring(
        linux_files.metainfo_text(linux_files.moment_of_build().date())
    )
    assert metainfo.findtext("provides/mediatype") == kind
    assert bundle_contents.SESSION_SUFFIX == "mailoscope.jsonl"


def test_the_metainfo_names_this_release_and_shows_pictures() -> None:
    import linux_files

    text = linux_files.metainfo_text(linux_files.moment_of_build().date())
    assert "@" not in text.replace("<!-- The words in @SIGNS@", "")
    metainfo = ElementTree.fromstring(text)
    release = metainfo.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    pictures = metainfo.findall("screenshots/screenshot/image")
    assert len(pictures) == 2
    for picture in pictures:
        file = PACKAGING / "screenshots" / str(picture.text).rpartition("/")[2]
        shown = QImage(str(file))
        assert (str(shown.width()), str(shown.height())) == (
            picture.get("width"),
            picture.get("height"),
        )


@pytest.mark.parametrize("tool", ["desktop-file-validate", "appstreamcli"])
def test_the_desktop_takes_them(tool: str, tmp_path: Path) -> None:
    import linux_files

    if shutil.which(tool) is None:
        pytest.skip(f"{tool} comes with `make package`, which calls it as well")
    icons = tmp_path / "icons"
    import make_icons

    make_icons.write_icons(icons)
    linux_files.write_share(tmp_path / "share", icons, linux_files.moment_of_build())
    linux_files.validate(tmp_path / "share")


# --- the recipes that run elsewhere ---------------------------------------------------------------


def test_the_documents_of_macos_parse() -> None:
    rights = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert set(rights.values()) == {True}


def test_the_installer_for_windows_installs_for_one_user_what_the_recipe_builds() -> None:
    text = (PACKAGING / "windows" / "mailoscope.iss").read_text(encoding="utf-8")
    assert "PrivilegesRequired=lowest" in text
    roots = re.findall(r"^Root: (\w+);", text, re.MULTILINE)
    assert set(roots) == {"HKCU"}
    assert r"{#Root}\dist\mailoscope\*" in text
    assert r'""{app}\mailoscope.exe"" ""%1""' in text


def test_the_workflow_calls_what_there_is() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/packages.yml").read_text(encoding="utf-8"))
    triggers = workflow[True]  # YAML takes the key `on` for a truth value
    assert triggers["schedule"]
    assert set(workflow["jobs"]) == {"linux", "windows", "macos"}
    for name, job in workflow["jobs"].items():
        steps = job["steps"]
        commands = "\n".join(step.get("run", "") for step in steps)
        assert any("upload-artifact" in step.get("uses", "") for step in steps), name
        assert ("make test-package" if name == "linux" else "make_bundle.py") in commands
        for file in re.findall(r"packaging[/\\][\w./\\]+\w", commands):
            assert (ROOT / file.replace("\\", "/")).is_file(), file


# --- Debian ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "sorted_by_debian"),
    [("1.2.3", "1.2.3"), ("1.2.0.dev0", "1.2.0~dev0"), ("1.2.0rc1", "1.2.0~rc1")],
)
def test_what_comes_before_a_release_is_replaced_by_it(version: str, sorted_by_debian: str) -> None:
    import debian_package

    assert debian_package.debian_version(version) == sorted_by_debian


def test_the_control_file() -> None:
    import debian_package

    text = debian_package.control("libc6 (>= 2.35)", 1234)
    fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(" "))
    assert fields["Version"] == debian_package.debian_version(__version__)
    assert fields["Depends"] == "libc6 (>= 2.35)"
    assert fields["Installed-Size"] == "1234"
    description = text.partition("Description: ")[2].splitlines()
    assert len(description[0]) <= 80
    assert all(line.startswith(" ") and len(line) <= 80 for line in description[1:])
    assert text.endswith("\n")


# --- when CI builds packages ----------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with the script that decides, and one commit."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "package-changed", tmp_path / ".ci" / "package-changed")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "packaging/setup.sh")
    return tmp_path


def git(clone: Path, *command: str) -> None:
    named = ["-c", "user.name=nobody", "-c", "user.email=nobody@lab.test"]
    subprocess.run(["git", *named, *command], cwd=clone, check=True, capture_output=True)


def commit(clone: Path, name: str) -> None:
    file = clone / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as sink:
        sink.write("more\n")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", name)


def changed(clone: Path, **variables: str) -> bool:
    environment = {name: value for name, value in os.environ.items() if name != "CI_BASE"}
    bash = shutil.which("bash")
    assert bash is not None
    result = subprocess.run(
        [bash, ".ci/package-changed"], cwd=clone, env={**environment, **variables}, check=False
    )
    assert result.returncode in (0, 1)
    return result.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for Debian")
class TestWhenPackagesAreProved:
    def test_since_a_base_that_is_said(self, clone: Path) -> None:
        commit(clone, "core/module.py")
        assert not changed(clone, CI_BASE="HEAD~1")
        commit(clone, "uv.lock")
        assert changed(clone, CI_BASE="HEAD~1")

    def test_since_the_main_branch_upstream(self, clone: Path) -> None:
        git(clone, "update-ref", "refs/remotes/origin/main", "HEAD")
        commit(clone, "core/module.py")
        assert not changed(clone)
        commit(clone, "packaging/make_bundle.py")
        assert changed(clone)

    def test_a_merge_counts_with_all_that_it_brought(self, clone: Path) -> None:
        git(clone, "checkout", "--quiet", "-b", "topic")
        commit(clone, "core/module.py")
        git(clone, "checkout", "--quiet", "main")
        git(clone, "merge", "--quiet", "--no-ff", "topic")
        assert not changed(clone)
        git(clone, "checkout", "--quiet", "topic")
        commit(clone, "pyproject.toml")
        git(clone, "checkout", "--quiet", "main")
        git(clone, "merge", "--quiet", "--no-ff", "topic")
        assert changed(clone)

    def test_a_clone_without_upstream_looks_at_the_last_commits(self, clone: Path) -> None:
        for _ in range(19):
            commit(clone, "core/module.py")
        assert changed(clone)  # the first commit is the twentieth
        commit(clone, "core/module.py")
        assert not changed(clone)
