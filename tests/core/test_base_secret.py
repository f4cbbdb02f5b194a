"""A secret can be used, compared and hashed, but nothing that prints or stores takes it along."""

from __future__ import annotations

import copy
import json
import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailoscope_core.base.secret import Secret


@given(st.text(min_size=1))
def test_it_is_never_shown(value: str) -> None:
    secret = Secret(value)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", "%s" % secret, repr([secret])]  # noqa: UP031
    assert len({text.strip() for text in shown[1:5]}) == 1
    assert all(len(text) < 60 for text in shown)
    assert str(secret) == str(Secret(value * 2))
    assert secret.reveal() == value


@pytest.mark.parametrize("take_along", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, list])
def test_it_cannot_be_taken_along(take_along: object) -> None:
    with pytest.raises(TypeError):
        take_along(Secret("hunter2"))  # type: ignore[operator]


def test_msgspec_does_not_encode_it() -> None:
    with pytest.raises(TypeError):
        msgspec.json.encode({"password": Secret("hunter2")})


def test_equal_secrets_are_equal_and_empty_ones_are_false() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
    assert not Secret("")
    assert Secret("a")


def test_it_has_no_dictionary_to_look_into() -> None:
    with pytest.raises(AttributeError):
        _ = Secret("a").__dict__
