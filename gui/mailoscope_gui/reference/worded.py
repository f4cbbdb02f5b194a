"""Records of the knowledge in the words of a language, and the names they mention."""

from __future__ import annotations

from typing import Any

from mailoscope_core.base.texts import Texts
from mailoscope_gui.i18n import N_

SCOPES = {
    "code": N_("Reply code"),
    "enhanced": N_("Enhanced status code"),
    "subject": N_("Group of enhanced status codes"),
    "class": N_("First digit"),
    "digit": N_("Second digit"),
    "vendor": N_("A provider's own meaning"),
    "extension": N_("SMTP extension"),
    "mechanism": N_("Log-in mechanism"),
    "verb": N_("SMTP command"),
}
PERMANENT = {
    True: N_("permanent: the same again gets the same answer"),
    False: N_("temporary: trying again later can help"),
}


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


def is_translated(texts: Texts, record: Any) -> bool:
    """Tell whether a record's name and description stand in the language in use."""
    return all(
        texts.has_record(record.id, name, getattr(record, name)) for name in ("name", "description")
    )


class Names:
    """What steps and those who must act are called; reads one small file."""

    def __init__(self, texts: Texts) -> None:
        from mailoscope_core.knowledge.text import load_terms

        self._terms = load_terms()
        self._texts = texts

    def step(self, kind: str) -> str:
        """Return the name of a step."""
        return self._terms.name(f"step.{kind}", self._texts)

    def owner(self, owner: str) -> str:
        """Return what somebody who must act is called."""
        return self._terms.name(f"owner.{owner}", self._texts)
