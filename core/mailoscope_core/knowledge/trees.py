"""Decision trees: questions that lead to a finding or an experiment, their checks, and walking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.finding import Owner, Severity


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all tables of a tree's file."""


class Choice(_Table, frozen=True, kw_only=True):
    """An answer, and the id of the node or leaf that it leads to."""

    text: str
    to: str


class Node(_Table, frozen=True, kw_only=True):
    """A question; `hint` says where the answer can be seen."""

    id: str
    question: str
    choice: tuple[Choice, ...]
    hint: str = ""


class Trial(_Table, frozen=True, kw_only=True):
    """One field of the profile to change, and what each result would show."""

    field: str
    value: str
    text: str
    results: tuple[str, ...]


class Leaf(_Table, frozen=True, kw_only=True):
    """Where a walk ends: a finding of a rule, a finding in words of its own, or an experiment.

    With `rule` the rule has owner and words; those given here replace the rule's, where these
    speak of values that only a session knows. Without a rule `title`, `cause` and `owner` are the
    leaf's own, and so are `fixes` unless there is an `experiment`. `see` are codes as people write
    them, `scenario` plays the trouble in the lab.
    """

    id: str
    rule: str = ""
    experiment: Trial | None = None
    title: str = ""
    cause: str = ""
    fixes: tuple[str, ...] = ()
    dead_ends: tuple[str, ...] = ()
    owner: Owner | None = None
    severity: Severity = Severity.ERROR
    scenario: str = ""
    see: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["finding", "experiment"]:
        """What the walk ended in."""
        return "finding" if self.experiment is None else "experiment"


class TreeFile(_Table, frozen=True, kw_only=True):
    """A file: one tree, named as the file is. Ids of nodes and leaves are its own business."""

    order: int
    title: str
    description: str
    first: str
    node: tuple[Node, ...]
    leaf: tuple[Leaf, ...]


class Tree:
    """One tree; `id` is also the beginning of the contexts of its translations, after `tree.`."""

    def __init__(self, tree_id: str, content: TreeFile) -> None:
        self.id = tree_id
        self.content = content
        self.nodes, self.leaves = content.node, content.leaf
        places: tuple[Node | Leaf, ...] = (*content.node, *content.leaf)
        self._places = {place.id: place for place in places}

    def place(self, place_id: str) -> Node | Leaf:
        """Return a node or leaf by its id."""
        return self._places[place_id]

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the tree's shape; nothing for one that can be walked."""
        places = [*self.nodes, *self.leaves]
        if len(self._places) != len(places):
            yield "an id is there twice"
        named = {self.content.first, *(each.to for node in self.nodes for each in node.choice)}
        for place_id in sorted(named - set(self._places)):
            yield f"there is no {place_id}"
        for node in self.nodes:
            if len(node.choice) < 2:
                yield f"{node.id} is no question: it has {len(node.choice)} choice(s)"
        yield from (f"{leaf.id}: {fault}" for leaf in self.leaves for fault in _leaf_faults(leaf))
        if named <= set(self._places):
            yield from self._lost()

    def _lost(self) -> Iterator[str]:
        """Yield places that no walk reaches, and those from which a walk comes back to itself."""
        seen: set[str] = set()
        circles: list[str] = []

        def visit(place_id: str, above: tuple[str, ...]) -> None:
            if place_id in above:
                circles.append(f"{place_id} leads back to itself")
                return
            if place_id in seen:
                return
            seen.add(place_id)
            place = self._places[place_id]
            for each in place.choice if isinstance(place, Node) else ():
                visit(each.to, (*above, place_id))

        visit(self.content.first, ())
        yield from circles
        yield from (f"nothing leads to {lost}" for lost in self._places if lost not in seen)


def _leaf_faults(leaf: Leaf) -> Iterator[str]:
    if leaf.rule:
        if leaf.experiment is not None or leaf.owner is not None:
            yield "the rule has owner and experiments"
    elif not (leaf.title and leaf.cause and leaf.owner is not None):
        yield "without a rule it needs a title, a cause and an owner"
    elif bool(leaf.fixes) is (leaf.experiment is not None):
        yield "it is either a finding with fixes or an experiment"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and the number of the choice taken there, from 1."""

    node: Node
    number: int

    @property
    def choice(self) -> Choice:
        """The choice taken."""
        return self.node.choice[self.number - 1]


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through a tree: the numbers of the choices taken so far, from 1."""

    tree: Tree
    answers: tuple[Answer, ...] = ()

    @property
    def path(self) -> tuple[int, ...]:
        """The numbers of the choices taken."""
        return tuple(answer.number for answer in self.answers)

    @property
    def current(self) -> Node | Leaf:
        """Where the walk stands."""
        last = self.answers[-1].choice.to if self.answers else self.tree.content.first
        return self.tree.place(last)

    @property
    def done(self) -> bool:
        """Whether the walk has come to a leaf."""
        return isinstance(self.current, Leaf)

    def choose(self, number: int) -> Walk:
        """Return the walk with one more choice; raises `UserError` tree-choice for one that is
        not there."""
        node = self.current
        if isinstance(node, Leaf):
            raise UserError("tree-end", number=number)
        if not 1 <= number <= len(node.choice):
            raise UserError("tree-choice", number=number, count=len(node.choice))
        return Walk(self.tree, (*self.answers, Answer(node, number)))

    def along(self, numbers: Iterable[int]) -> Walk:
        """Return the walk with several more choices."""
        walk = self
        for number in numbers:
            walk = walk.choose(number)
        return walk

    def back(self, count: int = 1) -> Walk:
        """Return the walk without its last choices; the beginning stays where it is."""
        return Walk(self.tree, self.answers[: max(0, len(self.answers) - count)])


class Trees:
    """All trees, in the order in which they are offered."""

    def __init__(self, trees: Iterable[Tree]) -> None:
        self.all = tuple(sorted(trees, key=lambda tree: tree.content.order))
        self._by_id = {tree.id: tree for tree in self.all}

    def __iter__(self) -> Iterator[Tree]:
        return iter(self.all)

    def __getitem__(self, tree_id: str) -> Tree:
        """Return a tree; raises `UserError` tree-unknown."""
        if tree_id not in self._by_id:
            names = ", ".join(tree.id for tree in self.all)
            raise UserError("tree-unknown", tree=tree_id, trees=names)
        return self._by_id[tree_id]


def load_trees(root: Traversable | None = None) -> Trees:
    """Return the trees of all files; raises `UserError` knowledge-invalid for wrong data."""
    base = root if root is not None else data_files.knowledge_root()
    return Trees(_load(file) for file in data_files.toml_files(base.joinpath("trees")))


def _load(file: Traversable) -> Tree:
    tree = Tree(file.name.removesuffix(".toml"), data_files.read(file, TreeFile))
    fault = next(tree.faults(), None)
    if fault is not None:
        raise UserError("knowledge-invalid", file=file.name, detail=fault)
    return tree
