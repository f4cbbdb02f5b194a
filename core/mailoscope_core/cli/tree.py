"""`tree`: finds the cause by questions, one step at a time, or prints a place or a whole tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.cli.json_lines import json_line
from mailoscope_core.cli.wrapping import wrapped
from mailoscope_core.knowledge.text import Wording, load_wording
from mailoscope_core.knowledge.tree_text import LeafText, TreeText
from mailoscope_core.knowledge.trees import Leaf, Node, Tree, Walk, load_trees
from mailoscope_core.report.document import FindingBlock
from mailoscope_core.report.formats.text import finding_lines

_INDENT = 4


def run(arguments: Sequence[str], console: Console) -> int:
    """List the trees, walk one, or print what the choices given lead to.

    Raises `UserError` tree-unknown, tree-choice, tree-end.
    """
    options = _parser(console.texts).parse_args(arguments)
    trees, wording = load_trees(), load_wording()
    if options.tree is None:
        _list(list(trees), wording, console, as_json=options.json)
        return Exit.OK
    tree = trees[options.tree]
    show = _Shown(tree, wording, console)
    walk = Walk(tree).along(options.choice)
    if options.all:
        show.outline(walk, as_json=options.json)
    elif options.json:
        console.say(json_line(show.place_object(walk)))
    elif options.choice:
        show.place(walk)
    else:
        _walk(walk, show, console)
    return Exit.OK


def _list(trees: Sequence[Tree], wording: Wording, console: Console, *, as_json: bool) -> None:
    for tree in trees:
        text = TreeText(tree, wording, console.texts)
        if as_json:
            row = {"id": tree.id, "title": text.title, "description": text.description}
            console.say(json_line(row))
            continue
        console.say(f"{tree.id:<28} {console.styled(text.title, 'strong')}")
        for line in wrapped(text.description, " " * 29):
            console.say(line)
    if not as_json:
        console.say()
        console.say(console.texts.gettext("mailoscope-cli tree NAME walks through one of them."))


def _walk(walk: Walk, show: _Shown, console: Console) -> None:
    """Ask from question to question; the end of the input ends the walk."""
    _ = console.texts.gettext
    show.place(walk)
    while True:
        keys = "[b/q]" if walk.done else f"[1-{len(show.choices(walk))}/b/q]"
        answer = console.ask(f"{keys} {_('or ? for help')}: ")
        match None if answer is None else answer.strip().casefold():
            case None | "q":
                return
            case "b":
                walk = walk.back()
            case given if given.isascii() and given.isdecimal() and not walk.done:
                number = int(given[:3])
                if not 1 <= number <= len(show.choices(walk)):
                    console.complain(_("There is no such answer."))
                    continue
                walk = walk.choose(number)
            case _other:
                console.complain(_("A number = that answer, b = one question back, q = quit"))
                continue
        console.say()
        show.place(walk)


class _Shown:
    """Places of one tree on the console."""

    def __init__(self, tree: Tree, wording: Wording, console: Console) -> None:
        self._tree, self._console = tree, console
        self._text = TreeText(tree, wording, console.texts)

    def choices(self, walk: Walk) -> Sequence[str]:
        """Return the answers that can be given where the walk stands; none at a leaf."""
        return self._text.choices(walk.current) if isinstance(walk.current, Node) else ()

    def place(self, walk: Walk) -> None:
        """Print a question with its answers, or a leaf."""
        say, styled = self._console.say, self._console.styled
        if isinstance(walk.current, Leaf):
            for line in self._leaf_lines(walk.current):
                say(line)
            return
        if not walk.answers:
            say(styled(self._text.title, "faint"))
        say(styled(self._text.question(walk.current), "strong"))
        for line in wrapped(self._text.hint(walk.current), "  "):
            say(styled(line, "faint"))
        if self._text.is_english(walk.current):
            remark = self._console.texts.gettext("Parts of this are not translated yet.")
            say(styled(f"  {remark}", "faint"))
        for number, choice in enumerate(self.choices(walk), 1):
            for line in wrapped(choice, f"  {number}. ", "     "):
                say(line)

    def outline(self, walk: Walk, *, as_json: bool) -> None:
        """Print everything from here on, indented by depth, or as one nested object."""
        if as_json:
            self._console.say(json_line(self._nested(walk)))
            return
        self._console.say(self._console.styled(self._text.title, "strong"))
        for line in self._outline(walk, 0):
            self._console.say(line)

    def place_object(self, walk: Walk) -> dict[str, Any]:
        """Return where the walk stands, for programs."""
        trail = [
            {
                "question": self._text.question(answer.node),
                "answer": self._text.choices(answer.node)[answer.number - 1],
            }
            for answer in walk.answers
        ]
        return {
            "tree": self._tree.id,
            "title": self._text.title,
            "path": list(walk.path),
            "trail": trail,
            **self._here(walk.current),
        }

    def _here(self, place: Node | Leaf) -> dict[str, Any]:
        if isinstance(place, Node):
            return {
                "type": "question",
                "id": place.id,
                "question": self._text.question(place),
                "hint": self._text.hint(place),
                "choices": list(self._text.choices(place)),
            }
        text = self._text.leaf(place)
        return {
            "type": place.kind,
            "id": place.id,
            "rule": place.rule or None,
            "class": text.finding.classification or None,
            "owner": text.finding.owner.value,
            "words": msgspec.to_builtins(text.words),
            "experiment": self._experiment(text),
            "scenario": place.scenario or None,
            "see": list(place.see),
        }

    def _experiment(self, text: LeafText) -> dict[str, Any] | None:
        for each in text.finding.experiments:
            return {
                "field": each.field,
                "value": each.value,
                "text": text.change,
                "results": list(text.results),
            }
        return None

    def _nested(self, walk: Walk) -> dict[str, Any]:
        here = self._here(walk.current)
        if isinstance(walk.current, Node):
            here["choices"] = [
                {"text": text, "to": self._nested(walk.choose(number))}
                for number, text in enumerate(self.choices(walk), 1)
            ]
        return here

    def _outline(self, walk: Walk, depth: int) -> Iterator[str]:
        margin = " " * (_INDENT * depth)
        if isinstance(walk.current, Leaf):
            text = self._text.leaf(walk.current)
            yield from wrapped(f"{text.words.title} ({text.words.owner})", f"{margin}→ ")
            return
        yield from wrapped(self._text.question(walk.current), f"{margin}? ")
        for number, choice in enumerate(self.choices(walk), 1):
            yield from wrapped(choice, f"{margin}  {number}. ")
            yield from self._outline(walk.choose(number), depth + 1)

    def _leaf_lines(self, leaf: Leaf) -> Iterator[str]:
        _, text = self._console.texts.gettext, self._text.leaf(leaf)
        if leaf.kind == "experiment":
            yield from self._experiment_lines(text)
        else:
            yield from finding_lines(FindingBlock(text.finding, text.words), self._console.texts)
        if leaf.rule:
            yield from wrapped(_("Rule: {rule}").format(rule=leaf.rule), "  ")
        if leaf.see:
            yield from wrapped(_("See also: {codes}").format(codes=", ".join(leaf.see)), "  ")
        if leaf.scenario:
            command = f"mailoscope-cli practice --scenario {leaf.scenario}"
            yield from wrapped(_("Practise it: {command}").format(command=command), "  ")

    def _experiment_lines(self, text: LeafText) -> Iterator[str]:
        _ = self._console.texts.gettext
        yield from wrapped(_("Experiment: {title}").format(title=text.words.title), "")
        yield from wrapped(text.words.cause, "  ")
        for each in text.finding.experiments:
            yield ""
            value = each.value or _("(empty)")
            setting = _("the profile's field {field} = {value}").format(
                field=each.field, value=value
            )
            yield from wrapped(
                _("Change one thing: {change} ({setting})").format(
                    change=text.change, setting=setting
                ),
                "  ",
            )
        yield ""
        yield f"  {_('What it shows')}:"
        for result in text.results:
            yield from wrapped(result, "    - ", "      ")
        yield ""
        yield from wrapped(_("Who must act: {owner}").format(owner=text.words.owner), "  ")
        if text.words.fallback:
            yield f"  {_('Parts of this are not translated yet.')}"


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    description = _(
        "Asks one question after the other until the cause is found or one experiment decides."
    )
    codes = (Exit.OK, Exit.OPTIONS)
    parser = CommandParser("tree", description, texts, epilog=exit_code_help(texts, codes))
    given, add = parser.given.add_argument, parser.options.add_argument
    given(
        "tree", nargs="?", metavar=_("NAME"), help=_("which tree; without a name they are listed")
    )
    given(
        "choice",
        nargs="*",
        type=int,
        metavar="N",
        help=_("the answers to give, in order; prints where they lead and asks nothing"),
    )
    add("--all", action="store_true", help=_("print the whole tree, from here on"))
    add("--json", action="store_true", help=_("print one JSON object a line"))
    return parser
