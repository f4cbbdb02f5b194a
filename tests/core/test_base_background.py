"""A call in the background wakes whoever waits, hands over its result or error, or is dropped."""

from __future__ import annotations

import threading

import pytest

from mailoscope_core.base.background import start_abandonable


def test_the_result_is_there_when_it_wakes() -> None:
    woken = threading.Event()
    pending = start_abandonable(lambda: 42, woken.set, "test")
    assert woken.wait(5)
    assert pending.done
    assert pending.result() == 42


def test_what_the_call_raises_is_raised_where_the_result_is_asked_for() -> None:
    woken = threading.Event()

    def fail() -> int:
        raise OSError("no bus")

    pending = start_abandonable(fail, woken.set, "test")
    assert woken.wait(5)
    with pytest.raises(OSError, match="no bus"):
        pending.result()


def test_a_call_that_hangs_can_be_abandoned() -> None:
    release, woken = threading.Event(), threading.Event()
    pending = start_abandonable(release.wait, woken.set, "hanging")
    assert not pending.done
    with pytest.raises(RuntimeError):
        pending.result()
    [thread] = [thread for thread in threading.enumerate() if thread.name == "hanging"]
    assert thread.daemon
    release.set()
    assert woken.wait(5)
