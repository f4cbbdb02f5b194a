"""Builds what a person on Linux downloads: a tar.gz and a .deb, both in dist/.

`make package` calls it in the environment that `environment.sh package` makes. Everything made is
looked at by the tools of those who will take it: desktop-file-validate, appstreamcli, lintian.
"""

from __future__ import annotations

import datetime as dt
import gzip
import platform
import shutil
import subprocess
import tarfile
from pathlib import Path

from bundle_contents import NAME, ROOT
from debian_package import pack, stage
from linux_files import TEMPLATES, moment_of_build, validate, write_share
from make_bundle import DIST, WORK, build

from mailoscope_core import __version__

MEBIBYTE = 1024 * 1024
# What the first bundle was; one that has grown by a quarter has taken something along.
LARGEST_TREE, LARGEST_PACKAGE = 175 * MEBIBYTE, 47 * MEBIBYTE


def main() -> None:
    """Build, look at, and say the sizes of both."""
    moment = moment_of_build()
    bundle = build()
    staging = ROOT / "build" / "linux"
    shutil.rmtree(staging, ignore_errors=True)
    share = staging / "share"
    write_share(share, WORK / "icons", moment)
    validate(share)

    archive = DIST / f"{NAME}-{__version__}-linux-{platform.machine()}.tar.gz"
    write_archive(archive, bundle, share, moment)

    package = DIST / f"{NAME}_{__version__}_amd64.deb"
    tree = staging / "tree"
    tree.mkdir()
    stage(tree, bundle, share, moment)
    pack(tree, package, moment)
    # Its warnings are about what a bundle is: fonts and libraries of its own.
    lintian = ["lintian", "--fail-on", "error", "--display-level", ">=error", "--allow-root"]
    subprocess.run([*lintian, "--no-cfg", str(package)], check=True)

    on_disk = sum(file.lstat().st_size for file in tree.rglob("*") if not file.is_dir())
    for made, size in ((archive, None), (package, on_disk)):
        unpacked = f", {size / 1e6:.0f} MB installed" if size else ""
        print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB{unpacked}")
    if on_disk > LARGEST_TREE or package.stat().st_size > LARGEST_PACKAGE:
        raise SystemExit("the package has grown: look at packaging/bundle_contents.py")


def write_archive(archive: Path, bundle: Path, share: Path, moment: dt.datetime) -> None:
    """Pack the bundle with its desktop files; the same files give the same archive."""
    top = archive.name.removesuffix(".tar.gz")

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = int(moment.timestamp())
        executable = member.isdir() or member.mode & 0o100
        member.mode = 0o755 if executable else 0o644
        return member

    with archive.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            tar.add(bundle, top, filter=plain)
            tar.add(share, f"{top}/share", filter=plain)
            tar.add(TEMPLATES / "README.txt", f"{top}/README.txt", filter=plain)


if __name__ == "__main__":
    main()
