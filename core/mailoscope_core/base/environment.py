"""Facts about this machine that a reader of a report needs, without its name or its user."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.metadata
import os
import platform
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

_LIBRARIES = (
    "certifi",
    "cryptography",
    "dnspython",
    "idna",
    "keyring",
    "msgspec",
    "PySide6-Essentials",
    "truststore",
)
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "socks_proxy", "no_proxy")
_TRUST_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF")


def environment_facts() -> dict[str, str]:
    """Return facts by id: os, machine, python, openssl, libraries, trust-store, utc-offset.

    `program` is `python` or `bundled`. Where they apply: proxy, trust-variables, container.
    Nothing names the machine or its user; a proxy is named by its host alone.
    """
    return {
        **_constant_facts(),
        "utc-offset": _utc_offset(dt.datetime.now().astimezone()),
        **_from_variables(os.environ),
    }


@functools.cache
def _constant_facts() -> dict[str, str]:
    """Return what cannot change while the program runs: reading it takes some milliseconds."""
    container = _container(Path("/"))
    return {
        "os": _operating_system(),
        "machine": f"{platform.machine()}, {sys.maxsize.bit_length() + 1}-bit",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "openssl": ssl.OPENSSL_VERSION,
        "libraries": _libraries(),
        "trust-store": _trust_store(),
        # A bundle has no interpreter of its own to be called by name.
        "program": "python" if Path(sys.executable).stem.startswith("python") else "bundled",
        **({"container": container} if container else {}),
    }


def _from_variables(variables: Mapping[str, str]) -> dict[str, str]:
    proxies = [
        f"{name}={_without_secrets(name, value)}"
        for name, value in _set(variables, _PROXY_VARIABLES)
    ]
    trust = [f"{name}={_at_home(value)}" for name, value in _set(variables, _TRUST_VARIABLES)]
    facts = {"proxy": ", ".join(proxies), "trust-variables": ", ".join(trust)}
    return {name: value for name, value in facts.items() if value}


def _set(variables: Mapping[str, str], wanted: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the wanted variables that are set, in whatever case, sorted by name."""
    lower = {name.lower() for name in wanted}
    return sorted(item for item in variables.items() if item[0].lower() in lower and item[1])


def _at_home(path: str) -> str:
    """Return a path without the user's name in it."""
    home = os.path.expanduser("~")  # noqa: PTH111  # Path.home() raises where there is none
    return path.replace(home, "~", 1) if len(home) > 1 and path.startswith(home) else path


def _without_secrets(name: str, value: str) -> str:
    """Return scheme, host and port of a proxy; user, password, path and query stay out."""
    if name.lower() == "no_proxy":
        return value
    text = value if "://" in value else f"//{value}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "?"
    scheme = f"{parts.scheme}://" if parts.scheme else ""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}{shown}" + (f":{port}" if port else "")


def _operating_system() -> str:
    system, release = platform.system(), platform.release()
    if system == "Darwin":
        return f"macOS {platform.mac_ver()[0]}"
    if system == "Windows":
        return f"Windows {release} ({platform.version()})"
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    return f"{name or system} ({system} {release})"


def _libraries() -> str:
    versions = []
    for name in _LIBRARIES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(versions)


def _trust_store() -> str:
    if sys.platform == "win32":
        return "Windows"
    if sys.platform == "darwin":
        return "macOS"
    paths = ssl.get_default_verify_paths()
    return _at_home(paths.cafile or paths.capath or "none")


def _container(root: Path) -> str:
    """Return docker, podman, kubernetes, flatpak, snap, wsl; empty on a plain machine."""
    hints = []
    if (root / ".dockerenv").exists():
        hints.append("docker")
    if (root / "run/.containerenv").exists():
        hints.append("podman")
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        hints.append("kubernetes")
    for variable, hint in (("FLATPAK_ID", "flatpak"), ("SNAP", "snap"), ("WSL_DISTRO_NAME", "wsl")):
        if os.environ.get(variable):
            hints.append(hint)
    return ", ".join(hints)


def _utc_offset(now: dt.datetime) -> str:
    """Return the offset of local time, such as +05:30."""
    text = now.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
