"""A real Secret Service (gnome-keyring) on a D-Bus of its own, in every state of trouble."""

from __future__ import annotations

import enum
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jeepney import DBusAddress, MatchRule, Properties, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

from tests.servers.process import Server, require_program

BUS_NAME = "org.freedesktop.secrets"
SERVICE_PATH = "/org/freedesktop/secrets"
LOGIN_COLLECTION = "/org/freedesktop/secrets/collection/login"
KEYRING_PASSWORD = "test"
START_S = 20.0

# No service is ever started by this bus, so that only what the test started answers.
BUS_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Mode(enum.Enum):
    """What an application finds."""

    UNLOCKED = "unlocked"  # a keyring that works
    LOCKED = "locked"  # a locked one, and no display to ask for its password
    NO_COLLECTION = "no collection"  # a daemon that has never been unlocked
    HUNG = "hung"  # somebody owns the name and never answers
    NO_SERVICE = "no service"  # a bus without a Secret Service


@dataclass(frozen=True, slots=True)
class SecretService:
    """How to reach it: what an application's environment must hold."""

    address: str
    home: Path
    environment: Mapping[str, str] = field(repr=False)

    def apply(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make this process an application of that bus.

        `keyring` chooses its back end once a process: build its `SecretService.Keyring()`
        yourself, or run the application in a process with `process_environment()`.
        """
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)

    def process_environment(self) -> dict[str, str]:
        """The environment for a child process that is to use this keyring."""
        base = {
            name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"
        }
        return {**base, **self.environment}

    def lock(self) -> None:
        """Lock the login collection, as a screen saver might."""
        with open_dbus_connection(bus=self.address) as connection:
            _lock(connection)

    @property
    def locked(self) -> bool:
        """Whether the login collection is locked."""
        collection = DBusAddress(
            LOGIN_COLLECTION, BUS_NAME, interface="org.freedesktop.Secret.Collection"
        )
        with open_dbus_connection(bus=self.address) as connection:
            reply = connection.send_and_get_reply(
                Properties(collection).get("Locked"), timeout=START_S
            )
        return bool(reply.body[0][1])


@contextmanager
def running_secret_service(mode: Mode = Mode.UNLOCKED) -> Iterator[SecretService]:
    """A bus of its own with what `mode` says on it, in an empty home directory."""
    with tempfile.TemporaryDirectory(prefix="mailoscope-bus-") as name, ExitStack() as stack:
        home = Path(name)
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        place = home / "bus"
        config = home / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=place))
        command = [require_program("dbus-daemon"), "--nofork", "--nopidfile", "--nosyslog"]
        bus = stack.enter_context(Server([*command, f"--config-file={config}"], home / "bus.log"))
        bus.wait_until(lambda: _listens(place), "socket")
        address = f"unix:path={place}"
        environment = {
            "DBUS_SESSION_BUS_ADDRESS": address,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
        }
        connection = stack.enter_context(open_dbus_connection(bus=address))
        if mode is Mode.HUNG:
            # This very connection takes the name and never reads a call.
            Proxy(message_bus, connection).RequestName(BUS_NAME)
        elif mode is not Mode.NO_SERVICE:
            _start_daemon(mode, stack, connection, home, environment)
        if mode is Mode.LOCKED:
            _lock(connection)
        yield SecretService(address, home, environment)


def _listens(place: Path) -> bool:
    # The file is there before the bus listens on it.
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(place)) == 0


def _start_daemon(
    mode: Mode,
    stack: ExitStack,
    connection: DBusConnection,
    home: Path,
    environment: Mapping[str, str],
) -> None:
    program = require_program("gnome-keyring-daemon")
    command = [program, "--foreground", "--components=secrets"]
    password = b""
    if mode is not Mode.NO_COLLECTION:
        # The password is all of stdin: a newline would be part of it.
        command.append("--unlock")
        password = KEYRING_PASSWORD.encode()
    rule = MatchRule(
        type="signal",
        interface="org.freedesktop.DBus",
        member="NameOwnerChanged",
        path="/org/freedesktop/DBus",
    )
    rule.add_arg_condition(0, BUS_NAME)
    Proxy(message_bus, connection).AddMatch(rule)
    with connection.filter(rule) as owners:
        daemon = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
        daemon.update(environment)
        stack.enter_context(Server(command, home / "keyring.log", daemon, password))
        connection.recv_until_filtered(owners, timeout=START_S)


def _lock(connection: DBusConnection) -> None:
    service = DBusAddress(SERVICE_PATH, BUS_NAME, interface="org.freedesktop.Secret.Service")
    call = new_method_call(service, "Lock", "ao", ([LOGIN_COLLECTION],))
    connection.send_and_get_reply(call, timeout=START_S)
