"""The compiled form of the knowledge's data files: beside each .toml its content as JSON.

TOML is for people and slow to read; JSON is read some thirty times as fast. The first line is the
digest of the .toml, so that a compiled file that no longer fits is passed over, never believed.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

FOLDERS = (
    Path("resources/mailoscope_resources/knowledge"),
    Path("resources/mailoscope_resources/presets"),
)
SUFFIX = ".compiled"


def compile_all(root: Path) -> list[Path]:
    """Write the compiled form of every data file under `root` that has none or another one.

    Files whose source has gone are removed. Returns what was written or removed.
    """
    changed = []
    for folder in FOLDERS:
        for orphan in (root / folder).rglob(f"*{SUFFIX}"):
            if not orphan.with_suffix("").exists():
                orphan.unlink()
                changed.append(orphan)
        for source in sorted((root / folder).rglob("*.toml")):
            target = source.with_name(source.name + SUFFIX)
            content = compiled(source.read_bytes())
            if not target.exists() or target.read_bytes() != content:
                target.write_bytes(content)
                changed.append(target)
    return changed


def compiled(source: bytes) -> bytes:
    """Return the compiled form of a data file; dates become ISO strings."""
    digest = hashlib.blake2b(source, digest_size=16).hexdigest()
    data = tomllib.loads(source.decode("utf-8"))
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    return f"{digest}\n{body}\n".encode()
