"""What a server offers in its reply to EHLO, and how two such offers differ."""

from __future__ import annotations

from dataclasses import dataclass

from mailoscope_core.protocol.reply import Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """EHLO's reply taken apart (RFC 5321 section 4.1.1.1).

    `greeting_name` is the first word of the first line, `keywords` the other lines in the order
    received: keyword in upper case, parameters as received.
    """

    greeting_name: str
    keywords: tuple[tuple[str, str], ...]

    @classmethod
    def from_reply(cls, reply: Reply) -> Capabilities:
        """Read a reply; whatever stands in it, something comes out."""
        greeting, *others = reply.texts or ("",)
        words = greeting.split(None, 1)
        return cls(
            words[0] if words else "", tuple(_keyword(text) for text in others if text.split())
        )

    def has(self, keyword: str) -> bool:
        """Tell whether a keyword is offered, in any case."""
        wanted = keyword.upper()
        return any(name == wanted for name, _ in self.keywords)

    def params(self, keyword: str) -> str:
        """Return the parameters of a keyword (of all its lines, joined), "" when there are none."""
        wanted = keyword.upper()
        return " ".join(params for name, params in self.keywords if name == wanted and params)

    @property
    def size(self) -> int | None:
        """The most bytes a message may have (RFC 1870); null when nothing is said, 0 means any."""
        words = self.params("SIZE").split()
        return int(words[0]) if words and words[0].isascii() and words[0].isdecimal() else None

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """SASL mechanisms in the order offered, upper case; the old `AUTH=LOGIN` counts too."""
        found: dict[str, None] = {}
        for name, params in self.keywords:
            if name == "AUTH":
                found.update(dict.fromkeys(params.upper().split()))
            elif name.startswith("AUTH="):
                found.update(dict.fromkeys(f"{name[5:]} {params}".upper().split()))
        return tuple(found)

    @property
    def limits(self) -> dict[str, str]:
        """What LIMITS says (RFC 9422), such as `RCPTMAX` to `100`."""
        pairs = (word.partition("=") for word in self.params("LIMITS").split())
        return {name.upper(): value for name, mark, value in pairs if mark}


@dataclass(frozen=True, slots=True)
class CapabilityDiff:
    """What changed between two offers; `changed` has keyword, parameters before and after."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str, str], ...]


def diff(before: Capabilities, after: Capabilities) -> CapabilityDiff:
    """Compare two offers, as of before and after TLS; the order of keywords means nothing."""
    old, new = _table(before), _table(after)
    return CapabilityDiff(
        added=tuple((name, new[name]) for name in new if name not in old),
        removed=tuple((name, old[name]) for name in old if name not in new),
        changed=tuple(
            (name, old[name], new[name]) for name in old if name in new and old[name] != new[name]
        ),
    )


def _keyword(text: str) -> tuple[str, str]:
    name, _, params = text.strip().partition(" ")
    return name.upper(), params.strip()


def _table(capabilities: Capabilities) -> dict[str, str]:
    return {name: capabilities.params(name) for name, _ in capabilities.keywords}
