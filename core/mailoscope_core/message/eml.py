"""Loads a message from a file: with CRLF as SMTP wants it, or forced as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailoscope_core.base.errors import UserError
from mailoscope_core.message.mime import check_readable, read_pieces
from mailoscope_core.message.prepared import PreparedMessage
from mailoscope_core.message.spool import CHUNK, Spool

# More than any server is known to take; a file of this size is no message.
MAX_OCTETS = 1 << 30


def load_eml(path: Path, spool: Spool, *, as_is: bool = False) -> PreparedMessage:
    """Take a message from a file into the spool.

    Line endings become CRLF and `lines_changed` says how many; with `as_is` every octet stays and
    the finding as-is warns. Raises `UserError`: eml-missing, eml-not-file, eml-unreadable,
    eml-empty, eml-too-large, and those of `Spool.store`.
    """
    size = check_readable(path, "eml")
    if size == 0:
        raise UserError("eml-empty", path=path)
    if size > MAX_OCTETS:
        raise UserError("eml-too-large", path=path, size=size, limit=MAX_OCTETS)
    return spool.store(_content(path), "eml", as_is=as_is)


def _content(path: Path) -> Iterator[bytes]:
    try:
        source = path.open("rb")
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UserError("eml-unreadable", path=path, detail=detail) from error
    with source:
        yield from read_pieces(source, "eml", path, CHUNK)
