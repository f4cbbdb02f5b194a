"""The servers of the benchmarks: in processes of their own, so that no client shares their lock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.smtp_sink import running_smtp_sink

_LAB = """
import sys
from pathlib import Path
from mailoscope_core.practice.scenarios import load_scenario, read_scenario
from mailoscope_core.practice.server import LabServer
path = Path(sys.argv[1])
scenario = read_scenario(path) if path.suffix == ".toml" else load_scenario(sys.argv[1])
with LabServer(scenario) as lab:
    ca = lab.ca_file if sys.argv[2] == "tls" else ""
    print(lab.port, ca, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a server listens, and the CA file its certificate needs (null without TLS)."""

    name: str
    port: int
    ca_file: Path | None = None


@contextmanager
def lab(scenario: str, *, tls: bool = False) -> Iterator[Peer]:
    """Run the lab server with one scenario."""
    command = [sys.executable, "-c", _LAB, scenario, "tls" if tls else "clear"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port, _, ca_file = process.stdout.readline().rstrip("\n").partition(" ")
            name = f"lab server ({Path(scenario).stem})"
            yield Peer(name, int(port), Path(ca_file) if tls else None)
        finally:
            process.stdin.close()
            process.wait(10)


@contextmanager
def sink() -> Iterator[Peer]:
    """Run Postfix's smtp-sink."""
    with running_smtp_sink() as server:
        yield Peer("smtp-sink", server.port)
