"""Builds the folder with both programs and all they need: `python packaging/make_bundle.py`.

Runs in an environment that holds Mailoscope and PyInstaller (`environment.sh package` makes it).
The folder is dist/mailoscope; on macOS there is dist/Mailoscope.app as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bundle_contents import NAME, TITLE
from make_icons import write_icons
from notices import write_notices

from mailoscope_core import __version__

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bundle"
DIST = ROOT / "dist"
INTERNAL = "_internal/"

# What the properties of a program on Windows show.
_VERSION_INFO = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      StringStruct('ProductName', '{title}'),
      StringStruct('FileDescription', '{title}'),
      StringStruct('ProductVersion', '{version}'),
      StringStruct('FileVersion', '{version}'),
    ])]),
    VarFileInfo([VarStruct('Translation', [1033, 1200])]),
  ],
)
"""


def build() -> Path:
    """Build the folder and return it."""
    shutil.rmtree(WORK, ignore_errors=True)
    write_icons(WORK / "icons")
    (WORK / "version.txt").write_text(version_info(__version__), encoding="utf-8")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(WORK)]
    # Sets and dictionaries in compiled modules keep their order from build to build.
    environment = {
        "PYTHONHASHSEED": "0",
        "PYINSTALLER_CONFIG_DIR": str(WORK / "cache"),
        **os.environ,
    }
    spec = ROOT / "packaging" / "mailoscope.spec"
    subprocess.run([*command, str(spec)], env=environment, check=True)
    folder = DIST / NAME
    if sys.platform == "linux":
        clean(folder)
    shutil.rmtree(folder / "licences", ignore_errors=True)
    write_notices(folder / "licences", WORK / NAME, INTERNAL)
    if sys.platform == "darwin":
        inside = DIST / f"{TITLE}.app" / "Contents" / "Resources" / "licences"
        shutil.copytree(folder / "licences", inside, dirs_exist_ok=True)
    return folder


def clean(folder: Path) -> None:
    """Take out what is of use on the building machine alone.

    Symbols for debuggers (Qt's libraries come without), and absolute search paths of libraries,
    which are folders of this machine.
    """
    for library in sorted(folder.rglob("*.so*")):
        if library.is_symlink():
            continue
        if b" .symtab" in _said("readelf", "--section-headers", "--wide", str(library)):
            _said("strip", "--strip-unneeded", str(library))
        path = _said("patchelf", "--print-rpath", str(library)).decode().strip()
        kept = ":".join(part for part in path.split(":") if not part.startswith("/"))
        if kept != path:
            action = ("--set-rpath", kept) if kept else ("--remove-rpath",)
            _said("patchelf", *action, str(library))


def _said(*command: str) -> bytes:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def version_info(version: str) -> str:
    """Return the version resource of the Windows programs as PyInstaller reads it."""
    digits = [int(part) for part in version.split(".") if part.isdigit()]
    numbers = tuple((*digits, 0, 0, 0, 0)[:4])
    return _VERSION_INFO.format(numbers=numbers, version=version, title=TITLE)


if __name__ == "__main__":
    print(build().relative_to(ROOT))
