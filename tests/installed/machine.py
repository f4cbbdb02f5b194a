"""The package on this machine: installed, looked at, removed; what was there before stays."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

NAME = "mailoscope"
PROGRAM = Path("/usr/lib/mailoscope/mailoscope")
# Where a package could leave something; the user's home is looked at apart.
PLACES = (Path("/etc"), Path("/opt"), Path("/run"), Path("/srv"), Path("/usr"), Path("/var"))
# Files that others write and that name what is installed.
LISTS = (
    Path("/usr/share/applications/mimeinfo.cache"),
    Path("/usr/share/mime/globs2"),
    Path("/usr/share/mime/types"),
)
# apt keeps a journal of what it did, and that it did.
JOURNALS = ("/var/log/", "/var/cache/apt/", "/var/lib/apt/")
# One run at a time on a machine. What it holds tells a package that a broken run has left from one
# that somebody wants.
LOCK = Path(tempfile.gettempdir()) / "mailoscope-test-package"
MARK = "installed by make test-package\n"
_LOCK = ("-o", "DPkg::Lock::Timeout=300")


class Refused(Exception):
    """This machine is not one that the package may be tried on."""


@contextlib.contextmanager
def installed(package: Path) -> Iterator[list[Path]]:
    """Install the package with apt; yields its files, and removes it whatever happens."""
    if os.geteuid() != 0:
        raise Refused("make test-package installs a package, so root must run it")
    with LOCK.open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        with _installed(package, lock, ours=lock.read() == MARK) as files:
            yield files


@contextlib.contextmanager
def _installed(package: Path, lock: TextIO, *, ours: bool) -> Iterator[list[Path]]:
    before = packages()
    if NAME in before:
        if not ours:
            raise Refused(
                f"{NAME} is installed here already; remove it first: apt-get remove {NAME}"
            )
        _apt("purge", NAME)
        before = packages()
    lock.truncate(0)
    lock.write(MARK)
    lock.flush()
    try:
        with tempfile.TemporaryDirectory() as name:
            # apt reads it as a user of its own, who may not look into a home directory.
            readable = Path(name)
            readable.chmod(0o755)
            shutil.copyfile(package, readable / package.name)
            _apt("install", "--no-install-recommends", str(readable / package.name))
        listing = subprocess.run(["dpkg", "-L", NAME], capture_output=True, text=True, check=True)
        yield [Path(line) for line in listing.stdout.splitlines()]
    finally:
        came = sorted(packages() - before)
        if came:
            _apt("purge", *came)
        lock.truncate(0)


def packages() -> set[str]:
    """Return the names of the installed packages."""
    query = ["dpkg-query", "-W", "-f=${db:Status-Status} ${Package}\n"]
    lines = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()
    return {
        name
        for state, _, name in (line.partition(" ") for line in lines)
        if state != "not-installed"
    }


def left_behind(files: list[Path]) -> list[str]:
    """Return what is still there of a removed package: its files, others of its name, mentions."""
    found = {str(path) for path in files if path.exists() and not path.is_dir()}
    for place in PLACES:
        for directory, folders, names in os.walk(place):
            found |= {f"{directory}/{name}" for name in (*folders, *names) if NAME in name.lower()}
    found = {path for path in found if not path.startswith(JOURNALS)}
    for file in LISTS:
        if file.exists() and NAME in file.read_text("utf-8", "replace"):
            found.add(f"{file} names it")
    return sorted(found)


def _apt(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(
        ["apt-get", "-y", "-q", *_LOCK, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"apt-get {command[0]} failed:\n{result.stdout[-3000:]}{result.stderr}")
