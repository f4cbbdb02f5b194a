"""Draws the application's icon from its SVG: PNG files, one for Windows and one for macOS."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ROOT = Path(__file__).resolve().parent.parent
DRAWING = ROOT / "resources" / "mailoscope_resources" / "icons" / "mailoscope.svg"
_ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
# macOS knows the size of a PNG by the name of its chunk.
_ICNS_CHUNKS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def write_icons(folder: Path) -> None:
    """Write `mailoscope-<size>.png` in all sizes, `mailoscope.ico` and `mailoscope.icns`."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {size: picture(size) for size in SIZES}
    for size, png in pictures.items():
        (folder / f"mailoscope-{size}.png").write_bytes(png)
    (folder / "mailoscope.ico").write_bytes(ico({size: pictures[size] for size in _ICO_SIZES}))
    (folder / "mailoscope.icns").write_bytes(icns(pictures))


def picture(size: int) -> bytes:
    """Return the icon as a square PNG."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # "raises" instead of an icon that is missing later
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise OSError(f"no PNG of {size} pixels could be made")
    return bytes(data.data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Return an icon file of Windows that holds these PNGs."""
    offset = 6 + 16 * len(pictures)
    directory, data = [struct.pack("<HHH", 0, 1, len(pictures))], []
    for size, png in pictures.items():
        side = size % 256  # 256 is written as 0
        directory.append(struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(png), offset))
        data.append(png)
        offset += len(png)
    return b"".join((*directory, *data))


def icns(pictures: dict[int, bytes]) -> bytes:
    """Return an icon file of macOS that holds these PNGs."""
    chunks = [
        name + struct.pack(">I", 8 + len(pictures[size])) + pictures[size]
        for name, size in _ICNS_CHUNKS.items()
    ]
    data = b"".join(chunks)
    return b"icns" + struct.pack(">I", 8 + len(data)) + data


if __name__ == "__main__":
    write_icons(Path(sys.argv[1]))
