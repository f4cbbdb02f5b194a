"""A server profile: everything about a server and a log-in except the secret itself."""

from __future__ import annotations

import enum
import uuid
from typing import Literal

import msgspec

SCHEMA_VERSION = 1


class TlsMode(enum.Enum):
    """When TLS begins; the words are shown as they are, never as "auto" or "SSL/TLS"."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    OPTIONAL = "optional"
    NONE = "none"


class IpFamily(enum.Enum):
    """Which addresses are dialled."""

    ANY = "any"
    V4 = "4"
    V6 = "6"


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds a person is asked to wait before being told; nothing is closed when they pass.

    RFC 5321 section 4.5.3.2 wants minutes; these are the first look at the watch.
    """

    connect: float = 20.0
    command: float = 60.0
    final_dot: float = 600.0


class Profile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A saved server profile. `id` is a UUID and names the keyring entry `mailoscope:<id>`.

    `ehlo_name`, `server_name` (SNI and the name to verify) and `mechanism` empty mean: chosen by
    the planner. `auth` off means no log-in at all. `verify` false is never saved: it is asked for
    once a session.
    """

    name: str
    host: str
    port: int = 587
    id: str = msgspec.field(default_factory=lambda: str(uuid.uuid4()))
    tls: TlsMode = TlsMode.STARTTLS
    family: IpFamily = IpFamily.ANY
    server_name: str = ""
    ca_file: str = ""
    client_certificate: str = ""
    ehlo_name: str = ""
    auth: bool = True
    mechanism: str = ""
    user: str = ""
    secret_kind: Literal["password", "token"] = "password"
    sender: str = ""
    recipients: tuple[str, ...] = ()
    use_mx: bool = False
    timeouts: Timeouts = Timeouts()
    preset: str = ""
    scenario: str = ""
    notes: str = ""
    schema_version: int = SCHEMA_VERSION
