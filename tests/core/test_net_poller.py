"""The poller wakes, never loops, and survives a descriptor that is used again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from mailoscope_core.net.poller import Poller


@pytest.fixture
def poller() -> Iterator[Poller]:
    with Poller() as made:
        yield made


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_wake_from_another_thread_ends_a_wait_without_end(poller: Poller) -> None:
    thread = threading.Thread(target=poller.wake)
    thread.start()
    assert poller.wait(-1, False, False, None) == (False, True)
    thread.join()


def test_a_wake_before_the_wait_is_not_lost_and_counts_once(poller: Poller) -> None:
    for _ in range(5):
        poller.wake()
    assert poller.wait(-1, False, False, None) == (False, True)
    assert poller.wait(-1, False, False, 0) == (False, False)


def test_more_wakes_than_the_socket_holds_do_not_block(poller: Poller) -> None:
    for _ in range(100_000):
        poller.wake()
    assert poller.wait(-1, False, False, None) == (False, True)
    while poller.wait(-1, False, False, 0)[1]:
        pass
    poller.wake()
    assert poller.wait(-1, False, False, None) == (False, True)


def test_data_and_room_are_told(poller: Poller, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    assert poller.wait(ours.fileno(), True, False, 0) == (False, False)
    assert poller.wait(ours.fileno(), True, True, None) == (True, False)
    theirs.send(b"x")
    assert poller.wait(ours.fileno(), True, False, None) == (True, False)


def test_both_at_once(poller: Poller, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.send(b"x")
    poller.wake()
    assert poller.wait(ours.fileno(), True, False, None) == (True, True)


def test_without_a_wish_the_socket_is_not_watched(
    poller: Poller, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    theirs.send(b"x")
    assert poller.wait(ours.fileno(), False, False, 0) == (False, False)


def test_a_descriptor_closed_behind_its_back_and_used_again(poller: Poller) -> None:
    first, first_far = socket.socketpair()
    number = first.fileno()
    assert poller.wait(number, True, False, 0) == (False, False)
    first.close()
    first_far.close()
    second, second_far = socket.socketpair()
    with second, second_far:
        assert number in (second.fileno(), second_far.fileno()), "the kernel gives the lowest again"
        again, other = (second, second_far) if second.fileno() == number else (second_far, second)
        other.send(b"x")
        assert poller.wait(again.fileno(), True, False, None) == (True, False)


def test_after_closing_a_wake_is_harmless_and_a_wait_is_an_error(poller: Poller) -> None:
    poller.close()
    poller.close()
    poller.wake()
    with pytest.raises(RuntimeError):
        poller.wait(-1, False, False, 0)


def test_waking_while_it_is_closed_from_another_thread() -> None:
    for _ in range(50):
        poller = Poller()
        started = threading.Event()

        def wake(poller: Poller = poller, started: threading.Event = started) -> None:
            started.set()
            for _ in range(200):
                poller.wake()

        thread = threading.Thread(target=wake)
        thread.start()
        started.wait()
        poller.close()
        thread.join()
