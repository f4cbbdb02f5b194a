"""What is known about a mail provider, as labelled text in the user's language."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge.presets import Endpoint, Limit, Preset
from mailoscope_core.knowledge.records import VendorRecord
from mailoscope_core.knowledge.vendors import Vendors
from mailoscope_core.storage.profile import TlsMode


@dataclass(frozen=True, slots=True)
class ProviderFact:
    """One labelled fact; of several `values` their order counts when `ordered`."""

    label: str
    values: tuple[str, ...]
    ordered: bool = False


class ProviderWords:
    """Words about providers in one language; `today` decides what is stale."""

    def __init__(self, texts: Texts, today: datetime.date, vendors: Vendors | None = None) -> None:
        self._texts = texts
        self._today = today
        records = vendors.records if vendors is not None else ()
        self._vendors = {record.id.removeprefix("vendor."): record for record in records}

    def kind(self, preset: Preset) -> str:
        """Return what kind of provider this is."""
        _ = self._texts.gettext
        return _("relay for programs") if preset.kind == "relay" else _("mailboxes")

    def endpoint(self, endpoint: Endpoint) -> str:
        """Return host, port and when TLS begins."""
        _ = self._texts.gettext
        modes = {
            TlsMode.IMPLICIT: _("implicit TLS"),
            TlsMode.STARTTLS: "STARTTLS",
            TlsMode.OPTIONAL: _("STARTTLS if offered"),
            TlsMode.NONE: _("no TLS"),
        }
        return f"{endpoint.host}:{endpoint.port} ({modes[endpoint.tls]})"

    def user(self, preset: Preset) -> str:
        """Return what the user name is."""
        _ = self._texts.gettext
        if preset.user:
            return _("{user}, the same for everybody").format(user=preset.user)
        return {
            "address": _("the whole address"),
            "local-part": _("the part before the @ alone"),
            "key": _("not an address: the provider shows it beside the key"),
            "none": _("none: this server takes mail without a log-in"),
        }[preset.user_form]

    def secret(self, preset: Preset) -> str:
        """Return what the log-in takes as the password."""
        _ = self._texts.gettext
        return {
            "password": _("the account's own password"),
            "app-password": _("an app password; the account's own password is refused"),
            "oauth": _("an OAuth access token only; no password works"),
            "api-key": _("a key or token that is made with the provider"),
            "none": _("none"),
        }[preset.secret]

    def limit(self, limit: Limit) -> str:
        """Return one limit in words."""
        _, ngettext = self._texts.gettext, self._texts.ngettext
        number = f"{limit.number:,}"
        if limit.of == "message-size":
            size = _("a message of at most {number} {unit}")
            return size.format(number=number, unit=limit.unit)
        if limit.of == "recipients-per-message":
            text = ngettext(
                "{number} recipient a message", "{number} recipients a message", limit.number
            )
            return text.format(number=number)
        if limit.of == "recipients":
            text = ngettext("{number} recipient", "{number} recipients", limit.number)
        else:
            text = ngettext("{number} message", "{number} messages", limit.number)
        times = {
            "minute": _("{what} a minute"),
            "hour": _("{what} an hour"),
            "day": _("{what} a day"),
            "month": _("{what} a month"),
            "": "{what}",
        }
        return times[limit.per].format(what=text.format(number=number))

    def note(self, preset: Preset) -> str:
        """Return the provider's note, empty when there is none."""
        return self._texts.record(preset.id, "note", preset.note) if preset.note else ""

    def stale(self, preset: Preset) -> str:
        """Return a warning for facts that are older than twelve months, else an empty string."""
        if not preset.stale(self._today):
            return ""
        text = self._texts.gettext(
            "Seen on {date}, more than 12 months ago: check before relying on it."
        )
        return text.format(date=preset.seen.isoformat())

    def facts(self, preset: Preset) -> Iterator[ProviderFact]:
        """Yield all facts but name and note, the ones that are needed first."""
        _ = self._texts.gettext
        vendor = self._vendors.get(preset.vendor)
        servers = tuple(map(self.endpoint, preset.endpoints))
        rows: tuple[tuple[str, tuple[str, ...]], ...] = (
            (_("Kind"), (self.kind(preset),)),
            (_("Servers, in the order to try"), servers),
            (_("User name"), (self.user(preset),)),
            (_("Password"), (self.secret(preset),)),
            (_("OAuth"), (_("yes") if preset.oauth else _("not documented"),)),
            (_("Mechanisms"), (", ".join(preset.mechanisms),)),
            (_("Limits"), tuple(map(self.limit, preset.limits))),
            (_("Limits seen at"), (preset.limits_source,)),
            (_("Addresses"), (", ".join(preset.domains),)),
            (_("Its hosts end in"), (", ".join(vendor.hosts),) if vendor else ()),
            (_("Its greeting holds"), _signs(vendor) if vendor else ()),
            (_("How to get the password"), (preset.secret_url,)),
            (_("Provider's help"), (preset.help_url,)),
            (_("Source"), (preset.source,)),
            (_("Kind of source"), (self._source_kind(preset),)),
            (_("Seen on"), (preset.seen.isoformat(),)),
        )
        for label, values in rows:
            if said := tuple(value for value in values if value):
                yield ProviderFact(label, said, ordered=values is servers)

    def _source_kind(self, preset: Preset) -> str:
        _ = self._texts.gettext
        if preset.source_kind == "provider":
            return _("the provider's own page")
        return _("somebody else's page: no page of the provider could be read")

    def plain_text(self, preset: Preset) -> str:
        """Return everything as plain text, for the clipboard."""
        lines = [preset.name]
        for fact in self.facts(preset):
            lines.append(f"{fact.label}: {'; '.join(fact.values)}")
        lines += [text for text in (self.note(preset), self.stale(preset)) if text]
        return "\n".join(lines)


def _signs(vendor: VendorRecord) -> tuple[str, ...]:
    """Return what the greeting and the EHLO reply of a vendor's servers hold, in small letters."""
    return (*vendor.banner, *vendor.ehlo)
