"""Every shipped scenario loads with every value of its knob; a wrong file gets one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.practice.scenarios import list_scenarios, load_scenario, read_scenario
from mailoscope_core.practice.spec import When
from mailoscope_core.storage.profile import TlsMode

HEAD = 'schema_version = 1\ntitle = "t"\ndescription = "d"\nteaches = "x"\n'
PARAMETER = '[parameter]\nname = "n"\ndefault = "2"\ndescription = "d"\nminimum = 1\nmaximum = 9\n'


def refusal(path: Path, text: str, argument: str = "") -> tuple[str, str]:
    """The code and the sentence with which a file of this content is refused."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_scenario(path, argument)
    sentence = Texts().error(caught.value)
    assert "\n" not in sentence
    assert "own" in sentence, "the sentence names the scenario"
    return caught.value.code, sentence


def test_scenarios_are_sorted_and_say_what_they_teach() -> None:
    scenarios = list_scenarios()
    assert [each.id for each in scenarios] == sorted(each.id for each in scenarios)
    assert len(scenarios) >= 80
    for each in scenarios:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.id)
        for text in (each.title, each.description, each.teaches):
            assert text
            assert text == text.strip()
        assert each.description.endswith(".")
        assert each.teaches.endswith(".")
        assert len(each.title) <= 60
        assert load_scenario(each.name) == each
        assert each.settings.recipients


def test_every_value_of_every_knob_loads() -> None:
    knobs = {each.id: each.parameter for each in list_scenarios() if each.parameter}
    assert knobs.keys() >= {"shutdown", "drop", "slow-banner", "greylisting", "mailbox-full"}
    for name, knob in knobs.items():
        values = list(knob.choices) or [f"{knob.minimum:g}", f"{knob.maximum:.0f}"]
        for value in values:
            assert load_scenario(f"{name}:{value}").argument == value


def test_the_knob_reaches_rules_and_texts() -> None:
    scenario = load_scenario("greylisting:7")
    assert scenario.rules[0].until_seconds == 7
    assert "in 7 seconds" in scenario.rules[0].reply[0]
    assert load_scenario("shutdown:rcpt").rules[0].when is When.RCPT
    assert load_scenario("slow-banner").rules[0].delay_s == 15
    assert load_scenario("too-big:dot").server.size_advertised is False
    assert load_scenario("submission-implicit").settings.tls is TlsMode.IMPLICIT


@pytest.mark.parametrize("name", ["nope", "", "../submission", "_replies", "Submission", "a/b"])
def test_an_unknown_name_is_said_to_be_unknown(name: str) -> None:
    with pytest.raises(UserError) as caught:
        load_scenario(name)
    assert caught.value.code == "scenario-unknown"
    assert "--list" in Texts().error(caught.value)


@pytest.mark.parametrize(
    ("name", "code", "wanted"),
    [
        ("shutdown:lunch", "scenario-parameter", "banner, ehlo, starttls"),
        ("slow-banner:soon", "scenario-parameter", "0 - 600"),
        ("slow-banner:601", "scenario-parameter", "0 - 600"),
        ("slow-banner:-1", "scenario-parameter", "0 - 600"),
        ("slow-banner:nan", "scenario-parameter", "0 - 600"),
        ("submission:5", "scenario-no-parameter", "takes no value"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name: str, code: str, wanted: str) -> None:
    with pytest.raises(UserError) as caught:
        load_scenario(name)
    assert caught.value.code == code
    assert wanted in Texts().error(caught.value)


@pytest.mark.parametrize(
    ("rest", "detail"),
    [
        ("[[rule\nx = 1\n", "line 5"),
        ("surprise = 1\n", "surprise"),
        ('[server]\nstarttls = "maybe"\n', "server.starttls"),
        ('[server.replies]\nno-such = ["250 x"]\n', "no-such"),
        ('[[rule]]\nwhen = "lunch"\n', "lunch"),
        ('[[rule]]\nwhen = "mail"\nreplly = ["x"]\n', "replly"),
        ('[[rule]]\nwhen = "mail"\nmatch = "("\n', "rule 1"),
        ('[[rule]]\nwhen = "mail"\nreply = ["a"]\nraw = "b"\n', "exclude"),
        ('[[rule]]\nwhen = "mail"\nreply = ["a\\r\\nb"]\n', "one line"),
        ('[[rule]]\nwhen = "mail"\nraw = "\\u0100"\n', "one character a byte"),
        ('[[rule]]\nwhen = "mail"\nraw = "12345"\nrepeat = 999999\n', "4194304"),
        ('[[rule]]\nwhen = "mail"\ndelay_s = 99999\n', "delay_s"),
        ('[[rule]]\nwhen = "mail"\nbytes = 3\n', "after-bytes"),
        ('[[rule]]\nwhen = "idle"\nreply = ["421 x"]\n', "after_seconds"),
        ("[parameter]\nname = 1\n", "parameter"),
    ],
)
def test_a_wrong_file_is_refused_with_its_fault(tmp_path: Path, rest: str, detail: str) -> None:
    code, sentence = refusal(tmp_path / "own.toml", HEAD + rest)
    assert code == "scenario-invalid"
    assert detail in sentence


def test_a_newer_file_is_refused_politely(tmp_path: Path) -> None:
    text = HEAD.replace("schema_version = 1", "schema_version = 2")
    assert refusal(tmp_path / "own.toml", text)[0] == "scenario-newer"


def test_a_file_of_ones_own_takes_its_value(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = HEAD + PARAMETER + '[[rule]]\nwhen = "mail"\ndelay_s = "$n"\nreply = ["250 $n $x"]\n'
    assert refusal(path, text, "10")[0] == "scenario-parameter"
    rule = read_scenario(path, "3").rules[0]
    assert (rule.delay_s, rule.reply) == (3, ("250 3 $x",))
    assert read_scenario(path).argument == "2"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_scenario(tmp_path / "own.toml")
    assert caught.value.code == "scenario-unreadable"
    assert "own" in Texts().error(caught.value)
