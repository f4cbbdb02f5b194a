"""Finds, reads and checks the scenario files; a wrong one gets one clear sentence."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from mailoscope_core.base.errors import UserError
from mailoscope_core.practice.phrases import base_replies
from mailoscope_core.practice.spec import (
    Ending,
    Parameter,
    Rule,
    Scenario,
    ServerSpec,
    Settings,
    When,
)

SUFFIX = ".toml"
# The base replies live beside the scenarios and are none.
NOT_A_SCENARIO = "_"
MAX_RULE_BYTES = 4 * 1024 * 1024
MAX_DELAY_S = 3600.0
# The most a rule may do is bounded, so that no scenario can run away.
_NUMBER_LIMITS: dict[str, tuple[float, float]] = {
    "delay_s": (0, MAX_DELAY_S),
    "until_seconds": (0, MAX_DELAY_S),
    "after_seconds": (0, MAX_DELAY_S),
    "drip": (0, 1_000_000),
    "pad": (0, MAX_RULE_BYTES),
    "repeat": (1, 1_000_000),
    "nth": (0, 1_000_000),
    "times": (0, 1_000_000),
    "at_byte": (0, 2**40),
    "bytes": (0, 2**40),
}
_PLACEHOLDER = re.compile(r"\$([a-z_]+)")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as written; `parameter` is filled into the rest before this is read."""

    schema_version: int
    title: str
    description: str
    teaches: str
    expect_class: str = ""
    reported_at: str = ""
    caused_at: str = ""
    parameter: Parameter | None = None
    settings: Settings = Settings()
    server: ServerSpec = ServerSpec()
    rule: tuple[Rule, ...] = ()


def load_scenario(name: str) -> Scenario:
    """Load the shipped scenario `name`, or `name:value` to turn its knob.

    Raises `UserError`: `scenario-unknown`, `scenario-parameter`, `scenario-no-parameter`.
    """
    wanted, _, argument = name.strip().partition(":")
    source = _folder().joinpath(wanted + SUFFIX)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", wanted) or not source.is_file():
        raise UserError("scenario-unknown", name=wanted)
    return _load(source, wanted, argument)


def read_scenario(path: Path, argument: str = "") -> Scenario:
    """Read a scenario file of one's own.

    Raises `UserError`: `scenario-unreadable`, `scenario-invalid`, `scenario-newer` and those of
    `load_scenario`.
    """
    return _load(path, path.stem, argument)


def list_scenarios() -> tuple[Scenario, ...]:
    """Return every shipped scenario with its default argument, sorted by id."""
    names = (entry.name for entry in _folder().iterdir())
    ids = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    return tuple(load_scenario(each) for each in sorted(ids) if not each.startswith(NOT_A_SCENARIO))


def _folder() -> Traversable:
    return resources.files("mailoscope_resources").joinpath("scenarios")


def _load(source: Traversable, name: str, argument: str) -> Scenario:
    tree = _parse(source, name)
    if tree.get("schema_version", 1) != 1:
        raise UserError("scenario-newer", name=name, version=tree["schema_version"])
    parameter = _parameter(tree, name)
    if parameter is None:
        if argument:
            raise UserError("scenario-no-parameter", name=name, value=argument)
    else:
        argument = argument or parameter.default
        tree = _fill(tree, parameter.name, _value(parameter, argument, name))
    try:
        file = msgspec.convert(tree, _File)
    except msgspec.ValidationError as error:
        raise UserError("scenario-invalid", name=name, detail=str(error)) from None
    _check(file, name)
    return Scenario(
        id=name,
        title=file.title,
        description=file.description,
        teaches=file.teaches,
        expect_class=file.expect_class,
        reported_at=file.reported_at,
        caused_at=file.caused_at,
        parameter=parameter,
        argument=argument,
        settings=file.settings,
        server=file.server,
        rules=file.rule,
    )


def _parse(source: Traversable, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        detail = error.strerror or str(error)
        raise UserError("scenario-unreadable", name=name, detail=detail) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError("scenario-invalid", name=name, detail=str(error)) from None


def _parameter(tree: dict[str, Any], name: str) -> Parameter | None:
    if "parameter" not in tree:
        return None
    try:
        return msgspec.convert(tree["parameter"], Parameter)
    except msgspec.ValidationError as error:
        detail = f"parameter: {error}"
        raise UserError("scenario-invalid", name=name, detail=detail) from None


def _value(parameter: Parameter, argument: str, name: str) -> Any:
    """Return what stands for `argument`: the choice's value, or a number within the limits."""
    if parameter.choices:
        if argument in parameter.choices:
            return parameter.choices[argument]
        allowed = ", ".join(parameter.choices)
    else:
        allowed = f"{parameter.minimum:g} - {parameter.maximum:g}"
        number = _number(argument)
        if number is not None and parameter.minimum <= number <= parameter.maximum:
            return number
    raise UserError("scenario-parameter", name=name, value=argument, allowed=allowed)


def _number(text: str) -> int | float | None:
    if re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"\d{1,15}\.\d{1,6}", text, re.ASCII) else None


def _fill(node: Any, name: str, value: Any) -> Any:
    """Put `value` where `$name` stands: typed where it stands alone, as text within a text."""
    if isinstance(node, dict):
        return {
            key: child if key == "parameter" else _fill(child, name, value)
            for key, child in node.items()
        }
    if isinstance(node, list):
        return [_fill(child, name, value) for child in node]
    if not isinstance(node, str) or "$" not in node:
        return node
    if node == f"${name}":
        return value
    return _PLACEHOLDER.sub(lambda found: str(value) if found[1] == name else found[0], node)


def _check(file: _File, name: str) -> None:
    """Refuse what types cannot: unknown reply ids, broken patterns, rules without end."""
    for reply_id in file.server.replies:
        if reply_id not in base_replies():
            detail = f"server.replies: `{reply_id}` is not the id of a reply"
            raise UserError("scenario-invalid", name=name, detail=detail)
    for place, rule in enumerate(file.rule, 1):
        fault = _fault(rule)
        if fault:
            raise UserError("scenario-invalid", name=name, detail=f"rule {place}: {fault}")


def _fault(rule: Rule) -> str:
    for field in ("match", "match_ehlo", "match_sender"):
        try:
            re.compile(getattr(rule, field))
        except re.error as error:
            return f"`{field}` is not a regular expression ({error})"
    for field, (low, high) in _NUMBER_LIMITS.items():
        if not low <= getattr(rule, field) <= high:
            return f"`{field}` must lie between {low:g} and {high:g}"
    if rule.reply and rule.raw:
        return "`reply` and `raw` exclude each other"
    if any(character in line for line in rule.reply for character in "\r\n"):
        return "`reply` is one line an entry; use `raw` for odd line ends"
    if any(ord(character) > 255 for character in rule.raw):
        return "`raw` is one character a byte, none above \\u00ff"
    if len(rule.raw) * rule.repeat > MAX_RULE_BYTES:
        return f"`raw` times `repeat` must stay within {MAX_RULE_BYTES} bytes"
    if rule.when is When.IDLE and not rule.after_seconds:
        return "`idle` needs `after_seconds`"
    if rule.bytes and rule.close is not Ending.AFTER_BYTES:
        return '`bytes` belongs to close = "after-bytes"'
    return ""
