"""Fixtures of the real servers, for every test; each worker of pytest-xdist has its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.certificates import LabCertificates, make_certificates
from tests.servers.display import Display, running_display
from tests.servers.greylist import Greylist
from tests.servers.postfix import Postfix, running_postfix
from tests.servers.secret_service import SecretService, running_secret_service
from tests.servers.smtp_sink import SmtpSink, running_smtp_sink


@pytest.fixture(scope="session")
def lab_certificates(tmp_path_factory: pytest.TempPathFactory) -> LabCertificates:
    """A throw-away authority with good and bad certificates for 127.0.0.1 and localhost."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def postfix(lab_certificates: LabCertificates) -> Iterator[Postfix]:
    """A Postfix with a good certificate; needs root."""
    with running_postfix(lab_certificates) as server:
        yield server


@pytest.fixture
def greylist(postfix: Postfix) -> Greylist:
    """The greylist of `postfix`, which has forgotten everybody."""
    postfix.greylist.reset()
    return postfix.greylist


@pytest.fixture(scope="session")
def smtp_sink() -> Iterator[SmtpSink]:
    """A sink that takes everything."""
    with running_smtp_sink() as sink:
        yield sink


@pytest.fixture
def secret_service() -> Iterator[SecretService]:
    """An unlocked, empty keyring on a bus of its own; `running_secret_service` has the others."""
    with running_secret_service() as service:
        yield service


@pytest.fixture(scope="session")
def display() -> Iterator[Display]:
    """An X display without a screen, for a window in a process of its own."""
    with running_display() as screen:
        yield screen
