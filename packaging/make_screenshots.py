"""Takes the pictures of the window for the README: light and dark, in every language.

`python packaging/make_screenshots.py` runs the headless session once per picture, each in an
empty home directory, and writes `packaging/screenshots/window-<theme>-<language>.png`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCREENSHOTS = ROOT / "packaging" / "screenshots"
THEMES = ("light", "dark")
LANGUAGES = ("en", "hi")
# A fault that people know, so that the inspector has something to say.
SCENARIO = "auth-rejected"


def main() -> int:
    """Take all pictures; returns the exit code of the first run that fails, or 0."""
    SCREENSHOTS.mkdir(exist_ok=True)
    for theme in THEMES:
        for language in LANGUAGES:
            picture = SCREENSHOTS / f"window-{theme}-{language}.png"
            code = take(picture, theme, language)
            if code:
                return code
            print(picture.relative_to(ROOT))
    return 0


def take(picture: Path, theme: str, language: str) -> int:
    """Run the session in that theme and language and keep its picture of the window."""
    with tempfile.TemporaryDirectory() as home:
        out = Path(home) / "out"
        command = [sys.executable, "-m", "mailoscope_gui", "--headless", "--practice", SCENARIO]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("XDG_")
        }
        result = subprocess.run(
            [*command, "--theme", theme, "--lang", language, "--out", str(out)],
            env={**environment, "HOME": home, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if (out / "window.png").exists():
            shutil.copyfile(out / "window.png", picture)
            return 0
        print(f"no picture in {theme} and {language}", file=sys.stderr)
        return result.returncode or 1


if __name__ == "__main__":
    sys.exit(main())
