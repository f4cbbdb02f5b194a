"""`practice`: serves a scenario of the lab on this machine until Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence

from mailoscope_core.base.errors import UserError
from mailoscope_core.base.texts import Texts
from mailoscope_core.cli.arguments import CommandParser, exit_code_help
from mailoscope_core.cli.console import Console
from mailoscope_core.cli.exits import Exit
from mailoscope_core.practice.scenarios import list_scenarios, load_scenario
from mailoscope_core.practice.server import LabServer
from mailoscope_core.practice.spec import Scenario


def run(arguments: Sequence[str], console: Console) -> int:
    """List the scenarios, or serve one until it is interrupted."""
    options = _parser(console.texts).parse_args(arguments)
    if options.list:
        for scenario in list_scenarios():
            console.say(scenario.id)
        return Exit.OK
    if not options.scenario:
        raise UserError("option-scenario-missing")
    scenario = load_scenario(options.scenario)
    stop = threading.Event()
    with _until_interrupted(stop), LabServer(scenario, port=options.port) as server:
        _introduce(scenario, server, console)
        _wait(stop)
    return Exit.OK


def _introduce(scenario: Scenario, server: LabServer, console: Console) -> None:
    """Say where it listens and how to try it; the first line is for programs, too."""
    _ = console.texts.gettext
    host, port = server.address
    console.say(f"listening on {host}:{port}")
    console.say(_("CA file: {path}").format(path=server.ca_file))
    for user, password in scenario.server.users.items():
        text = _("Log-in for practice: {user} with the password {password}")
        console.say(text.format(user=user, password=password))
    for token in scenario.server.tokens:
        console.say(_("Token for practice: {token}").format(token=token))
    title = console.texts.record(f"scenario.{scenario.id}", "title", scenario.title)
    console.say(title)
    console.say(_("Ctrl-C ends it."))


@contextlib.contextmanager
def _until_interrupted(stop: threading.Event) -> Iterator[None]:
    """End in order on Ctrl-C and on SIGTERM, so that nothing of the server stays behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.signal(kind, lambda *_: stop.set()) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _wait(stop: threading.Event) -> None:
    # Windows runs signal handlers only between two waits of the main thread.
    while not stop.wait(3600.0):
        pass


def _parser(texts: Texts) -> CommandParser:
    _ = texts.gettext
    codes = (Exit.OK, Exit.OPTIONS, Exit.PRACTICE)
    description = _(
        "A mail server on this machine that behaves, or misbehaves, as a scenario says."
    )
    parser = CommandParser("practice", description, texts, epilog=exit_code_help(texts, codes))
    add = parser.options.add_argument
    add("--scenario", metavar=_("NAME"), help=_("which one; some take a value, NAME:VALUE"))
    add(
        "--port",
        type=int,
        default=0,
        metavar="N",
        help=_("the port to listen on (default: any free one)"),
    )
    add("--list", action="store_true", help=_("name the scenarios, one a line"))
    return parser
