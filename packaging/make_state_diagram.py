"""Draws the diagram of the SMTP states from the protocol's table, as Mermaid text.

`python packaging/make_state_diagram.py` writes `resources/mailoscope_resources/help/states.mmd`,
and the block between the marks in ARCHITECTURE.md if it has them; `--check` only tells whether
they are up to date.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mailoscope_core.protocol.commands import Verb
from mailoscope_core.protocol.states import (
    TLS_ESTABLISHED,
    MachineState,
    Place,
    ReplyClass,
    broken_rule,
    changed,
    next_state,
    place_of,
)

ROOT = Path(__file__).parent.parent
DIAGRAM = ROOT / "resources/mailoscope_resources/help/states.mmd"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- states:begin -->", "<!-- states:end -->"

TITLES = {
    Place.CONNECTED: "connected, no greeting yet",
    Place.GREETED: "greeted",
    Place.SECURING: "TLS handshake",
    Place.HELLO: "said hello",
    Place.LOGIN: "AUTH exchange",
    Place.MAIL: "sender named",
    Place.RCPT: "recipient accepted",
    Place.DATA: "message flows",
    Place.BDAT: "chunks flow",
    Place.CLOSED: "closed",
}
CLASSES = {
    ReplyClass.POSITIVE: "2xx",
    ReplyClass.INTERMEDIATE: "3xx",
    ReplyClass.TRANSIENT: "4xx",
    ReplyClass.PERMANENT: "5xx",
    ReplyClass.NONE: "no code",
}
NAMES = {
    Verb.GREETING: "greeting",
    Verb.AUTH_RESPONSE: "response",
    Verb.BODY: "final dot",
}
EVERYTHING = ("STARTTLS", "AUTH", "CHUNKING", "BURL")
# What is left out of the picture, not out of the table: commands of other roles and other times.
OMITTED = frozenset(
    {Verb.CONTENT, Verb.UNKNOWN, Verb.LHLO, Verb.SEND, Verb.SOML, Verb.SAML}
    | {Verb.BURL, Verb.ETRN, Verb.ATRN, Verb.TURN, Verb.XCLIENT, Verb.XFORWARD}
)


def moves(state: MachineState) -> Iterator[tuple[str, MachineState]]:
    """Yield what can legally happen in `state`: a label and the state that follows."""
    if state.closed:
        return
    if state.starting_tls:
        yield "TLS stands", changed(state, TLS_ESTABLISHED)
        return
    for verb in possible(state):
        asked = replace(state, auth_open=True, challenged=False) if verb is Verb.AUTH else state
        if verb is Verb.AUTH_RESPONSE:
            asked = replace(state, challenged=False)
        for klass, shown in CLASSES.items():
            after = next_state(asked, verb, klass)
            if after.envelope == state.envelope and verb is Verb.BODY:
                continue  # a 3xx to the final dot: no such thing
            if klass is ReplyClass.INTERMEDIATE and after == asked:
                continue
            label = f"{NAMES.get(verb, verb.value.upper())} {shown}"
            yield (
                label,
                replace(after, pending=()) if verb is Verb.GREETING and after.greeted else after,
            )
            if verb is Verb.BDAT and klass is ReplyClass.POSITIVE:
                yield "BDAT LAST 2xx", next_state(asked, Verb.BODY, klass)


def possible(state: MachineState) -> list[Verb]:
    """Return the verbs that the next reply can answer."""
    if state.pending:
        return [Verb.GREETING]
    if state.challenged:
        return [Verb.AUTH_RESPONSE]
    if state.envelope == "data":
        return [Verb.BODY]
    special = {Verb.GREETING, Verb.AUTH_RESPONSE, Verb.BODY} | OMITTED
    return [
        verb for verb in Verb if verb not in special and not broken_rule(state, verb, EVERYTHING)
    ]


def edges() -> dict[tuple[Place, Place], list[str]]:
    """Walk through every state that can be reached and collect what leads from place to place."""
    found: dict[tuple[Place, Place], list[str]] = {}
    start = MachineState()
    seen, todo = {start}, deque([start])
    while todo:
        state = todo.popleft()
        for label, after in moves(state):
            if after not in seen:
                seen.add(after)
                todo.append(after)
            way = (place_of(state), place_of(after))
            if way[0] is not way[1] and label not in found.setdefault(way, []):
                found[way].append(label)
    return found


def diagram() -> str:
    """Return the Mermaid text."""
    lines = ["stateDiagram-v2", *(f"    {place.value}: {TITLES[place]}" for place in Place)]
    lines.append(f"    [*] --> {Place.CONNECTED.value}")
    order = list(Place)
    for (start, end), labels in sorted(
        edges().items(), key=lambda item: [order.index(place) for place in item[0]]
    ):
        if end is not Place.CLOSED:
            lines.append(f"    {start.value} --> {end.value}: {', '.join(labels)}")
    lines += [f"    {Place.HELLO.value} --> {Place.CLOSED.value}: QUIT 2xx (from anywhere)"]
    lines.append(f"    {Place.CLOSED.value} --> [*]")
    return "\n".join(lines) + "\n"


def outputs() -> dict[Path, str]:
    """Return each file that holds the diagram with the text that it should have."""
    files = {DIAGRAM: diagram()}
    if ARCHITECTURE.exists():
        text = ARCHITECTURE.read_text(encoding="utf-8")
        head, begin, rest = text.partition(BEGIN)
        _, end, tail = rest.partition(END)
        if begin and end:
            block = f"{head}{begin}\n```mermaid\n{diagram()}```\n{end}{tail}"
            files[ARCHITECTURE] = block
    return files


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` say which are stale; returns the exit code."""
    stale = [
        path
        for path, text in outputs().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run packaging/make_state_diagram.py")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(outputs()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
