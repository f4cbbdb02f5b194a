"""What an action is: words, key, icon, when it is possible, what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailoscope_gui.situation import Situation

if TYPE_CHECKING:
    from mailoscope_gui.intents import Intents


def always(_now: Situation) -> bool:
    """Tell that an action is possible at any time."""
    return True


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action; `text`, `tip` are marked for translation, `key` is a portable shortcut."""

    id: str
    text: str
    tip: str
    run: Callable[[Intents], None]
    key: str = ""
    icon: str = ""
    when: Callable[[Situation], bool] = always
