"""Presets of mail providers: where and how to submit mail, with source and the day it was seen."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from mailoscope_core.base.texts import Texts, languages
from mailoscope_core.knowledge import data_files
from mailoscope_core.storage.profile import TlsMode

STALE_AFTER_DAYS = 365

UserForm = Literal["address", "local-part", "key", "none"]
SecretForm = Literal["password", "app-password", "oauth", "api-key", "none"]
LimitOf = Literal["message-size", "recipients-per-message", "recipients", "messages"]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One host and port that take submissions."""

    host: str
    port: int
    tls: TlsMode


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A documented limit: of a message's size (`unit` MB or MiB) or of a number of things `per`
    a time."""

    of: LimitOf
    number: int
    unit: Literal["", "MB", "MiB"] = ""
    per: Literal["", "minute", "hour", "day", "month"] = ""


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider's settings. `endpoints` are in the order to try; `domains` those of addresses.

    `user_form` tells what the user name is (`user` where it is the same for everybody); `secret`
    what is asked for instead of the account's password; `mechanisms` those the provider documents
    (empty: not documented). `seen` is the day on which `source` was read (ISO date), `source_kind`
    whether it is the provider's own page. `limits_source` is set where `limits` stand elsewhere.
    `vendor` names the record that recognises the provider's servers.
    """

    id: str
    name: str
    endpoints: tuple[Endpoint, ...]
    source: str
    seen: datetime.date
    kind: Literal["mailbox", "relay"] = "mailbox"
    domains: tuple[str, ...] = ()
    user_form: UserForm = "address"
    user: str = ""
    secret: SecretForm = "password"
    oauth: bool = False
    mechanisms: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    limits_source: str = ""
    secret_url: str = ""
    help_url: str = ""
    vendor: str = ""
    source_kind: Literal["provider", "secondary"] = "secondary"
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

    @property
    def short_id(self) -> str:
        """The id as people type it: `gmail`."""
        return self.id.removeprefix("preset.")

    def user_for(self, address: str) -> str:
        """Return the user name of an address's owner, empty where only the provider knows it."""
        forms = {"address": address, "local-part": address.rpartition("@")[0]}
        return self.user or forms.get(self.user_form, "")

    def stale(self, today: datetime.date) -> bool:
        """Whether the facts were seen more than twelve months ago."""
        return (today - self.seen).days > STALE_AFTER_DAYS


class PresetFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of presets."""

    preset: tuple[Preset, ...]


class Presets:
    """All presets, found by id, by a mail address, or by words."""

    def __init__(self, presets: Iterable[Preset]) -> None:
        self.all = tuple(presets)
        self._by_domain = {domain: preset for preset in self.all for domain in preset.domains}
        self._by_id = {preset.id: preset for preset in self.all}

    def __iter__(self) -> Iterator[Preset]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def get(self, preset_id: str) -> Preset | None:
        """Return a preset by its id, with or without `preset.`, or null."""
        return self._by_id.get(preset_id) or self._by_id.get(f"preset.{preset_id}")

    def for_address(self, address: str) -> Preset | None:
        """Return the preset for an address by the domain behind its last @, or null."""
        _, at, domain = address.strip().rpartition("@")
        return self._by_domain.get(domain.rstrip(".").lower()) if at else None


class PresetIndex:
    """Presets with all their words in all languages, for a search as the user types."""

    def __init__(self, presets: Iterable[Preset]) -> None:
        tongues = [Texts(language) for language in languages()]
        self._entries = tuple((preset, _haystack(preset, tongues)) for preset in presets)

    def search(self, text: str) -> tuple[Preset, ...]:
        """Return the presets that have all words of `text`; those named so first, then by name.

        An address finds the provider of its domain.
        """
        asked = text.strip().casefold()
        _, at, domain = asked.rpartition("@")
        words = (domain if at else asked).split()
        hits = [preset for preset, hay in self._entries if all(word in hay for word in words)]
        return tuple(sorted(hits, key=lambda preset: _order(preset, words)))


def _haystack(preset: Preset, tongues: list[Texts]) -> str:
    parts = [preset.id, preset.name, *preset.domains, preset.secret, *preset.mechanisms]
    parts += [f"{each.host}:{each.port} {each.tls.value}" for each in preset.endpoints]
    if preset.note:
        parts += [texts.record(preset.id, "note", preset.note) for texts in tongues]
    return "\n".join(parts).casefold()


def _order(preset: Preset, words: list[str]) -> tuple[int, str]:
    return (_nearness(preset, words[0]) if words else 0, preset.name.casefold())


def _nearness(preset: Preset, word: str) -> int:
    """How near a provider is to a word: its id or domain, its name, then the rest."""
    name = preset.name.casefold()
    if word == preset.short_id or word in preset.domains:
        return 0
    if name.startswith(word) or preset.short_id.startswith(word):
        return 1
    if word in name:
        return 2
    return 3 if any(word in each.host for each in preset.endpoints) else 4


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
