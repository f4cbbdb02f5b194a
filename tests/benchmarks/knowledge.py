"""The knowledge: loading it, explaining ten thousand replies, and the worst text of 64 KiB."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from mailoscope_core.knowledge.diagnose import Explainer, load_explainer
from tests.benchmarks.measure import table, take_turns

_EXAMPLES = Path(__file__).resolve().parent.parent / "knowledge" / "examples.toml"
_REPLIES = 10_000
_LARGE = 64 * 1024
_FRESH = "from mailoscope_core.knowledge.diagnose import load_explainer; load_explainer()"
_BARE = "import msgspec, re, importlib.resources"


def run(folder: Path, rounds: int) -> None:
    """Print three tables; the floor of loading is a Python that loads nothing of ours."""
    few = max(1, rounds // 3)
    starts = {
        "bare python": lambda: _python(_BARE),
        "mailoscope": lambda: _python(_FRESH),
    }
    print(
        table("loading the knowledge, in a fresh process", take_turns(starts, few), "bare python")
    )
    explainer = load_explainer()
    texts = _texts()
    many = (texts * (_REPLIES // len(texts) + 1))[:_REPLIES]

    def split() -> None:
        for text in many:
            text.casefold().split()

    def explain() -> None:
        for text in many:
            explainer.explain(text)

    rows = take_turns({"fold and split": split, "mailoscope": explain}, few)
    print(table(f"explaining {_REPLIES:,} pasted errors", rows, "fold and split"))
    large = {name: _explaining(explainer, text) for name, text in _large().items()}
    print(table("explaining 64 KiB", take_turns(large, few), "plain words"))


def _explaining(explainer: Explainer, text: str) -> Callable[[], None]:
    def explain() -> None:
        explainer.explain(text)

    return explain


def _python(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True)


def _texts() -> list[str]:
    examples = tomllib.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return [
        text
        for example in examples.values()
        for text in (example["yes"], example["no"])
        if isinstance(text, str)
    ]


def _large() -> dict[str, str]:
    """Texts that a careless pattern would choke on."""
    pieces = {
        "plain words": "the mail could not be delivered to its recipient today ",
        "codes": "550 5.7.1 550-5.7.1 451 4.7.0 ",
        "one long line": "a",
        "brackets": "<<<<((([[[{{{",
        "colons": "a: b: c:d::",
        "blanks": " \t",
        "line ends": "\n\r\n",
        "digits": "5.5.5.5.5555",
        "addresses": "<a@b.c> a@b.c, ",
        "base64": "334 eyJzdGF0dXMiOiI0MDEi",
        "html": "<div><p>&lt;&amp;550</p>",
        "every example": "\n".join(_texts()),
    }
    return {name: (piece * (_LARGE // len(piece) + 1))[:_LARGE] for name, piece in pieces.items()}
