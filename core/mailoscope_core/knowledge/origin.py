"""Recognises what wrote a pasted text: a bounce, a server's log, a device, a program."""

from __future__ import annotations

from importlib.resources.abc import Traversable

import msgspec

from mailoscope_core.knowledge import data_files

BOUNCE, RECEIVING, RELAY, DEVICE, WEB_API = "bounce", "receiving", "relay", "device", "web-api"
UNKNOWN = ""


class ClientMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of writer and the words (small letters) by which it shows."""

    id: str
    kind: str
    marks: tuple[str, ...]
    unless: tuple[str, ...] = ()
    """Words beside which the marks count for nothing."""


class ClientFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The writers that are told apart, in the order in which they are tried."""

    client: tuple[ClientMark, ...]

    def of(self, text: str) -> ClientMark | None:
        """Return who wrote a text, or null when nothing shows it."""
        folded = text.lower()
        for client in self.client:
            if any(mark in folded for mark in client.marks) and not any(
                other in folded for other in client.unless
            ):
                return client
        return None


def load_clients(root: Traversable | None = None) -> ClientFile:
    """Return the writers of the data file; raises `UserError` knowledge-invalid."""
    base = root if root is not None else data_files.knowledge_root()
    return data_files.read(base.joinpath("clients.toml"), ClientFile)
