"""The set-up scripts without root: they name the one apt line that is missing, and stop."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT

SETUP = ROOT / "packaging" / "setup"
APT = SETUP / "apt.sh"
INSTALLED = "here"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts are for Debian")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH on which nobody is root, one package is installed, and apt-get leaves a trace."""
    for name, body in {
        "id": "echo 1000",
        "dpkg-query": f'case "$*" in *" {INSTALLED}") printf installed;; *) exit 1;; esac',
        "apt-get": f"touch {tmp_path}/called",
    }.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    return tmp_path


def run(programs: Path, *packages: str) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    assert bash is not None
    return subprocess.run(
        [bash, str(APT), "make run", *packages],
        env={"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_missing_is_named(programs: Path) -> None:
    result = run(programs, INSTALLED, "absent", "gone")
    assert result.returncode == 1
    assert "sudo apt-get install --no-install-recommends absent gone\n" in result.stderr
    assert not (programs / "called").exists()


def test_nothing_is_said_when_all_is_there(programs: Path) -> None:
    result = run(programs, INSTALLED)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_a_system_without_dpkg_goes_on(programs: Path) -> None:
    (programs / "dpkg-query").unlink()
    bash = shutil.which("bash")
    assert bash is not None
    result = subprocess.run(
        [bash, str(APT), "make run", "absent"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0
    assert "absent" in result.stderr


@pytest.mark.parametrize(
    "script",
    [
        ".ci/run",
        ".ci/package-changed",
        *sorted(SETUP.glob("*.sh")),
        ROOT / "packaging/macos/make_dmg.sh",
    ],
    ids=lambda script: Path(script).name,
)
def test_the_scripts_are_careful(script: str | Path) -> None:
    text = (ROOT / script).read_text(encoding="utf-8")
    # What must say which of several things failed goes on after the first.
    if Path(script).name != "packages.sh":
        assert "\nset -euo pipefail\n" in text or "\nset -uo pipefail\n" in text
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed here")
    result = subprocess.run(
        [shellcheck, "-x", "-P", str(SETUP), str(ROOT / script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
