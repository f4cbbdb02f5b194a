"""The help: pages of short sections, as data, in the words of a language."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources.abc import Traversable

import msgspec

from mailoscope_core.base.texts import Texts
from mailoscope_core.knowledge import data_files

_LISTS = ("paragraphs", "steps", "points")


class HelpSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task or question. `steps` are done in their order, `points` are not.

    `commands` are lines for a shell that do the same; `actions` ids of actions of the window.
    """

    id: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class _HelpFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    order: int
    title: str
    lead: str
    section: tuple[HelpSection, ...]


@dataclass(frozen=True, slots=True)
class HelpPage:
    """One page; `name` is its file's, and what people type after `help`."""

    name: str
    title: str
    lead: str
    sections: tuple[HelpSection, ...]


@dataclass(frozen=True, slots=True)
class WordedPage:
    """A page in a language; `english` tells that parts of it are not translated."""

    page: HelpPage
    english: bool


def load_help_pages(root: Traversable | None = None) -> tuple[HelpPage, ...]:
    """Return all pages in the order of their list; raises `UserError` knowledge-invalid."""
    found = []
    for file in data_files.toml_files(root if root is not None else data_files.help_root()):
        content = data_files.read(file, _HelpFile)
        name = file.name.removesuffix(".toml")
        page = HelpPage(name, content.title, content.lead, content.section)
        found.append((content.order, page))
    return tuple(page for _order, page in sorted(found, key=lambda each: (each[0], each[1].name)))


def in_words(page: HelpPage, texts: Texts) -> WordedPage:
    """Return a page in a language, with English for what is not translated."""
    words = _Words(f"help.{page.name}", texts)
    worded = HelpPage(
        page.name,
        words.say("title", page.title),
        words.say("lead", page.lead),
        tuple(_section(section, words) for section in page.sections),
    )
    return WordedPage(worded, words.english)


def _section(section: HelpSection, words: _Words) -> HelpSection:
    lists = {
        name: tuple(
            words.say(f"{section.id}.{name}.{number}", text)
            for number, text in enumerate(getattr(section, name))
        )
        for name in _LISTS
    }
    heading = words.say(f"{section.id}.heading", section.heading)
    return msgspec.structs.replace(section, heading=heading, **lists)


class _Words:
    """Looks fields up and notices those that lack a translation."""

    def __init__(self, page: str, texts: Texts) -> None:
        self._page, self._texts = page, texts
        self.english = False

    def say(self, field: str, english: str) -> str:
        if english and not self._texts.has_record(self._page, field, english):
            self.english = True
        return self._texts.record(self._page, field, english)
