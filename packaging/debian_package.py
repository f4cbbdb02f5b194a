"""Makes the .deb: a plain tree, packed by dpkg-deb, without maintainer scripts.

The triggers of the desktop's own packages refresh the caches of entries, icons and kinds of files.
Libraries that Debian has come from Debian: they are left out of the tree and become dependencies,
so that its security updates reach them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterable
from email.utils import format_datetime
from pathlib import Path

from bundle_contents import NAME, ROOT, SITE
from linux_files import TEMPLATES, compress

from mailoscope_core import __version__

MAINTAINER = f"The Mailoscope developers <developers@{SITE.partition('://')[2]}>"
SUMMARY = "find out why mail will not send"
DESCRIPTION = """\
Mailoscope connects to a mail server one SMTP step at a time and shows each reply with what it
means, why it came here, who has to act and what to try next, in English or Hindi. You can stop,
edit the next line, repeat it and go on.
.
This package holds the window, mailoscope, and the command line, mailoscope-cli, with a Python
and a Qt of their own.
"""
PROGRAMS = ("mailoscope", "mailoscope-cli")


def stage(tree: Path, bundle: Path, share: Path, moment: dt.datetime) -> None:
    """Put the package's tree together, without its control files."""
    place = tree / "usr" / "lib" / NAME
    shutil.copytree(bundle, place, symlinks=True, ignore=shutil.ignore_patterns("licences"))
    for library in debian_libraries(place / "_internal"):
        library.unlink()
    shutil.copytree(share, tree / "usr" / "share")
    commands = tree / "usr" / "bin"
    commands.mkdir()
    for program in PROGRAMS:
        (commands / program).symlink_to(f"../lib/{NAME}/{program}")
    _document(tree / "usr" / "share" / "doc" / NAME, bundle, moment)
    overrides = tree / "usr" / "share" / "lintian" / "overrides"
    overrides.mkdir(parents=True)
    shutil.copyfile(TEMPLATES / "lintian-overrides", overrides / NAME)
    _set_modes(tree, executable=[place / program for program in PROGRAMS])


def debian_libraries(internal: Path) -> list[Path]:
    """Return the bundled libraries that are files of Debian packages, by their names."""
    found = []
    for library in internal.glob("lib*.so*"):
        if library.is_symlink() or library.name.startswith("libpython"):
            continue
        result = subprocess.run(
            ["dpkg-query", "--search", f"*/{library.name}"], capture_output=True, check=False
        )
        if result.returncode == 0:
            found.append(library)
    return found


def dependencies(tree: Path) -> str:
    """Return what the programs and libraries of the tree need, as dpkg-shlibdeps finds it."""
    internal = tree / "usr" / "lib" / NAME / "_internal"
    private = sorted({path.parent for path in internal.rglob("*.so*")})
    binaries = [path for path in tree.rglob("*") if _is_elf(path)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "debian").mkdir()
        source = f"Source: {NAME}\n\nPackage: {NAME}\nArchitecture: any\n"
        (folder / "debian" / "control").write_text(source, encoding="utf-8")
        command = ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0"]
        command += [f"-l{path}" for path in private]
        command += [f"-e{path}" for path in binaries]
        result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    depends = result.stdout.partition("shlibs:Depends=")[2].strip()
    if not depends:
        raise ValueError("dpkg-shlibdeps found no dependency")
    return depends


def control(depends: str, kibibytes: int) -> str:
    """Return the control file."""
    lines = [
        f"Package: {NAME}",
        f"Version: {debian_version(__version__)}",
        "Architecture: amd64",
        f"Maintainer: {MAINTAINER}",
        f"Installed-Size: {kibibytes}",
        f"Depends: {depends}",
        # Without them no certificate is trusted, no password kept: it runs, and says so.
        "Recommends: ca-certificates, gnome-keyring | keepassxc | kwalletmanager",
        "Section: mail",
        "Priority: optional",
        f"Homepage: {SITE}",
        f"Description: {SUMMARY}",
        *described(DESCRIPTION),
    ]
    return "\n".join((*lines, ""))


def debian_version(version: str) -> str:
    """Return a version as Debian sorts it: what comes before a release has a tilde."""
    return re.sub(r"[.-]?(dev|a|b|rc)(\d+)", r"~\1\2", version)


def described(text: str) -> Iterable[str]:
    """Yield the lines of a long description as the control file wants them."""
    for paragraph in text.strip().split("\n.\n"):
        if paragraph != text.strip().split("\n.\n")[0]:
            yield " ."
        yield from (f" {line}" for line in textwrap.wrap(" ".join(paragraph.split()), 78))


def pack(tree: Path, target: Path, moment: dt.datetime) -> None:
    """Write the control files into the tree and pack it."""
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    sums = "".join(f"{_md5(file)}  {file.relative_to(tree)}\n" for file in files)
    size = sum(-(-file.stat().st_size // 1024) for file in files)
    folder = tree / "DEBIAN"
    folder.mkdir()  # by it dpkg-shlibdeps knows the root of the tree
    depends = dependencies(tree)
    (folder / "control").write_text(control(depends, size), encoding="utf-8")
    (folder / "md5sums").write_text(sums, encoding="utf-8")
    _set_modes(folder, executable=[])
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(target)]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


def _document(folder: Path, bundle: Path, moment: dt.datetime) -> None:
    folder.mkdir(parents=True)
    shutil.copytree(bundle / "licences", folder / "licences", ignore=_left_out)
    text = (TEMPLATES / "copyright").read_text(encoding="utf-8").replace("@SITE@", SITE)
    fonts = ROOT / "resources" / "mailoscope_resources" / "fonts"
    for sign, file in (("@MIT@", ROOT / "LICENSE"), ("@OFL@", fonts / "OFL.txt")):
        text = text.replace(sign, _deb822(file.read_text(encoding="utf-8")))
    (folder / "copyright").write_text(text, encoding="utf-8")
    entry = (
        f"{NAME} ({debian_version(__version__)}) unstable; urgency=medium\n\n"
        f"  * Release {__version__}; CHANGELOG.md.gz tells what is new.\n\n"
        f" -- {MAINTAINER}  {format_datetime(moment)}\n"
    )
    (folder / "changelog").write_text(entry, encoding="utf-8")
    shutil.copyfile(ROOT / "CHANGELOG.md", folder / "CHANGELOG.md")
    for name in ("changelog", "CHANGELOG.md"):
        compress(folder / name)


def _left_out(_folder: str, names: list[str]) -> set[str]:
    """Licence texts of the libraries that are left out: Debian's own packages bring theirs."""
    debian = {name for name in names if name.startswith("debian-")}
    return {name for name in debian if not name.startswith("debian-libpython")}


def _deb822(text: str) -> str:
    return "\n".join(f" {line}" if line.strip() else " ." for line in text.strip().splitlines())


def _set_modes(tree: Path, executable: list[Path]) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in executable else 0o644)


def _is_elf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
