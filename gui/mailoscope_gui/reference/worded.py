"""Records of the knowledge in the words of a language, and the names they mention."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mailoscope_core.base.texts import Texts
from mailoscope_gui.i18n import N_

if TYPE_CHECKING:
    from mailoscope_core.knowledge.text import Terms

SCOPES = {
    "code": N_("Reply code"),
    "enhanced": N_("Enhanced status code"),
    "subject": N_("Group of enhanced status codes"),
    "class": N_("First digit"),
    "digit": N_("Second digit"),
    "extension": N_("SMTP extension"),
    "mechanism": N_("Log-in mechanism"),
    "verb": N_("SMTP command"),
    "vendor": N_("A provider's own meaning"),
}
PERMANENT = {
    True: N_("permanent: the same again gets the same answer"),
    False: N_("temporary: trying again later can help"),
}
FIELDS = ("name", "description", "when_seen", "how_to_fix", "notes")
"""What of a record is translated."""


def scope(record: Any) -> str:
    """Return whether a record is about a code, an extension, a group and so on."""
    return str(record.id).partition(".")[0]


def field(texts: Texts, record: Any, name: str) -> str:
    """Return one text of a record (anything with an `id`)."""
    return texts.record(record.id, name, getattr(record, name))


def entries(texts: Texts, record: Any, name: str) -> tuple[str, ...]:
    """Return a list of texts of a record."""
    return tuple(
        texts.record(record.id, f"{name}.{index}", entry)
        for index, entry in enumerate(getattr(record, name))
    )


def permanence(record: Any) -> str:
    """Return, for a refusal, whether the same again can help; untranslated, "" for other codes."""
    if record.permanent is None or record.code[:1] in ("2", "3"):
        return ""
    return PERMANENT[record.permanent]


def is_english(texts: Texts, record: Any, name: str) -> bool:
    """Tell whether a field, or an entry of a list, is shown in English for want of words."""
    value = getattr(record, name)
    if isinstance(value, str):
        return bool(value) and not texts.has_record(record.id, name, value)
    return not all(
        texts.has_record(record.id, f"{name}.{index}", entry) for index, entry in enumerate(value)
    )


def marked(texts: Texts, words: str, *, english: bool) -> str:
    """Return a heading, with the remark that what follows is English where that is so."""
    if not english:
        return words
    return texts.gettext("{heading} (in English: not translated yet)").format(heading=words)


def seen_on(texts: Texts, seen: str, today: datetime.date) -> str:
    """Return when a provider's fact was seen, with a warning once that is a year ago."""
    from mailoscope_core.knowledge.presets import STALE_AFTER_DAYS

    try:
        age = (today - datetime.date.fromisoformat(seen)).days
    except ValueError:
        return ""
    if age > STALE_AFTER_DAYS:
        text = texts.gettext("seen on {date}, more than a year ago: it may have changed")
        return text.format(date=seen)
    return texts.gettext("seen on {date}").format(date=seen)


class Names:
    """What steps and those who must act are called."""

    def __init__(self, texts: Texts) -> None:
        self._terms = _terms()
        self._texts = texts

    def step(self, kind: str) -> str:
        """Return the name of a step."""
        return self._terms.name(f"step.{kind}", self._texts)

    def owner(self, owner: str) -> str:
        """Return what somebody who must act is called."""
        return self._terms.name(f"owner.{owner}", self._texts)

    def remark(self, name: str) -> str:
        """Return a remark on an answer as a whole."""
        return self._terms.name(f"answer.{name}", self._texts)


class Vendors:
    """What providers and server programs are called."""

    def __init__(self) -> None:
        self._names = _vendor_names()

    def name(self, vendor: str) -> str:
        """Return the name of a vendor, its id where there is none, "" for no vendor."""
        return self._names.get(f"vendor.{vendor}", vendor) if vendor else ""


def read_names() -> None:
    """Read the files of names; the index does, off the GUI thread, before anybody asks for one."""
    _terms()
    _vendor_names()


@functools.cache
def _terms() -> Terms:
    from mailoscope_core.knowledge.text import load_terms

    return load_terms()


@functools.cache
def _vendor_names() -> Mapping[str, str]:
    from mailoscope_core.knowledge.vendors import load_vendors

    return {record.id: record.name for record in load_vendors().records}
