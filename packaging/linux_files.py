"""What a Linux desktop wants to know about the program: entry, kind of file, icons, manual."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import shutil
import struct
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from bundle_contents import IDENTIFIER, NAME, ROOT, SITE
from make_icons import DRAWING, SIZES
from make_man import write_pages

from mailoscope_core import __version__

TEMPLATES = ROOT / "packaging" / "linux"
PICTURES = ROOT / "packaging" / "screenshots"
SHOWN = ("window-light-en", "window-dark-hi")


def write_share(share: Path, icons: Path, moment: dt.datetime) -> None:
    """Write the tree that goes to /usr/share, but for the documents of a distribution."""
    _copy(TEMPLATES / f"{NAME}.desktop", share / "applications" / f"{NAME}.desktop")
    _copy(TEMPLATES / f"{NAME}.mime.xml", share / "mime" / "packages" / f"{NAME}.xml")
    hicolor = share / "icons" / "hicolor"
    _copy(DRAWING, hicolor / "scalable" / "apps" / f"{NAME}.svg")
    for size in SIZES:
        picture = hicolor / f"{size}x{size}" / "apps" / f"{NAME}.png"
        _copy(icons / f"{NAME}-{size}.png", picture)
    metainfo = share / "metainfo" / f"{IDENTIFIER}.metainfo.xml"
    metainfo.parent.mkdir(parents=True)
    metainfo.write_text(metainfo_text(moment.date()), encoding="utf-8")
    for page in write_pages(share / "man" / "man1", moment.date()):
        compress(page)


def metainfo_text(day: dt.date) -> str:
    """Return what software centres show: words, pictures, this release."""
    text = (TEMPLATES / f"{NAME}.metainfo.xml").read_text(encoding="utf-8")
    values = {"ID": IDENTIFIER, "SITE": SITE, "VERSION": __version__, "DATE": day.isoformat()}
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    for name in SHOWN:
        text = text.replace(f"@PICTURE {name}@", _picture(name))
    return text


def validate(share: Path) -> None:
    """Have the desktop's own tools look at the tree; raises `CalledProcessError`."""
    entry = share / "applications" / f"{NAME}.desktop"
    metainfo = share / "metainfo" / f"{IDENTIFIER}.metainfo.xml"
    kinds = share / "mime" / "packages" / f"{NAME}.xml"
    subprocess.run(["desktop-file-validate", str(entry)], check=True)
    subprocess.run(["appstreamcli", "validate", "--no-net", str(metainfo)], check=True)
    ElementTree.parse(kinds)


def moment_of_build() -> dt.datetime:
    """Return SOURCE_DATE_EPOCH, else the time of the last commit, else that of the changelog."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        command = ["git", "log", "-1", "--format=%ct"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        given = result.stdout.strip() if result.returncode == 0 else ""
    seconds = int(given) if given else int((ROOT / "CHANGELOG.md").stat().st_mtime)
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def compress(file: Path) -> None:
    """Replace a file by its .gz, which names no time, so that each build is the same."""
    data = gzip.compress(file.read_bytes(), 9, mtime=0)
    file.with_name(f"{file.name}.gz").write_bytes(data)
    file.unlink()


def _picture(name: str) -> str:
    # The size stands in the header of each PNG.
    header = (PICTURES / f"{name}.png").read_bytes()[16:24]
    width, height = struct.unpack(">II", header)
    address = f"{SITE}/screenshots/{name}.png"
    return f'<image type="source" width="{width}" height="{height}">{address}</image>'


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    print(metainfo_text(moment_of_build().date()), end="")
