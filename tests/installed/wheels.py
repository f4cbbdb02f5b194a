"""Proves that wheel and sdist install into clean environments: part of `make test-package`.

The sdist builds the same wheel, file by file; the base install is the command line without Qt; with
`[gui]` pipx installs the window. What they need comes from the package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from mailoscope_core import __version__
from mailoscope_core.record.log import load_session
from tests.checkout import ROOT

UV = ROOT / ".tools" / "bin" / "uv"
BUILT = ROOT / "build" / "wheels"


class Wrong(Exception):
    """A wheel is not what it should be."""


def main() -> int:
    """Prove it; 0 when all is well."""
    try:
        wheel = _wheel_and_sdist_agree()
        with tempfile.TemporaryDirectory(prefix="mailoscope-wheels-") as name:
            _base_install(wheel, Path(name))
            _pipx_install(wheel, Path(name))
    except Wrong as problem:
        print(f"test-package: {problem}", file=sys.stderr)
        return 1
    print("make test-package: all is well")
    return 0


def _wheel_and_sdist_agree() -> Path:
    shutil.rmtree(BUILT, ignore_errors=True)
    _run([str(UV), "build", "--quiet", "--sdist", "--wheel", "--out-dir", str(BUILT), str(ROOT)])
    sdist = BUILT / f"mailoscope-{__version__}.tar.gz"
    second = BUILT / "from-sdist"
    _run([str(UV), "build", "--quiet", "--wheel", "--out-dir", str(second), str(sdist)])
    [ours], [theirs] = BUILT.glob("*.whl"), second.glob("*.whl")
    here, there = _contents(ours), _contents(theirs)
    different = [name for name in sorted(here | there) if here.get(name) != there.get(name)]
    _expect(not different, f"the wheel of the sdist differs in {different}")
    compiled = [name for name in here if name.endswith(".mo")]
    _expect(len(compiled) >= 2, "the wheel has no translations")
    _say(f"wheel and sdist built; the sdist builds the same wheel, {len(here)} files")
    return ours


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _base_install(wheel: Path, folder: Path) -> None:
    place = folder / "base"
    _run([str(UV), "venv", "--quiet", "--no-config", "--python", _python(), str(place)])
    python = str(place / "bin" / "python")
    _run([str(UV), "pip", "install", "--quiet", "--python", python, str(wheel)])
    program = str(place / "bin" / "mailoscope-cli")
    environment = _environment(folder)
    _expect(__version__ in _run([program, "--version"], environment), "another version")
    _expect("354" in _run([program, "code", "354"], environment), "code 354 is not explained")
    _run([program, "explain", "535 5.7.8 Error: authentication failed"], environment)
    look = "import importlib.util; print(importlib.util.find_spec('PySide6'))"
    _expect(_run([python, "-c", look], environment).strip() == "None", "Qt came along")
    _say("base install: the command line answers, Qt is not there")


def _pipx_install(wheel: Path, folder: Path) -> None:
    tool = folder / "pipx-itself"
    _run([str(UV), "venv", "--quiet", "--no-config", "--python", _python(), str(tool)])
    python = str(tool / "bin" / "python")
    _run([str(UV), "pip", "install", "--quiet", "--python", python, "pipx"])
    environment = _environment(folder) | {
        "PIPX_HOME": str(folder / "pipx"),
        "PIPX_BIN_DIR": str(folder / "bin"),
        "PIPX_MAN_DIR": str(folder / "man"),
        "PIPX_DEFAULT_PYTHON": _python(),
    }
    _run([str(tool / "bin" / "pipx"), "install", f"{wheel}[gui]"], environment)
    out = folder / "out"
    window = [str(folder / "bin" / "mailoscope"), "--headless", "--out", str(out)]
    _run(window, environment | {"QT_QPA_PLATFORM": "offscreen"})
    session = load_session(out / "session.mailoscope.jsonl")
    _expect(session.header.app == f"Mailoscope {__version__}", "another version in the session")
    _expect((out / "window.png").stat().st_size > 10_000, "no picture of the window")
    programs = sorted(path.name for path in (folder / "bin").iterdir())
    _expect(programs == ["mailoscope", "mailoscope-cli"], f"pipx has {programs}")
    _say("pipx install 'mailoscope[gui]': the window ran a practice session")


def _python() -> str:
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _environment(folder: Path) -> dict[str, str]:
    # The index and its certificates are this machine's; all else is a home of its own.
    kept = ("PATH", "LANG", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy")
    said = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}
    base = {name: os.environ[name] for name in kept if name in os.environ}
    return {**said, **base, "HOME": str(folder), "MAILOSCOPE_HOME": str(folder / "home")}


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    if result.returncode:
        said = result.stdout[-2000:] + result.stderr[-3000:]
        raise Wrong(f"{' '.join(command)} ended with {result.returncode}\n{said}")
    return result.stdout


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Wrong(otherwise)


def _say(what: str) -> None:
    print(f"  ok  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
