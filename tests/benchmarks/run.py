"""`make bench`: all figures of the README, side by side, in one run."""

from __future__ import annotations

import argparse
import platform
import ssl
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.benchmarks import bodies, knowledge, parsing, sessions, window  # noqa: E402

BENCHES = {
    "sessions": sessions.run,
    "bodies": bodies.run,
    "parsing": parsing.run,
    "knowledge": knowledge.run,
    "window": window.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*BENCHES, []], help="only these")
    parser.add_argument("--rounds", type=int, default=15, help="measured turns of each (15)")
    chosen = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}")
    with tempfile.TemporaryDirectory(prefix="mailoscope-bench-") as folder:
        for name in chosen.only or BENCHES:
            BENCHES[name](Path(folder), chosen.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
