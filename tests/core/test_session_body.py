"""Bodies stream from disk: a hundred megabytes leave the process almost as small as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.server import LabServer
from tests.checkout import ROOT

_PROGRAM = """
import resource, sys
from pathlib import Path
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.record.events import Paused
from mailoscope_core.session import control
from mailoscope_core.session.launch import new_log, real_services
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.session.runner import SessionRunner
from mailoscope_core.storage.credentials import CredentialStore
from mailoscope_core.storage.profile import Profile, TlsMode
from mailoscope_core.storage.spent import SpentSecrets

port, path = int(sys.argv[1]), Path(sys.argv[2])
profile = Profile(name="x", host="127.0.0.1", port=port, tls=TlsMode.NONE, auth=False,
                  sender="a@lab.test", recipients=("b@lab.test",))
message = PreparedMessage(path, path.stat().st_size, "0", "eml")
request = SessionRequest(profile, stage=Stage.SEND, message=message)
log = new_log(request, None)
runner = SessionRunner(request, log, real_services(CredentialStore(), SpentSecrets(),
                                                   compare_dns=False))
log.subscribe(lambda entry: runner.post(control.Finish())
              if entry.event == Paused(why="end") else None)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
runner.post(control.RunToEnd())
runner.start()
assert runner.join(120)
print(log[-1].event.outcome, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is read with getrusage")
def test_a_hundred_megabytes_stay_within_64_mib(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    line = b"." + b"x" * 75 + b"\r\n"
    with path.open("wb") as file:
        file.write(b"From: a@lab.test\r\n\r\n")
        for _ in range(100):
            file.write(line * (1_000_000 // len(line)))
    with LabServer(load_scenario("plain-sink")) as lab:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(lab.port), str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        outcome, grown = done.stdout.split()
        assert outcome == "done"
        assert int(grown) < 64 * 1024
        [message] = lab.messages
        assert message.size == path.stat().st_size
