"""A real Postfix on loopback: MX, greylisted MX, submission with Cyrus SASL, implicit TLS."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers.certificates import LabCertificates
from tests.servers.greylist import Greylist
from tests.servers.process import (
    Server,
    ServerDied,
    end_session,
    free_ports,
    require_program,
    require_root,
)

DOMAIN = "lab.test"
HOST_NAME = f"mail.{DOMAIN}"
USER = f"alice@{DOMAIN}"
PASSWORD = "s3cret-Alice"
MAILBOXES = ("alice", "bob", "carol")
MESSAGE_SIZE_LIMIT = 60 * 1024 * 1024
# No such account is needed: Postfix delivers to these numbers.
MAIL_OWNER = 5000
ATTEMPTS = 3

# One recipient per refusal; the text is what the server says.
REFUSED_RECIPIENTS = {
    f"unknown@{DOMAIN}": "550 5.1.1 No such user here",
    f"full@{DOMAIN}": "452 4.2.2 Mailbox full",
    f"blocked@{DOMAIN}": "554 5.7.1 Client host blocked using lab blocklist; https://lab.test/why",
    f"moved@{DOMAIN}": "551 5.1.6 User has moved; please try <new@lab.test>",
    f"tempfail@{DOMAIN}": "451 4.3.0 Local problem, try again later",
    f"drop@{DOMAIN}": "421 4.7.0 Too many messages, closing",
}

MAIN_CF = """\
compatibility_level = 3.6
config_directory = {config}
queue_directory = {state}/spool
data_directory = {state}/data
maillog_file = {state}/log
maillog_file_prefixes = {state}
myhostname = {host_name}
mydomain = {domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
alias_maps =
alias_database =
smtputf8_enable = yes
biff = no
message_size_limit = {size_limit}
mailbox_size_limit = 0
default_database_type = hash
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {state}/mail
virtual_mailbox_maps = texthash:{config}/boxes
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
virtual_mailbox_limit = 0
# Mail for anywhere else is thrown away: nothing leaves this machine.
default_transport = discard
relay_transport = discard
local_transport = error
local_recipient_maps =
header_checks = regexp:{config}/headers
smtpd_banner = $myhostname ESMTP Postfix lab
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_session_cache_database =
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{config}/rcpt
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain =
smtpd_sasl_security_options = noanonymous
broken_sasl_auth_clients = no
"""

MASTER_CF = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{grey} inet n - n - - smtpd
  -o {{ smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy} }}
127.0.0.1:{submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=encrypt
  -o {{ smtpd_relay_restrictions = permit_sasl_authenticated, reject }}
127.0.0.1:{smtps} inet n - n - - smtpd
  -o syslog_name=postfix/smtps -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
  -o {{ smtpd_relay_restrictions = permit_sasl_authenticated, reject }}
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

# Debian's Postfix reads $config_directory/sasl/smtpd.conf, whatever cyrus_sasl_config_path says.
SASL_CONF = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {state}/sasl/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256
"""

HEADER_CHECKS = """\
/^X-Lab-Reject: *(.*)/   REJECT 5.7.1 Content rejected by header check: $1
/^X-Lab-Discard:/        DISCARD
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """Where a running Postfix listens and what it knows.

    `smtp` is MX style: STARTTLS offered, no AUTH, mail for lab.test only, else 554 relay denied.
    `grey` is the same behind `greylist`. `submission` wants STARTTLS before AUTH and AUTH before
    MAIL. `smtps` is the same inside implicit TLS.
    """

    host: str
    smtp: int
    grey: int
    submission: int
    smtps: int
    certificates: LabCertificates
    greylist: Greylist
    state: Path
    wait_until: Callable[[Callable[[], bool], str], None]
    user: str = USER
    password: str = PASSWORD

    @property
    def log(self) -> str:
        """What Postfix logged so far."""
        return (self.state / "log").read_text("utf-8", "replace")

    def delivered(self, mailbox: str = "alice") -> list[Path]:
        """The messages in one of `MAILBOXES`, oldest first."""
        new = self.state / "mail" / mailbox / "new"
        return (
            sorted(new.iterdir(), key=lambda path: path.stat().st_mtime_ns) if new.exists() else []
        )


@contextmanager
def running_postfix(
    certificates: LabCertificates, certificate: str = "server"
) -> Iterator[Postfix]:
    """A Postfix that presents the certificate of that kind; needs root, as its master does."""
    require_root("Postfix")
    program = require_program("postfix")
    # Not below pytest's own directory: Postfix's unprivileged user must be able to enter.
    with tempfile.TemporaryDirectory(prefix="mailoscope-postfix-") as name, Greylist() as greylist:
        state = Path(name)
        state.chmod(0o755)
        server, ports = _start(program, state, certificates, certificate, greylist.port)
        try:
            yield Postfix(
                host="127.0.0.1",
                smtp=ports["smtp"],
                grey=ports["grey"],
                submission=ports["submission"],
                smtps=ports["smtps"],
                certificates=certificates,
                greylist=greylist,
                state=state,
                wait_until=server.wait_until,
            )
        finally:
            _stop(server, state)


def _start(
    program: str, state: Path, certificates: LabCertificates, certificate: str, policy: int
) -> tuple[Server, dict[str, int]]:
    """Start it on free ports; another process may take one meanwhile, hence more than one try."""
    attempt = 0
    while True:
        attempt += 1
        ports = dict(zip(("smtp", "grey", "submission", "smtps"), free_ports(4), strict=True))
        _configure(state, certificates, certificate, {**ports, "policy": policy})
        server = Server([program, "-c", str(state / "config"), "start-fg"], state / "log")
        try:
            server.wait_for_ports(list(ports.values()))
        except ServerDied:
            _stop(server, state)
            if attempt == ATTEMPTS:
                raise
        else:
            return server, ports


def _configure(
    state: Path, certificates: LabCertificates, certificate: str, ports: Mapping[str, int]
) -> None:
    config = state / "config"
    for directory in (config / "sasl", state / "spool", state / "data", state / "sasl"):
        directory.mkdir(parents=True, exist_ok=True)
    shutil.chown(state / "data", "postfix")
    (state / "data").chmod(0o700)
    mail = state / "mail"
    mail.mkdir(exist_ok=True)
    os.chown(mail, MAIL_OWNER, MAIL_OWNER)
    values: dict[str, object] = {
        "config": config,
        "state": state,
        "host_name": HOST_NAME,
        "domain": DOMAIN,
        "size_limit": MESSAGE_SIZE_LIMIT,
        "owner": MAIL_OWNER,
        "chain": _readable_copy(certificates.chain(certificate), state),
        "key": _readable_copy(certificates.key(certificate), state),
        **ports,
    }
    (config / "main.cf").write_text(MAIN_CF.format_map(values))
    (config / "master.cf").write_text(MASTER_CF.format_map(values))
    (config / "sasl" / "smtpd.conf").write_text(SASL_CONF.format_map(values))
    (config / "headers").write_text(HEADER_CHECKS)
    (config / "boxes").write_text("".join(f"{box}@{DOMAIN} {box}/\n" for box in MAILBOXES))
    (config / "rcpt").write_text(
        "".join(f"{recipient} {reply}\n" for recipient, reply in REFUSED_RECIPIENTS.items())
    )
    _add_sasl_user(state / "sasl" / "sasldb2")


def _readable_copy(source: Path, state: Path) -> Path:
    """A copy that Postfix reads as root, wherever the original lives."""
    copy = state / source.name
    shutil.copyfile(source, copy)
    copy.chmod(0o600)
    return copy


def _add_sasl_user(database: Path) -> None:
    name, _, realm = USER.partition("@")
    command = [require_program("saslpasswd2"), "-c", "-p", "-f", str(database), "-u", realm, name]
    subprocess.run(command, input=PASSWORD.encode(), check=True, capture_output=True)
    shutil.chown(database, group="postfix")
    database.chmod(0o640)


def _stop(server: Server, state: Path) -> None:
    """End Postfix: its master runs in a session of its own, named in its pid file."""
    with suppress(OSError, ValueError):
        master = int((state / "spool" / "pid" / "master.pid").read_text())
        os.kill(master, signal.SIGTERM)
        with suppress(ServerDied):
            server.wait_until(lambda: not _alive(master), "end of Postfix's master", 5)
        end_session(master)
    server.stop()


def _alive(pid: int) -> bool:
    """Whether that process still runs; one that nobody has reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
