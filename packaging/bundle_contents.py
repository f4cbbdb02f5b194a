"""What belongs into the bundle: modules that no import statement names, and what is left out.

PyInstaller takes along whatever a program might load. These rules keep what this one does load.
They work on the names of files alone, so that they can be tested without a build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

NAME = "mailoscope"
TITLE = "Mailoscope"
# No home on the web has been chosen yet, and a name under .example is nobody's: software centres
# and macOS want both. They change together, once, before the first public release.
SITE = "https://mailoscope.example"
IDENTIFIER = "example.mailoscope.mailoscope"
SESSION_SUFFIX = "mailoscope.jsonl"
ROOT = Path(__file__).resolve().parent.parent

# What PyInstaller calls an entry: name in the bundle, file it comes from, kind.
Entry = tuple[str, str, str]

# Packages whose modules are loaded by name, and so are not seen by looking at import statements.
LOADED_BY_NAME = (
    "mailoscope_core",
    "mailoscope_gui",
    "keyring.backends",
    "dns.rdtypes",
)
# Their metadata is read at run time: keyring finds its back ends, a report names versions.
METADATA = ("mailoscope", "keyring", "PySide6-Essentials", "shiboken6")

# Nothing here is reached from the two programs; each was taken along for an optional import.
EXCLUDED_MODULES = (
    "PySide6.QtDBus",
    "PySide6.QtNetwork",
    "PySide6.QtOpenGL",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "_distutils_hack",
    "babel",
    "cffi",
    "curses",
    "distutils",
    "doctest",
    "ftplib",
    "lib2to3",
    "multiprocessing",
    "pdb",
    "pkg_resources",
    "pycparser",
    "pydoc",
    "pydoc_data",
    "readline",
    "setuptools",
    "sqlite3",
    "tkinter",
    "unittest",
    "xmlrpc",
)

# Qt's libraries by their names without `lib`, `Qt6` and suffix; ICU is part of Qt's own build.
QT_LIBRARIES = frozenset({"Core", "DBus", "Gui", "Svg", "WaylandClient", "Widgets", "XcbQpa"})
# Qt's plugins by folder and name without `libq`. The GTK theme would drag in GTK, and the GL
# integrations GLX: nothing here draws with OpenGL.
QT_PLUGINS = frozenset(
    {
        "iconengines/svgicon",
        "imageformats/svg",
        "platforminputcontexts/composeplatforminputcontextplugin",
        "platforminputcontexts/ibusplatforminputcontextplugin",
        "platforms/cocoa",
        "platforms/offscreen",
        "platforms/wayland",
        "platforms/windows",
        "platforms/xcb",
        "platformthemes/xdgdesktopportal",
        "wayland-decoration-client/adwaita",
        "wayland-decoration-client/bradient",
        "wayland-shell-integration/xdg-shell",
    }
)
# The system's libraries that come along on Linux: what Python itself is linked with, and the small
# ones of xcb that a desktop without Qt programs lacks. All others belong to the desktop.
SYSTEM_LIBRARIES = frozenset(
    {
        "libbz2",
        "libcrypto",
        "libexpat",
        "libffi",
        "liblzma",
        "libpython",
        "libssl",
        "libuuid",
        "libxcb-cursor",
        "libxcb-icccm",
        "libxcb-image",
        "libxcb-keysyms",
        "libxcb-render-util",
        "libxcb-util",
    }
)

_QT_LIBRARY = re.compile(r"(?:lib)?Qt6?([A-Z]\w*?)(?:\.so(?:\..*)?|\.dll|\.dylib|\.framework)")
_SYSTEM_LIBRARY = re.compile(r"(lib[\w+-]+?)(?:-?\d+\.[\d.]+)?\.so(?:\.[\d.]+)?")
# Software OpenGL of Qt for Windows, 20 MB; and the tools of developers.
# What an installer notes about its own work, such as the folder that it found a wheel in.
_INSTALLERS_NOTES = frozenset(
    {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_build.json", "uv_cache.json"}
)
_WINDOWS_UNUSED = frozenset({"opengl32sw.dll", "d3dcompiler_47.dll"})


def wanted(name: str) -> bool:
    """Tell whether the file with this name in the bundle belongs there."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.name.lower() in _WINDOWS_UNUSED:
        return False
    if path.parent.name.endswith(".dist-info") and path.name in _INSTALLERS_NOTES:
        return False
    if "PySide6" in path.parts:
        if "translations" in path.parts:
            return False
        if "plugins" in path.parts:
            return _plugin(path) in QT_PLUGINS
    for part in path.parts:
        library = _QT_LIBRARY.fullmatch(part)
        if library is not None:
            return library[1] in QT_LIBRARIES
    if len(path.parts) == 1:
        system = _SYSTEM_LIBRARY.fullmatch(path.name)
        if system is not None and not path.name.startswith(("libicu", "libpyside6", "libshiboken")):
            return system[1] in SYSTEM_LIBRARIES
    return True


def kept(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that belong into the bundle."""
    return [entry for entry in entries if wanted(entry[0])]


def without_window(modules: Iterable[Entry]) -> list[Entry]:
    """Return the modules of the command line, which has no window."""
    return [entry for entry in modules if entry[0].partition(".")[0] != "mailoscope_gui"]


def scripts_of(program: str, scripts: Iterable[Entry]) -> list[Entry]:
    """Return the scripts for one of the two programs; the first ones are PyInstaller's own."""
    ours = {path.stem for path in (ROOT / "packaging" / "programs").glob("*.py")}
    return [entry for entry in scripts if entry[0] not in ours or entry[0] == program]


def info_plist(version: str) -> dict[str, Any]:
    """Return what macOS is told: the kind of file that opens in this program, and its name."""
    kind = f"{IDENTIFIER}.session"
    return {
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleDisplayName": TITLE,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Mailoscope session",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [kind],
            }
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": kind,
                "UTTypeDescription": "Mailoscope session",
                "UTTypeConformsTo": ["public.json", "public.text"],
                "UTTypeTagSpecification": {"public.filename-extension": [SESSION_SUFFIX, "jsonl"]},
            }
        ],
        "LSApplicationCategoryType": "public.app-category.developer-tools",
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
    }


def _plugin(path: PurePosixPath) -> str:
    stem = path.name.partition(".")[0].removeprefix("lib")
    return f"{path.parent.name}/{stem.removeprefix('q')}"
