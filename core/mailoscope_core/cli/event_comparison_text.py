"""Two events of a session side by side, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.record_text import AnswerText
from mailoscope_core.cli.wrapping import wrapped
from mailoscope_core.knowledge.compare_events import EventAspect, EventComparison, EventSide
from mailoscope_core.report.plain import visible


class EventComparisonText:
    """Words of the comparison of two events in one language."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.records = AnswerText(texts)
        self._terms = self.records.terms

    def lines(self, comparison: EventComparison) -> Iterator[str]:
        """Yield the comparison as wrapped lines: both events, then what differs."""
        _ = self.texts.gettext
        for side in (comparison.a, comparison.b):
            yield from self._side(side)
        if comparison.seconds is not None:
            yield ""
            text = _("From the first to the second: {seconds} s")
            yield text.format(seconds=f"{comparison.seconds:+.3f}")
        yield ""
        if not comparison.differences:
            yield _("Nothing differs but the time.")
            return
        yield _("What differs:")
        for each in comparison.differences:
            yield f"  {self.label(each.aspect)}:"
            for seq, values in ((comparison.a.seq, each.left), (comparison.b.seq, each.right)):
                head = f"    {seq}  "
                shown = self.values(each.aspect, values)
                yield from wrapped(shown, head)
        if comparison.same_lines and comparison.a.lines != comparison.b.lines:
            yield ""
            yield _("Lines that both have:")
            yield from (f"  {visible(line)}" for line in comparison.same_lines)

    def _side(self, side: EventSide) -> Iterator[str]:
        words = [f"{side.seq}", f"{side.at:.3f} s"]
        if side.step:
            words.append(self._terms.name(f"step.{side.step}", self.texts))
        if side.command:
            words.append(visible(side.command))
        yield "  ".join(words)
        code = f"{side.code:03d} " if side.code is not None else ""
        for line in side.lines or (side.kind,):
            yield f"    {code}{visible(line)}"

    def label(self, aspect: EventAspect) -> str:
        """Return the name of an aspect."""
        return self._terms.name(f"aspect.{aspect}", self.texts)

    def values(self, aspect: EventAspect, values: Sequence[str]) -> str:
        """Return the words for one side of a difference; a dash when it has no value."""
        if not values:
            return "–"
        if aspect == "step":
            return self._terms.name(f"step.{values[0]}", self.texts)
        if aspect == "authenticated":
            return self._terms.name(f"value.{values[0]}", self.texts)
        if aspect == "verb":
            return values[0].upper()
        if aspect == "vendor":
            return self.records.vendor(values[0])
        if aspect == "class":
            return f"{values[0].partition('.')[2]}xx"
        return " / ".join(visible(value) for value in values)

    def object(self, comparison: EventComparison) -> dict[str, Any]:
        """Return the comparison for programs, with the names of aspects in the user's language."""
        return {
            "a": _facts(comparison.a),
            "b": _facts(comparison.b),
            "seconds": comparison.seconds,
            "differences": [
                {
                    "aspect": each.aspect,
                    "label": self.label(each.aspect),
                    "left": list(each.left),
                    "right": list(each.right),
                }
                for each in comparison.differences
            ],
            "same": list(comparison.same),
            "same_lines": list(comparison.same_lines),
            "codes": [comparison.codes.a.code, comparison.codes.b.code]
            if comparison.codes
            else None,
        }


def _facts(side: EventSide) -> dict[str, Any]:
    answer = side.answer
    return {
        "seq": side.seq,
        "at": side.at,
        "attempt": side.attempt,
        "kind": side.kind,
        "step": side.step,
        "verb": side.verb,
        "command": side.command,
        "code": side.code,
        "enhanced": side.enhanced,
        "lines": list(side.lines),
        "host": side.host,
        "tls": side.tls,
        "authenticated": side.authenticated,
        "vendor": side.vendor,
        "level": side.level,
        "record": answer.record.id if answer and answer.record else None,
    }
