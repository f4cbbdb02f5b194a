"""Prose in a terminal: it is wrapped, marked, and what is copied stays whole."""

from __future__ import annotations

from mailoscope_core.cli.wrapping import WIDTH, section, wrapped


def test_the_second_line_stands_below_the_first_word() -> None:
    lines = wrapped("word " * 40, "  1. ")
    assert len(lines) > 1
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].startswith("  1. word")
    assert lines[1].startswith("     word")


def test_the_address_of_a_page_is_not_cut() -> None:
    address = "https://support.example.org/" + "a-long-name/" * 12
    assert address in wrapped(f"See {address} there")


def test_one_entry_has_no_mark_and_several_have() -> None:
    assert list(section("Source", ["RFC 5321"])) == ["", "Source:", "  RFC 5321"]
    assert list(section("Notes", ["one", "two"]))[2:] == ["  - one", "  - two"]
    assert list(section("Steps", ["one", "two"], ordered=True))[2:] == ["  1. one", "  2. two"]
