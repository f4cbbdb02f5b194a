"""Recognises whose server is speaking: by host names, by the greeting, by the words of a reply."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.records import VendorFile, VendorRecord


class Vendors:
    """The vendors that the knowledge can tell apart."""

    def __init__(self, records: tuple[VendorRecord, ...]) -> None:
        self.records = records

    def of_host(self, host: str) -> str | None:
        """Return the vendor of a host name (dialled, MX, banner), or null."""
        name = host.strip().rstrip(".").lower()
        for record in self.records:
            if any(name == end or name.endswith("." + end) for end in record.hosts):
                return record.id.removeprefix("vendor.")
        return None

    def of_banner(self, banner: str) -> str | None:
        """Return the vendor whose marks a greeting or EHLO reply bears, or null."""
        folded = banner.lower()
        for record in self.records:
            if any(mark in folded for mark in (*record.banner, *record.hosts)):
                return record.id.removeprefix("vendor.")
        return None

    def of_reply(self, text: str) -> str | None:
        """Return the vendor whose turns of phrase a reply shows, or null."""
        folded = text.lower()
        for record in self.records:
            if any(mark in folded for mark in record.reply):
                return record.id.removeprefix("vendor.")
        return None


def load_vendors(root: Traversable | None = None) -> Vendors:
    """Return the vendors of the data file; raises `UserError` knowledge-invalid."""
    base = root if root is not None else data_files.knowledge_root()
    return Vendors(data_files.read(base.joinpath("vendors.toml"), VendorFile).vendor)
