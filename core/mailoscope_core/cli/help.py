"""`help`: the pages of the help, to be read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import PROGRAM, CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.wrapping import wrapped
from mailoscope_core.knowledge.help_pages import HelpPage, HelpSection, in_words, load_help_pages


def run(arguments: Sequence[str], console: Console) -> int:
    """Print one page, or the list of them. Raises `UserError` help-unknown."""
    options = _parser(console.texts).parse_args(arguments)
    pages = load_help_pages()
    if not options.page:
        _list(pages, console)
        return Exit.OK
    page = next((each for each in pages if each.name == options.page), None)
    if page is None:
        names = ", ".join(each.name for each in pages)
        raise UserError("help-unknown", page=options.page, pages=names)
    worded = in_words(page, console.texts)
    console.say(console.styled(worded.page.title, "strong"))
    if worded.english:
        remark = console.texts.gettext("Parts of this are not translated yet.")
        console.say(console.styled(remark, "faint"))
    for line in wrapped(worded.page.lead):
        console.say(line)
    for section in worded.page.sections:
        console.say()
        console.say(console.styled(section.heading, "strong"))
        for line in _lines(section):
            console.say(line)
    return Exit.OK


def _list(pages: Sequence[HelpPage], console: Console) -> None:
    _ = console.texts.gettext
    console.say(_("Pages of the help:"))
    width = max(len(page.name) for page in pages)
    for page in pages:
        console.say(f"  {page.name:<{width}}  {in_words(page, console.texts).page.title}")
    console.say()
    console.say(_("{program} help PAGE prints one of them.").format(program=PROGRAM))


def _lines(section: HelpSection) -> Iterator[str]:
    for paragraph in section.paragraphs:
        yield from wrapped(paragraph, "  ")
    for number, step in enumerate(section.steps, start=1):
        yield from wrapped(step, f"  {number}. ")
    for point in section.points:
        yield from wrapped(point, "  - ")
    for command in section.commands:
        yield f"    $ {command}"


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.UNKNOWN)
    description = _("Prints a page of the help; without a name it lists the pages.")
    parser = CommandParser("help", description, texts, epilog=exit_code_help(texts, codes))
    parser.given.add_argument(
        "page", nargs="?", metavar=_("PAGE"), help=_("such as first-session or report")
    )
    return parser
