"""Forks change exactly one thing; the difference of two sessions says where they part."""

from __future__ import annotations

import msgspec
import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.protocol.stage import Stage
from mailoscope_core.session.experiments import FIRST, USER, Change, Difference, differences, fork
from mailoscope_core.session.request import SessionRequest
from mailoscope_core.storage.profile import Profile, TlsMode
from tests.core.session_driver import lab_session

BASE = SessionRequest(
    Profile(name="p", host="h", user="me@h", recipients=("a@b", "c@d")), stage=Stage.ASK
)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("port", "465", 465),
        ("tls", "implicit", TlsMode.IMPLICIT),
        ("ehlo_name", "me.lab.test", "me.lab.test"),
        ("auth", "false", False),
        ("recipients", "x@y, z@y", ("x@y", "z@y")),
        ("recipients", FIRST, ("a@b",)),
        ("sender", USER, "me@h"),
    ],
)
def test_one_field_changes_and_nothing_else(field: str, value: str, expected: object) -> None:
    forked = fork(BASE, Change(field, value))
    assert getattr(forked.profile, field) == expected
    assert (
        msgspec.structs.replace(forked.profile, **{field: getattr(BASE.profile, field)})
        == BASE.profile
    )
    assert forked.stage is BASE.stage


@pytest.mark.parametrize(
    ("field", "value"), [("port", "many"), ("nonsense", "1"), ("id", "x"), ("tls", "auto")]
)
def test_a_change_that_does_not_fit_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(UserError) as refused:
        fork(BASE, Change(field, value))
    assert refused.value.params["field"] == field


@pytest.mark.parametrize("user", ["", "DOMAIN\\me"])
def test_a_log_in_that_is_no_address_makes_no_sender(user: str) -> None:
    profile = msgspec.structs.replace(BASE.profile, user=user, recipients=())
    for field, value in (("sender", USER), ("recipients", FIRST)):
        with pytest.raises(UserError, match="experiment-field"):
            fork(SessionRequest(profile), Change(field, value))


def test_two_sessions_differ_where_one_thing_was_changed() -> None:
    with lab_session("submission", stage=Stage.LOGIN) as (first, _):
        first.run_to_end()
    with lab_session("auth-rejected", stage=Stage.LOGIN) as (second, _):
        second.run_to_end()
    assert differences(first.log, second.log) == (
        Difference("auth", "done 235", "refused 535"),
        Difference("quit", "done 221", ""),
    )
    assert differences(first.log, first.log) == ()
