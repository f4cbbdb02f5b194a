"""Types of the diagnosis rules and their loading from data files.

A rule names a class of trouble and says how it is recognised: any one of its matches is enough,
and within a match every stated condition must hold (a list is satisfied by any of its entries).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.knowledge import data_files
from mailoscope_core.knowledge.finding import Owner, Severity

UNKNOWN_REPLY = "rule.unknown-reply"
UNKNOWN_TEMPORARY = "rule.unknown-temporary"
EARLIER = "@earlier"
"""As `caused_at`: the earlier step that was refused or undone, where one is known."""


class Pattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words in folded text: `literal` must occur; `regex`, if given, is then searched for.

    Both are in small letters, with single spaces. No nested quantifiers.
    """

    literal: str
    regex: str = ""


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions on one observation; see `Observation` for the meaning of the fields.

    `kind` empty means replies and programs' words; `name/*` matches any detail. `enhanced` entries
    may have `*` for a part. Of `text` one must hit, of `all_text` each, of `not_text` none.
    `near` is an alternative to `text`: of one of its entries all words must stand together; a word
    `@name` stands for any word of that family (`word_families.toml`).
    `owner`, `reported_at`, `caused_at` say what differs from the rule where this match fits.
    """

    kind: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    verb: tuple[str, ...] = ()
    code: tuple[int, ...] = ()
    code_class: tuple[int, ...] = ()
    enhanced: tuple[str, ...] = ()
    text: tuple[str | Pattern, ...] = ()
    all_text: tuple[str | Pattern, ...] = ()
    not_text: tuple[str, ...] = ()
    near: tuple[tuple[str, ...], ...] = ()
    vendor: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    tls: bool | None = None
    authenticated: bool | None = None
    pasted: bool | None = None
    params: dict[str, tuple[str, ...]] = {}
    owner: Owner | None = None
    reported_at: str = ""
    caused_at: str = ""


class Fix(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do; `tag` warns machines of its nature, `action` names a button."""

    text: str
    tag: str = ""
    action: str = ""


class ExperimentData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One variable to change: a field of the profile, its new value, and what that shows."""

    field: str
    value: str
    text: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is concluded when one of the matches holds.

    `reported_at` is used where the observation names no step; `fixed_step` lets it win even then.
    `alternatives` are rules that may explain the same observation and stand beside it.
    `priority` beats specificity; it is 0 except where a general rule must yield or win.
    `owners` names who acts instead where a certain client reports it (`bounce-*`: any such).
    """

    id: str
    classification: str
    severity: Severity
    owner: Owner
    owners: dict[str, Owner] = {}
    title: str
    cause: str
    match: tuple[Match, ...] = ()
    reported_at: str = ""
    caused_at: str = ""
    fixed_step: bool = False
    confidence: float = 0.9
    priority: int = 0
    fixes: tuple[Fix, ...] = ()
    dead_ends: tuple[str, ...] = ()
    experiments: tuple[ExperimentData, ...] = ()
    alternatives: tuple[str, ...] = ()
    situations: tuple[int, ...] = ()
    source: str = ""
    seen: str = ""

    def owner_for(self, client: str | None) -> Owner:
        """Return who acts where this client (of the knowledge's list) reports it."""
        for name, owner in self.owners.items():
            if client and (client == name or name == f"{client.partition('-')[0]}-*"):
                return owner
        return self.owner

    @property
    def fix_tags(self) -> tuple[str, ...]:
        """The tags of all fixes, each once."""
        return tuple(dict.fromkeys(fix.tag for fix in self.fixes if fix.tag))


class WordFamily(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words (small letters, several languages) that say the same in a reply."""

    id: str
    words: tuple[str, ...]


class WordFamilies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All families of words."""

    family: tuple[WordFamily, ...]


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of rules."""

    rule: tuple[Rule, ...]


class RuleBook:
    """All rules by id, in the order of their files, and the families of words they speak of."""

    def __init__(
        self, rules: tuple[Rule, ...], families: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.rules = rules
        self.families = {} if families is None else dict(families)
        self._by_id = {rule.id: rule for rule in rules}
        if len(self._by_id) != len(rules):
            twice = sorted(rule.id for rule in rules if self._by_id[rule.id] is not rule)
            raise UserError("knowledge-invalid", file="rules", detail=f"twice: {', '.join(twice)}")

    def __getitem__(self, rule_id: str) -> Rule:
        return self._by_id[rule_id]

    def get(self, rule_id: str) -> Rule | None:
        """Return a rule, or null when there is none of this id (a newer version wrote it)."""
        return self._by_id.get(rule_id)


def load_rules(root: Traversable | None = None) -> RuleBook:
    """Return the rules of all files; raises `UserError` knowledge-invalid for wrong data."""
    base = root if root is not None else data_files.knowledge_root()
    files = data_files.toml_files(base.joinpath("rules"))
    families = data_files.read(base.joinpath("word_families.toml"), WordFamilies).family
    return RuleBook(
        tuple(rule for file in files for rule in data_files.read(file, RuleFile).rule),
        {family.id: family.words for family in families},
    )
