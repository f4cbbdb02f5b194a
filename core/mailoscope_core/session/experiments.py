"""Experiments: the same session with one thing changed, and where two sessions part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.record.events import Entry, ReplyReceived, StepFinished
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile


@dataclass(frozen=True, slots=True)
class Change:
    """One variable: a field of the profile and its new value, as text (lists joined by commas).

    `USER` and `FIRST` as the value stand for what the profile itself holds: the name that logs in,
    and the first recipient.
    """

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A step that ended differently; an empty string stands for a step that was not reached."""

    step: str
    before: str
    after: str


USER, FIRST = "@user", "@first"
_NOT_TO_CHANGE = frozenset({"id", "name", "schema_version"})


def fork(request: SessionRequest, change: Change) -> SessionRequest:
    """Return the request with exactly one field of its profile changed.

    Raises `UserError` experiment-field when the profile has no such field, the value does not
    fit it, or the profile does not hold what the value stands for.
    """
    known = {field.name: field for field in msgspec.structs.fields(Profile)}
    if change.field not in known or change.field in _NOT_TO_CHANGE:
        raise UserError("experiment-field", field=change.field, value=change.value)
    fields = msgspec.to_builtins(request.profile)
    text = value_of(change, request.profile)
    value: object = text
    if change.field == "recipients":
        value = [part.strip() for part in text.split(",") if part.strip()]
    try:
        profile = msgspec.convert({**fields, change.field: value}, Profile, strict=False)
    except msgspec.ValidationError as error:
        raise UserError("experiment-field", field=change.field, value=change.value) from error
    return replace(request, profile=profile)


def value_of(change: Change, profile: Profile) -> str:
    """Return the value, with what it stands for taken from the profile.

    Raises `UserError` experiment-field when the profile does not hold that.
    """
    if change.value == FIRST:
        found = profile.recipients[0] if profile.recipients else ""
    elif change.value == USER:
        # A log-in such as DOMAIN\\name is no address to send from.
        found = profile.user if "@" in profile.user else ""
    else:
        return change.value
    if not found:
        raise UserError("experiment-field", field=change.field, value=change.value)
    return found


def differences(before: Iterable[Entry], after: Iterable[Entry]) -> tuple[Difference, ...]:
    """Return the steps whose end differs between two logs, in the order of the first log."""
    first, second = _ends(before), _ends(after)
    order = list(dict.fromkeys([*first, *second]))
    return tuple(
        Difference(step, first.get(step, ""), second.get(step, ""))
        for step in order
        if first.get(step, "") != second.get(step, "")
    )


def _ends(entries: Iterable[Entry]) -> dict[str, str]:
    """Return how each step ended in the last attempt: its outcome and the last code."""
    ends: dict[str, str] = {}
    codes: dict[str, str] = {}
    attempt = 1
    for entry in entries:
        if entry.attempt != attempt:
            attempt = entry.attempt
            ends.clear()
            codes.clear()
        event = entry.event
        if isinstance(event, ReplyReceived) and event.step and event.code is not None:
            codes[event.step] = f"{event.code:03d}"
        elif isinstance(event, StepFinished):
            ends[event.step] = f"{event.outcome} {codes.get(event.step, '')}".strip()
    return ends
