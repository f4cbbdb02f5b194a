"""Licence texts of everything in the bundle; a file that nobody answers for stops the build.

Each file and module of the bundle is traced to what it came from: a Python distribution, a Debian
package, Python itself, or Mailoscope. Each of these brings its licence texts along.
"""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
LICENCES = HERE / "licences"
# Their wheels hold no licence texts; the texts are in the checkout.
QT_DISTRIBUTIONS = frozenset({"PySide6_Essentials", "shiboken6"})
# Libraries inside the libraries of a distribution.
INSIDE = {
    "cryptography": "Its library contains OpenSSL (Apache-2.0) and Rust packages, which its "
    "bill of materials lists: {folder}cryptography-{version}.dist-info/sboms.\n",
}
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)

QT_NOTE = """\
Qt and Qt for Python
====================

This program uses Qt {version} and Qt for Python {version} under the GNU Lesser General Public
License, version 3 (LGPL-3.0.txt, which builds on GPL-3.0.txt). Qt is (C) The Qt Company Ltd. and
other contributors. Qt contains parts of others: qt-third-party.txt.

They come as separate shared libraries, as the publisher built them for PyPI. You may replace them
by your own build of the same major version. In the folder of this program, {folder}PySide6 holds
Qt for Python, {folder}PySide6/Qt (on Windows {folder}PySide6 itself) Qt's libraries and plugins,
and {folder}shiboken6 the binding's run time. Reverse engineering for debugging such changes is
allowed.

Sources: https://download.qt.io/official_releases/qt/ and
https://download.qt.io/official_releases/QtForPython/pyside6/ in the folder of that version.
"""


class UnknownOrigin(Exception):
    """Files of the bundle that nothing installed here answers for."""


@dataclass(slots=True)
class Component:
    """Something that came into the bundle as a whole, with its licence texts."""

    name: str
    version: str
    licence: str
    home: str = ""
    texts: list[Path] = field(default_factory=list)
    note: str = ""

    @property
    def folder(self) -> str:
        """The name of its folder of licence texts."""
        return f"{self.name}-{self.version}" if self.version else self.name


def entries_of(work: Path) -> Iterator[tuple[str, str]]:
    """Yield name and source of each file and each packed module, from PyInstaller's own lists."""
    for toc in sorted((*work.glob("COLLECT-*.toc"), *work.glob("PYZ-*.toc"))):
        for part in ast.literal_eval(toc.read_text(encoding="utf-8")):
            if isinstance(part, list):
                yield from ((name, source) for name, source, kind in part if kind != "SYMLINK")


def components(work: Path) -> list[Component]:
    """Return what the bundle was put together from. Raises `UnknownOrigin`."""
    owners = _distribution_files()
    python = (Path(sys.base_prefix).resolve(), Path(sysconfig.get_path("stdlib")).resolve())
    distributions: set[str] = set()
    packages: set[str] = set()
    unknown = []
    for name, source in entries_of(work):
        if source in ("", "-") or Path(source).is_relative_to(work):
            continue  # made by PyInstaller: the programs, the library of Python's first modules
        path = Path(source)
        if (owner := owners.get(os.path.normpath(path))) is not None:
            distributions.add(owner)
        elif (package := debian_package(path)) is not None:
            packages.add(package)
        elif not any(path.resolve().is_relative_to(place) for place in (HERE, *python)):
            unknown.append(f"{name} from {source}")
    # Only here each library is somebody's: Windows' own run time, for one, belongs to no package.
    if unknown and sys.platform == "linux":
        raise UnknownOrigin("\n".join(unknown))
    found = [_of_distribution(name) for name in sorted({*distributions, "pyinstaller"})]
    found += [_of_debian(name) for name in sorted(packages)]
    found.append(_of_python())
    return sorted(found, key=lambda component: component.name.lower())


def write_notices(folder: Path, work: Path, internal: str) -> list[Component]:
    """Write a folder with every licence text and a list of all of them; returns the list.

    `internal` is where the bundle keeps its libraries, as the note about Qt says it.
    """
    folder.mkdir(parents=True)
    found = components(work)
    for component in found:
        target = folder / component.folder
        target.mkdir()
        for text in component.texts:
            _copy(text, target)
        if component.note:
            note = component.note.format(version=component.version, folder=internal)
            (target / "NOTICE.txt").write_text(note, encoding="utf-8")
        if not any(target.iterdir()):
            raise UnknownOrigin(f"no licence text of {component.name}")
    (folder / "README.txt").write_text(_overview(found), encoding="utf-8")
    return found


