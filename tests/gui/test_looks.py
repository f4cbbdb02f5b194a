"""What is painted by hand leaves its traces: glyphs, chips, icons, fonts, both themes."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication

from mailoscope_gui.delegates.chip import Chip, chip_text
from mailoscope_gui.delegates.glyphs import STATES, paint_glyph, reply_glyph
from mailoscope_gui.i18n import Language
from mailoscope_gui.icons import Icons
from mailoscope_gui.theme import Theme
from tests.gui.person import Person

NAMES = sorted(
    {
        *STATES.values(),
        *(reply_glyph(code) for code in (250, 354, 450, 550, None)),
        "disc",
        "lock",
        "info",
        "arrow-left",
        "skip",
    }
)


def ink(image: QImage) -> int:
    """How many pixels are not the ground."""
    ground = image.pixel(0, 0)
    return sum(
        image.pixel(x, y) != ground for x in range(image.width()) for y in range(image.height())
    )


def painted(name: str) -> QImage:
    """A glyph on white."""
    image = QImage(QSize(20, 20), QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_glyph(painter, name, QRectF(2, 2, 16, 16), QColor("black"))
    painter.end()
    return image


@pytest.mark.parametrize("name", NAMES)
def test_glyphs_leave_ink(qapp: QApplication, name: str) -> None:
    assert ink(painted(name)) > 10


def test_no_two_states_look_the_same(qapp: QApplication) -> None:
    pictures = [bytes(painted(name).constBits()) for name in STATES.values()]
    assert len(set(pictures)) == len(STATES)


def test_classes_differ_in_more_than_colour(qapp: QApplication) -> None:
    language = Language("en")
    codes = (250, 354, 450, 550, None)
    assert len({reply_glyph(code) for code in codes}) == len(codes)
    assert len({chip_text(code, language).lstrip("0123456789 ") for code in codes}) == len(codes)


def test_a_chip_has_room_for_its_words(qapp: QApplication) -> None:
    chip = Chip(Theme("light"), Language("en"))
    chip.show_code(535)
    small = chip.sizeHint().width()
    chip.setFont(QFont(chip.font().family(), 30))
    assert chip.sizeHint().width() > small
    assert chip.accessibleName() == "535 no"
    assert ink(chip.grab().toImage()) > 100


@pytest.mark.parametrize(
    "name",
    sorted(
        file.name.removesuffix(".svg")
        for file in resources.files("mailoscope_resources").joinpath("icons").iterdir()
        if file.name.endswith(".svg")
    ),
)
def test_icons_can_be_drawn_in_both_themes(qapp: QApplication, name: str) -> None:
    pictures = []
    for choice in ("light", "dark"):
        icon: QIcon = Icons(Theme(choice)).icon(name)  # type: ignore[arg-type]
        pictures.append(icon.pixmap(32, 32).toImage())
    assert all(ink(picture) > 20 for picture in pictures)
    if name != "mailoscope":
        assert pictures[0] != pictures[1], "the ink follows the palette"


def test_the_window_follows_a_change_of_theme(person: Person) -> None:
    person.practise("submission")
    person.step()
    window, theme = person.application.window, person.application.services.theme
    light = brightness(window.grab().toImage())
    theme.use("dark")
    person.wait(lambda: brightness(window.grab().toImage()) < light / 2)
    theme.use("light")
    person.wait(lambda: brightness(window.grab().toImage()) == light)


def brightness(image: QImage) -> int:
    """How bright a row of pixels is."""
    return sum(QColor(image.pixel(x, 300)).lightness() for x in range(0, 900, 9))


BARE = """
from PySide6.QtGui import QFontInfo, QImage
from mailoscope_gui.app import build, make_qt
from mailoscope_gui.options import Options
qt = make_qt()
application = build(qt, Options(language="hi"))
print(QFontInfo(qt.font()).family())
print(QFontInfo(application.services.theme.mono()).family())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is asked for an empty machine")
def test_a_machine_without_fonts_gets_ours(tmp_path: Path) -> None:
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><dir>{tmp_path}/none</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    result = subprocess.run(
        [sys.executable, "-c", BARE],
        env={**os.environ, "FONTCONFIG_FILE": str(configuration)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split("\n")[:2] == ["Noto Sans Devanagari", "Noto Sans Mono"]
