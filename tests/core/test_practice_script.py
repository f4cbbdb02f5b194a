"""Rules act when their conditions hold and do what they say, in the order they say."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import msgspec
import pytest

from mailoscope_core.practice.scenarios import load_scenario
from mailoscope_core.practice.script import Script, Situation
from mailoscope_core.practice.server import LabServer
from mailoscope_core.practice.spec import Ending, Rule, Scenario, Then, When
from tests.core.practice_probe import Clock, Probe


def scenario(*rules: Rule, base: str = "plain-sink") -> Scenario:
    return msgspec.structs.replace(load_scenario(base), rules=rules)


def acts(moment: When, line: str = "", ehlo: str = "", sender: str = "") -> Callable[..., bool]:
    return lambda matcher: matcher.find(moment, lambda: Situation(line, ehlo, sender)) is not None


def test_nth_counts_within_a_connection_and_times_over_all() -> None:
    script = Script([Rule(when=When.RCPT, nth=2), Rule(when=When.MAIL, times=1)], Clock())
    one, two = script.connection(), script.connection()
    rcpt, mail = acts(When.RCPT), acts(When.MAIL)
    assert [rcpt(one), rcpt(one), rcpt(one)] == [False, True, False]
    assert [rcpt(two), rcpt(two)] == [False, True]
    assert [mail(one), mail(one), mail(two)] == [True, False, False]


def test_times_of_until_and_after_begin_with_the_first_match() -> None:
    clock = Clock()
    rules = [
        Rule(when=When.RCPT, until_seconds=2, match="slow"),
        Rule(when=When.RCPT, after_seconds=5, match="late"),
    ]
    matcher = Script(rules, clock).connection()
    slow, late = acts(When.RCPT, "slow"), acts(When.RCPT, "late")
    clock.now += 100
    assert [slow(matcher), late(matcher)] == [True, False]
    clock.now += 1.9
    assert [slow(matcher), late(matcher)] == [True, False]
    clock.now += 0.2
    assert [slow(matcher), late(matcher)] == [False, False]
    clock.now += 3
    assert [slow(matcher), late(matcher)] == [False, True]


def test_patterns_are_held_against_line_name_and_sender() -> None:
    rule = Rule(when=When.ANY, match="^rcpt", match_ehlo="pc", match_sender="@lab")
    matcher = Script([rule], Clock()).connection()
    assert acts(When.RCPT, "RCPT TO:<x>", "PC.test", "a@LAB.test")(matcher)
    assert not acts(When.RCPT, "xRCPT", "PC.test", "a@LAB.test")(matcher)
    assert not acts(When.RCPT, "RCPT TO:<x>", "other", "a@LAB.test")(matcher)
    assert not acts(When.RCPT, "RCPT TO:<x>", "PC.test", "")(matcher)


def test_any_means_the_clients_lines_and_no_other_moment() -> None:
    matcher = Script([Rule(when=When.ANY)], Clock()).connection()
    others = {
        When.CONNECT,
        When.BANNER,
        When.TLS,
        When.IDLE,
        When.CREDENTIALS,
        When.BODY,
        When.DOT,
        When.ANY,
    }
    for moment in set(When) - others:
        assert acts(moment)(matcher), moment
    for moment in others - {When.ANY}:
        assert not acts(moment)(matcher), moment


def test_the_first_rule_that_matches_decides_even_if_it_changes_nothing() -> None:
    shield = Rule(when=When.NOOP, match="please", then=Then.NORMAL)
    rules = scenario(shield, Rule(when=When.ANY, match="noop", reply=("500 no",)))
    with LabServer(rules) as server, Probe(server) as probe:
        probe.reply()
        assert probe.say("NOOP please") == b"250 2.0.0 Ok\r\n"
        assert probe.say("NOOP") == b"500 no\r\n"


@pytest.mark.parametrize(
    ("then", "said", "afterwards"),
    [
        (Then.NOTHING, b"250 mine\r\n", b"503 5.5.1 Bad sequence of commands: MAIL first\r\n"),
        (Then.EFFECT, b"250 mine\r\n", b"250 2.1.5 Recipient ok\r\n"),
        (Then.NORMAL, b"250 mine\r\n250 2.1.0 Sender ok!\r\n", b"250 2.1.5 Recipient ok\r\n"),
    ],
)
def test_what_happens_after_a_rule(then: Then, said: bytes, afterwards: bytes) -> None:
    rule = Rule(when=When.MAIL, reply=("250 mine",), suffix="!", then=then)
    with LabServer(scenario(rule)) as server, Probe(server) as probe:
        probe.reply()
        probe.say("EHLO client.lab.test")
        probe.send(b"MAIL FROM:<a@lab.test>\r\n")
        assert b"".join(probe.reply() for _ in range(said.count(b"\n"))) == said
        assert probe.say("RCPT TO:<b@lab.test>") == afterwards


def test_bytes_go_out_as_they_are_written_and_as_often() -> None:
    every_byte = "".join(map(chr, range(256)))
    rule = Rule(when=When.NOOP, raw=every_byte, repeat=3, close=Ending.CLEAN)
    with LabServer(scenario(rule)) as server, Probe(server) as probe:
        probe.reply()
        probe.send(b"NOOP\r\n")
        assert probe.rest() == bytes(range(256)) * 3


def test_a_reset_is_a_reset() -> None:
    rule = Rule(when=When.NOOP, reply=("250 last words",), close=Ending.RESET)
    with LabServer(scenario(rule)) as server, Probe(server) as probe:
        probe.reply()
        probe.send(b"NOOP\r\n")
        assert probe.rest() == b"250 last words\r\n<RST>"


def test_a_clean_close_is_none_though_the_client_goes_on_talking() -> None:
    rule = Rule(when=When.NOOP, reply=("250 last words",), close=Ending.CLEAN)
    with LabServer(scenario(rule)) as server, Probe(server) as probe:
        probe.reply()
        probe.send(b"NOOP\r\n" * 1000)
        assert probe.rest() == b"250 last words\r\n"


def test_bytes_to_the_cut_are_counted_from_the_rule_on() -> None:
    rule = Rule(when=When.NOOP, close=Ending.AFTER_BYTES, bytes=20, then=Then.NORMAL)
    with LabServer(scenario(rule)) as server, Probe(server) as probe:
        probe.reply()
        probe.send(b"NOOP\r\nRSET\r\nNOOP\r\n")
        assert probe.rest() == b"250 2.0.0 Ok\r\n250 2."


@pytest.mark.parametrize("count", [1, 100, 700])
def test_a_handshake_is_cut_in_its_middle(count: int) -> None:
    ready = len(b"220 2.0.0 Ready to start TLS\r\n")
    rule = Rule(when=When.STARTTLS, close=Ending.AFTER_BYTES, bytes=ready + count, then=Then.NORMAL)
    with LabServer(scenario(rule, base="submission")) as server, Probe(server) as probe:
        probe.reply()
        probe.say("EHLO client.lab.test")
        assert probe.say("STARTTLS").startswith(b"220 ")
        with pytest.raises((ssl.SSLError, OSError)):
            probe.start_tls()
        assert server.wait_for(lambda line: line.data == b"cut")
        assert not [line for line in server.events if line.data == b"tls"]


def test_a_delay_holds_back_what_follows_too() -> None:
    clock = Clock()
    rule = Rule(when=When.NOOP, delay_s=30, times=1, then=Then.NORMAL)
    with LabServer(scenario(rule), clock=clock) as server, Probe(server) as probe:
        probe.reply()
        probe.send(b"NOOP\r\nRSET\r\n")
        assert server.wait_for(lambda line: line.data == b"NOOP")
        assert probe.silent()
        clock.advance(31, server)
        assert [probe.reply(), probe.reply()] == [
            b"250 2.0.0 Ok\r\n",
            b"250 2.0.0 Ok, envelope forgotten\r\n",
        ]


def test_a_client_that_leaves_during_a_delay_is_let_go() -> None:
    rule = Rule(when=When.NOOP, delay_s=3000)
    with LabServer(scenario(rule)) as server:
        with Probe(server) as probe:
            probe.reply()
            probe.send(b"NOOP\r\n")
            assert server.wait_for(lambda line: line.data == b"NOOP")
        assert server.wait_for(lambda line: line.data == b"closed")


def test_a_client_that_never_reads_does_not_hold_up_the_others() -> None:
    rule = Rule(when=When.NOOP, match="flood", raw="250 x\r\n" * 100, repeat=5000)
    with LabServer(scenario(rule)) as server, Probe(server) as deaf, Probe(server) as other:
        deaf.send(b"NOOP flood\r\n" * 3)
        assert server.wait_for(lambda line: line.data == b"NOOP flood")
        other.reply()
        assert other.say("NOOP") == b"250 2.0.0 Ok\r\n"


def test_a_client_that_only_sends_is_held_back() -> None:
    rule = Rule(when=When.NOOP, delay_s=3000)
    with LabServer(scenario(rule)) as server, Probe(server) as probe:
        probe.reply()
        probe.sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            probe.send(b"NOOP\r\n" * 10_000_000)
        assert len(server.events) < 10
