"""The user's language: gettext look-up for the interface and for the records of the knowledge."""

from __future__ import annotations

import gettext
from importlib import resources
from typing import Any

from mailoscope_core.base.errors import UserError

INTERFACE_DOMAIN = "mailoscope"
KNOWLEDGE_DOMAIN = "knowledge"
SOURCE_LANGUAGE = "en"


class Texts:
    """One language's words, with English for whatever is missing.

    Babel finds calls of `gettext`, `ngettext` and `pgettext` by name; the usual `_ = texts.gettext`
    inside a function works too. There is no installed global `_`.
    """

    def __init__(self, language: str = SOURCE_LANGUAGE) -> None:
        self.language = language
        self._interface = _catalogue(INTERFACE_DOMAIN, language)
        self._knowledge = _catalogue(KNOWLEDGE_DOMAIN, language)
        self._errors: dict[str, Any] | None = None

    def gettext(self, message: str) -> str:
        """Return the interface text `message` in this language."""
        return self._interface.gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the form of an interface text that goes with `count`."""
        return self._interface.ngettext(singular, plural, count)

    def pgettext(self, context: str, message: str) -> str:
        """Return an interface text whose meaning depends on `context`."""
        return self._interface.pgettext(context, message)

    @property
    def own_name(self) -> str:
        """The language's name as its speakers write it; its code where the catalogue has none."""
        name = self.pgettext("the name of this language in itself", "English")
        foreign = self.language != SOURCE_LANGUAGE
        return self.language if foreign and name == "English" else name

    def record(self, record_id: str, field: str, english: str) -> str:
        """Return one field of a data record in this language, or its English text."""
        return self._knowledge.pgettext(f"{record_id}.{field}", english) if english else english

    def has_record(self, record_id: str, field: str, english: str) -> bool:
        """Tell whether a field is translated, so that a view can mark the English fall-back."""
        if self.language == SOURCE_LANGUAGE:
            return True
        catalogue = self._knowledge
        known = getattr(catalogue, "_catalog", {})
        return f"{record_id}.{field}\x04{english}" in known

    def error(self, error: UserError) -> str:
        """Return the sentence for `error`: what happened, to what, what to do now."""
        if self._errors is None:
            import tomllib  # only errors need it, and the window starts without one

            source = resources.files("mailoscope_resources").joinpath("text/errors.toml")
            self._errors = tomllib.loads(source.read_text(encoding="utf-8"))
        entry = self._errors.get(error.code)
        if entry is None:
            return str(error)
        return self.record(f"error.{error.code}", "text", entry["text"]).format_map(error.params)


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue, English first."""
    root = resources.files("mailoscope_resources").joinpath("locale")
    found = [
        entry.name
        for entry in (root.iterdir() if root.is_dir() else ())
        if entry.joinpath("LC_MESSAGES").is_dir()
    ]
    return (SOURCE_LANGUAGE, *sorted(found))


def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    source = resources.files("mailoscope_resources").joinpath(
        f"locale/{language}/LC_MESSAGES/{domain}.mo"
    )
    if language == SOURCE_LANGUAGE or not source.is_file():
        return gettext.NullTranslations()
    with source.open("rb") as file:
        return gettext.GNUTranslations(file)
