"""Proves that the .deb is a program like any other: `make test-package`.

Installs it with apt, starts it by its entry on a screen of its own, runs a lab session, exports a
report, keeps a password in a real Secret Service, quits, opens the session file by a double-click,
switches to Hindi, quits, compares the start with that of the source, removes the package, and looks
for what is left. Each step says what it saw; the first that fails ends the run, and everything
started or installed goes in any case.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailoscope_core import __version__
from mailoscope_core.record.log import load_session
from mailoscope_core.storage.credentials import service_name
from tests.checkout import ROOT
from tests.installed.desktop import Desktop, NotSeen, version_in
from tests.installed.first_paint import first_paints, plain_environment
from tests.installed.machine import PROGRAM, Refused, installed, left_behind
from tests.servers.display import running_display
from tests.servers.process import Server
from tests.servers.secret_service import SecretService, running_secret_service

ENTRY = Path("/usr/share/applications/mailoscope.desktop")
KIND = "application/x-mailoscope-session"
OUT = ROOT / "out"
# What the practice server of the program asks for, and a profile of our own for it.
PROFILE, USER, PASSWORD = "proof", "lab@lab.test", "lab-password"
SLOWER, ROUNDS = 1.5, 7
# Qt looks for Hindi in the fixed font first, says so, and takes the next one.
HARMLESS = "qt.text.font.db: OpenType support missing"
# All that the program may leave in a home directory.
USERS_OWN = re.compile(
    r"config/mailoscope/(preferences\.toml|profiles/[^/]+\.toml)"
    r"|data/mailoscope/sessions/[^/]+\.mailoscope\.jsonl"
    r"|mailoscope-[\d-]+\.html"
)


def main() -> int:
    """Prove it; 0 when all is well."""
    found = sorted((ROOT / "dist").glob(f"mailoscope_{__version__}_*.deb"))
    if not found:
        print("test-package: there is no dist/mailoscope_*.deb; run make package", file=sys.stderr)
        return 1
    OUT.mkdir(exist_ok=True)
    # Asked to end, it first takes away what it has brought.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        files = _with_the_package(found[-1])
        _expect(not (left := left_behind(files)), f"left behind: {left}")
    except (Refused, NotSeen) as problem:
        print(f"test-package: {problem}", file=sys.stderr)
        return 1
    _say("removed: nothing is left of the package")
    return 0


def _with_the_package(package: Path) -> list[Path]:
    with installed(package) as files:
        _say(f"installed {package.name} by apt, {len(files)} files and folders")
        _versions()
        with _person() as (desktop, service):
            home = service.home
            session = _lab_session(desktop, home)
            _report(desktop, home)
            _secret(desktop, service)
            _quit(desktop)
            _command_line(service, home)
            _reopen(desktop, session)
            _hindi(desktop, home)
            _quit(desktop)
            _leaves_only_the_users_own(home)
        _first_paint()
    return files


@contextmanager
def _person() -> Iterator[tuple[Desktop, SecretService]]:
    """A screen, a keyring, an empty home directory; everything ends with the context."""
    with ExitStack() as stack:
        service = stack.enter_context(running_secret_service())
        display = stack.enter_context(running_display())
        environment = plain_environment() | dict(service.environment)
        environment |= {"DISPLAY": display.name, "LANG": "C.UTF-8"}
        log = stack.enter_context(tempfile.NamedTemporaryFile())
        desktop = Desktop(environment, PROGRAM, Path(log.name))
        stack.callback(desktop.end)
        try:
            yield desktop, service
        except BaseException:
            print(desktop.log.read_text("utf-8", "replace"), file=sys.stderr)
            desktop.picture(OUT / "package-trouble.png")
            raise


# --- the steps ------------------------------------------------------------------------------------


def _versions() -> None:
    for command in ("mailoscope", "mailoscope-cli"):
        said = _output([command, "--version"], plain_environment())
        _expect(version_in(said) == __version__, f"{command} --version says {said!r}")
        _output(["man", "--where", command], plain_environment())
    _say(f"both commands say {__version__} and have their manual pages")


def _lab_session(desktop: Desktop, home: Path) -> Path:
    desktop.launch(ENTRY)
    desktop.window("^Mailoscope$")
    desktop.open("ctrl+p", "^Practise")
    desktop.type("submission as it should be")
    desktop.close("Return", "^Practise")
    desktop.window(".+ – Mailoscope$")
    folder = home / "data" / "mailoscope" / "sessions"
    desktop.press_until("F5", lambda: bool(list(folder.glob("*"))), "session file")

    def over() -> bool:
        files = list(folder.glob("*.mailoscope.jsonl"))
        return len(files) == 1 and '"code":221' in files[0].read_text("utf-8")

    desktop.until(over, "answer to QUIT in the session file")
    [session] = folder.glob("*.mailoscope.jsonl")
    entries = load_session(session).entries
    _expect(any(type(entry.event).__name__ == "BodySent" for entry in entries), "no message sent")
    _say(f"started by its entry, ran a lab session of {len(entries)} entries to its end")
    return session


def _report(desktop: Desktop, home: Path) -> None:
    desktop.window(".+ – Mailoscope$")
    desktop.picture(OUT / "package-window.png")
    desktop.open("ctrl+e", "^Export a report")
    desktop.press_until("Return", lambda: bool(list(home.glob("mailoscope-*.html"))), "report")
    [report] = home.glob("mailoscope-*.html")
    desktop.until(lambda: "</html>" in report.read_text("utf-8"), "end of the report")
    text = report.read_text("utf-8")
    _expect(f"Mailoscope {__version__}" in text, "the report does not name the version")
    _expect(PASSWORD not in text, "the report holds the password")
    desktop.close("Escape", "^Export a report")
    _say(f"exported {report.name}, {len(text)} characters; it names version {__version__}")


def _secret(desktop: Desktop, service: SecretService) -> None:
    desktop.window(".+ – Mailoscope$")
    desktop.open("ctrl+n", "^Profile:")
    desktop.press("alt+n")
    desktop.type(PROFILE)
    desktop.press("alt+s")
    desktop.type("127.0.0.1")
    desktop.press("ctrl+Tab", "alt+u")
    desktop.type(USER)
    desktop.press("alt+w")
    desktop.type(PASSWORD)
    desktop.picture(OUT / "package-profile.png")
    desktop.close("Return", "^Profile:")
    folder = service.home / "config" / "mailoscope" / "profiles"
    desktop.until(lambda: len(list(folder.glob("*.toml"))) == 1, "profile")
    [file] = folder.glob("*.toml")
    text = file.read_text("utf-8")
    _expect(PASSWORD not in text, "the profile holds the password")
    place = service_name(tomllib.loads(text)["id"])
    keyring = [sys.executable, "-m", "keyring", "get", place, USER]
    kept = _output(keyring, service.process_environment()).strip()
    _expect(kept == PASSWORD, "the Secret Service does not have the password")
    _say("kept a password in the Secret Service; another program found it there")


def _command_line(service: SecretService, home: Path) -> None:
    environment = plain_environment() | dict(service.environment)
    log = home / "practice.log"
    command = ["/usr/bin/mailoscope-cli", "practice", "--scenario", "submission"]
    with Server(command, log, environment) as server:
        server.wait_until(lambda: "Ctrl-C" in log.read_text("utf-8"), "practice server")
        said = log.read_text("utf-8")
        port = re.search(r"127\.0\.0\.1:(\d+)", said)
        authority = re.search(r"CA file: (\S+)", said)
        _expect(port is not None and authority is not None, f"unknown greeting: {said}")
        assert port is not None
        assert authority is not None
        check = ["mailoscope-cli", "check", f"127.0.0.1:{port[1]}", "--profile", PROFILE]
        check += ["--password-from", "keyring", "--ca-file", authority[1], "--json"]
        answer = _output(check, environment)
    log.unlink()
    _expect('"code":235' in answer.replace(" ", ""), "the log-in did not succeed")
    _say("the command line read the password from the Secret Service and logged in with it")


def _reopen(desktop: Desktop, session: Path) -> None:
    kind = desktop.kind_of(session)
    _expect(kind == KIND, f"the desktop takes a session file for {kind}")
    desktop.double_click(session)
    desktop.window(".+ – Mailoscope$")
    desktop.until(lambda: len(desktop.processes()) == 1, "process")
    _say("reopened the session by a double-click on its file")


def _hindi(desktop: Desktop, home: Path) -> None:
    desktop.open("ctrl+comma", "^Preferences")
    desktop.press("alt+l", "End")
    desktop.close("Return", "^(Preferences|प्राथमिकताएँ)")
    preferences = home / "config" / "mailoscope" / "preferences.toml"
    desktop.until(
        lambda: preferences.exists() and 'language = "hi"' in preferences.read_text("utf-8"),
        "preference for Hindi",
    )
    desktop.window(".+ – Mailoscope$")
    desktop.open("ctrl+comma", "^प्राथमिकताएँ")
    desktop.close("Escape", "^प्राथमिकताएँ")
    desktop.picture(OUT / "package-window-hi.png")
    _say("switched to Hindi, and speaks it")


def _quit(desktop: Desktop) -> None:
    desktop.window(".+ – Mailoscope$|^Mailoscope$")
    desktop.press("ctrl+q")
    desktop.until_ended()
    _expect(not desktop.processes(), "a process is left")
    said = desktop.log.read_text("utf-8", "replace").splitlines()
    complaints = [line for line in said if line and not line.startswith(HARMLESS)]
    _expect(not complaints, f"the program complained: {complaints}")
    _say("quit, without a word of complaint")


def _leaves_only_the_users_own(home: Path) -> None:
    # What the keyring, the bus and gio have written is theirs.
    others = ("run/", "data/keyrings/", "keyring.log", "bus", "cache/", "data/gvfs-metadata")
    names = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]
    ours = [name for name in names if not name.startswith(others)]
    strange = [name for name in ours if not USERS_OWN.fullmatch(name)]
    _expect(not strange, f"unexpected files in the home directory: {strange}")
    spool = list((home / "cache").glob("mailoscope/spool/*"))
    _expect(not spool, f"messages left in the cache: {spool}")
    _say(f"left the user's own files alone: {', '.join(sorted(ours))}")


def _first_paint() -> None:
    source = str(Path(sys.executable).with_name("mailoscope"))
    commands = {"bundle": ["/usr/bin/mailoscope"], "source": [source]}
    taken = first_paints(commands, ROUNDS, plain_environment() | {"LANG": "C.UTF-8"})
    ratio = taken["bundle"] / taken["source"]
    figures = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in taken.items())
    _expect(ratio <= SLOWER, f"the bundle starts too slowly: {figures}")
    _say(f"first painted window, median of {ROUNDS}: {figures} ({ratio:.2f} of it)")


# --- telling --------------------------------------------------------------------------------------


def _output(command: list[str], environment: dict[str, str]) -> str:
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    if result.returncode:
        said = result.stdout[-2000:] + result.stderr[-2000:]
        raise NotSeen(f"{' '.join(command)} ended with {result.returncode}\n{said}")
    return result.stdout


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise NotSeen(otherwise)


def _say(what: str) -> None:
    print(f"  ok  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