def debian_package(path: Path) -> str | None:
    """Return the Debian package that a file belongs to, null where there is none."""
    if shutil.which("dpkg-query") is None or not path.is_absolute():
        return None
    # /lib is a link to /usr/lib, and packages say one or the other.
    real = str(path.resolve())
    for spelling in {str(path), real, real.removeprefix("/usr")}:
        result = subprocess.run(
            ["dpkg-query", "--search", spelling], capture_output=True, text=True, check=False
        )
        if result.returncode == 0:
            return result.stdout.partition(":")[0].partition(",")[0]
    return None


def _distribution_files() -> dict[str, str]:
    owners = {}
    for distribution in importlib.metadata.distributions():
        # Plain texts: an environment holds thousands of files, and asking the disk takes long.
        name, place = distribution.metadata["Name"], str(distribution.locate_file(""))
        owners |= {os.path.normpath(f"{place}/{file}"): name for file in distribution.files or ()}
    return owners


def _of_distribution(name: str) -> Component:
    distribution = importlib.metadata.distribution(name)
    metadata = distribution.metadata
    component = Component(name, distribution.version, _licence(metadata), _home(metadata))
    if name in QT_DISTRIBUTIONS:
        component.licence, component.note = "LGPL-3.0-only", QT_NOTE
        component.texts = sorted(LICENCES.glob("*.txt"))
        return component
    component.note = INSIDE.get(name, "")
    for file in distribution.files or ():
        inside = file.parts[0].endswith(".dist-info") and len(file.parts) > 1
        if inside and ("licenses" in file.parts or _LICENCE_FILE.search(file.name)):
            component.texts.append(Path(str(distribution.locate_file(file))))
    return component


def _licence(metadata: importlib.metadata.PackageMetadata) -> str:
    said = metadata.get("License-Expression") or metadata.get("License") or ""
    if said and "\n" not in said and len(said) < 80:
        return said
    prefix = "License :: "
    classifiers = metadata.get_all("Classifier") or []
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith(prefix)]
    return ", ".join(named) or "see its text"


def _home(metadata: importlib.metadata.PackageMetadata) -> str:
    if metadata.get("Home-page"):
        return str(metadata["Home-page"])
    urls = dict(each.split(", ", 1) for each in metadata.get_all("Project-URL") or [])
    for name in ("Homepage", "homepage", "Source", "source", "Repository", "GitHub"):
        if name in urls:
            return urls[name]
    return next(iter(urls.values()), "")


def _of_debian(package: str) -> Component:
    query = ["dpkg-query", "-W", "-f=${Version}\t${source:Package}", package]
    said = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    version, _, source = said.partition("\t")
    text = Path("/usr/share/doc") / package / "copyright"
    home = f"https://packages.debian.org/source/{source}"
    return Component(f"debian-{package}", version, "see its text", home, [text.resolve()])


def _of_python() -> Component:
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if not text.exists():  # the installers for Windows and macOS keep it elsewhere
        text = Path(sys.base_prefix) / "LICENSE.txt"
    version = sys.version.partition(" ")[0]
    return Component("Python", version, "PSF-2.0", "https://www.python.org", [text])


def _copy(text: Path, target: Path) -> None:
    name = text.name if text.suffix else f"{text.name}.txt"
    place, number = target / name, 1
    while place.exists():
        number += 1
        place = target / f"{Path(name).stem}-{number}{Path(name).suffix}"
    shutil.copyfile(text, place)


def _overview(found: Iterable[Component]) -> str:
    lines = [
        "What this program was put together from",
        "=======================================",
        "",
        "Mailoscope itself is under the MIT licence, its fonts under the SIL Open Font License.",
        "The texts of all licences are in the folders beside this file.",
        "",
    ]
    for component in found:
        lines.append(f"{component.name} {component.version}: {component.licence}")
        if component.home:
            lines.append(f"    {component.home}")
    return "\n".join((*lines, ""))
