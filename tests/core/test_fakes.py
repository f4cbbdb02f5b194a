"""The stand-ins keep the contracts they stand in for."""

from __future__ import annotations

import ssl
import threading

from mailoscope_core.net.connection import (
    Closed,
    Connection,
    Opened,
    OpenFailed,
    Received,
    Secured,
    SecureFailed,
)
from mailoscope_core.net.poller import Poller
from tests.fakes import (
    FakeClock,
    FakePoller,
    Hears,
    ScriptedConnection,
    Waits,
    answers,
    closes,
    fails_to_secure,
    opens,
    refuses,
    says,
    secures,
)


def test_a_script_is_played_in_turn() -> None:
    connection = ScriptedConnection(
        *opens(),
        *says("220 hi"),
        *answers("EHLO", "250-lab", "250 STARTTLS"),
        *secures(),
        *closes(),
    )
    contract: Connection = connection
    assert contract.advance() == []
    contract.open("192.0.2.1", 25)
    assert contract.advance() == [Opened("127.0.0.1", 40000), Received(b"220 hi\r\n")]
    contract.write(b"EH")
    assert contract.advance() == []
    contract.write(b"LO me\r\n")
    assert contract.advance() == [Received(b"250-lab\r\n250 STARTTLS\r\n")]
    contract.secure(ssl.create_default_context(), "lab.test")
    secured, closed = contract.advance()
    assert isinstance(secured, Secured)
    assert isinstance(closed, Closed)
    assert connection.left == ()
    assert bytes(connection.written) == b"EHLO me\r\n"
    connection.close()


def test_failures_can_be_scripted() -> None:
    refused = ScriptedConnection(*refuses())
    refused.open("192.0.2.1", 25)
    assert isinstance(refused.advance()[0], OpenFailed)
    refused.close()
    broken = ScriptedConnection(*opens(), *fails_to_secure("expired"))
    broken.open("192.0.2.1", 25)
    broken.secure(ssl.create_default_context(), "lab.test")
    assert isinstance(broken.advance()[1], SecureFailed)
    broken.close()


def test_a_body_is_waited_for_and_held() -> None:
    connection = ScriptedConnection(*opens(), Hears(b"\r\n.\r\n", exactly=True), *says("250 ok"))
    connection.open("192.0.2.1", 25)
    connection.advance()
    connection.hold = True
    connection.write(b"text\r\n.\r\n")
    assert connection.unsent == 9
    assert not connection.ready
    connection.hold = False
    assert connection.unsent == 0
    assert connection.advance() == [Received(b"250 ok\r\n")]
    connection.close()


def test_the_real_poller_can_wait_for_it() -> None:
    go = threading.Event()
    connection = ScriptedConnection(*opens(), Waits(go), *says("220 hi"))
    connection.open("192.0.2.1", 25)
    with Poller() as poller:
        assert poller.wait(connection.fileno(), *connection.wants, None) == (True, False)
        connection.advance()
        assert poller.wait(connection.fileno(), *connection.wants, 0) == (False, False)
        go.set()
        assert poller.wait(connection.fileno(), *connection.wants, None) == (True, False)
        assert connection.advance() == [Received(b"220 hi\r\n")]
        connection.close()
        connection.close()
        assert (connection.fileno(), connection.wants) == (-1, (False, False))


def test_time_passes_only_in_vain_waits() -> None:
    clock = FakeClock(5.0)
    connection = ScriptedConnection(*opens())
    poller = FakePoller(clock, lambda: connection.ready)
    assert poller.wait(connection.fileno(), True, False, 60.0) == (False, False)
    assert clock() == 65.0
    connection.open("192.0.2.1", 25)
    assert poller.wait(connection.fileno(), True, False, 60.0) == (True, False)
    connection.advance()
    threading.Thread(target=poller.wake).start()
    assert poller.wait(connection.fileno(), True, False, None) == (False, True)
    assert clock() == 65.0
    assert poller.waits == [60.0, 60.0, None]
    connection.close()
