"""Presets of mail providers: where and how to submit mail, with source and the day it was seen."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from mailoscope_core.knowledge import data_files
from mailoscope_core.storage.profile import TlsMode

STALE_AFTER_DAYS = 365


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One host and port that take submissions."""

    host: str
    port: int
    tls: TlsMode


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider's settings. `endpoints` are in the order to try; `domains` those of addresses.

    `user_form` tells what the user name is; `secret` what is asked for instead of the account's
    password; `mechanisms` those the provider documents (empty: not documented). `seen` is the day
    on which `source` was read (ISO date).
    """

    id: str
    name: str
    endpoints: tuple[Endpoint, ...]
    source: str
    seen: datetime.date
    domains: tuple[str, ...] = ()
    user_form: Literal["address", "local-part", "key", "none"] = "address"
    secret: Literal["password", "app-password", "oauth", "api-key", "none"] = "password"
    oauth: bool = False
    mechanisms: tuple[str, ...] = ()
    note: str = ""

    @property
    def host(self) -> str:
        """The host to try first."""
        return self.endpoints[0].host

    @property
    def port(self) -> int:
        """The port to try first."""
        return self.endpoints[0].port

    @property
    def tls(self) -> TlsMode:
        """The TLS mode to try first."""
        return self.endpoints[0].tls

    def stale(self, today: datetime.date) -> bool:
        """Whether the facts were seen more than twelve months ago."""
        return (today - self.seen).days > STALE_AFTER_DAYS


class PresetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of presets."""

    preset: tuple[Preset, ...]


class Presets:
    """All presets, found by id or by a mail address."""

    def __init__(self, presets: Iterable[Preset]) -> None:
        self.all = tuple(presets)
        self._by_domain = {domain: preset for preset in self.all for domain in preset.domains}
        self._by_id = {preset.id: preset for preset in self.all}

    def __iter__(self) -> Iterator[Preset]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def get(self, preset_id: str) -> Preset | None:
        """Return a preset by its id, or null."""
        return self._by_id.get(preset_id)

    def for_address(self, address: str) -> Preset | None:
        """Return the preset for an address by the domain behind its last @, or null."""
        _, at, domain = address.strip().rpartition("@")
        return self._by_domain.get(domain.rstrip(".").lower()) if at else None


def load_presets(root: Traversable | None = None) -> Presets:
    """Return the presets of all files; raises `UserError` knowledge-invalid for wrong data."""
    folder = root if root is not None else data_files.presets_root()
    return Presets(
        preset
        for file in data_files.toml_files(folder)
        for preset in data_files.read(file, PresetFile).preset
    )


def for_address(address: str) -> Preset | None:
    """Return the product's preset for an address, or null."""
    return _product_presets().for_address(address)


@functools.cache
def _product_presets() -> Presets:
    return load_presets()
