"""The pages of the profile editor: which fields a profile has, and how they are called."""

from __future__ import annotations

from mailoscope_core.protocol.sasl import SUPPORTED
from mailoscope_core.storage.profile import IpFamily, TlsMode
from mailoscope_gui.dialogs.fields import (
    CheckField,
    ChoiceField,
    FileField,
    LinesField,
    NotesField,
    PortField,
    SecondsField,
    TextField,
)
from mailoscope_gui.dialogs.form import FormPage
from mailoscope_gui.i18n import N_

TLS_MODES: tuple[tuple[object, str], ...] = (
    (TlsMode.STARTTLS, N_("STARTTLS, required")),
    (TlsMode.IMPLICIT, N_("Implicit TLS")),
    (TlsMode.OPTIONAL, N_("STARTTLS if offered")),
    (TlsMode.NONE, N_("No TLS")),
)
_FAMILIES: tuple[tuple[object, str], ...] = (
    (IpFamily.ANY, N_("IPv6 and IPv4, as the system orders them")),
    (IpFamily.V4, N_("IPv4 only")),
    (IpFamily.V6, N_("IPv6 only")),
)
_SECRETS: tuple[tuple[object, str], ...] = (
    ("password", N_("Password or app password")),
    ("token", N_("OAuth access token")),
)
_MECHANISMS: tuple[tuple[object, str], ...] = (
    ("", N_("The best one the server offers")),
    *((name, name) for name in SUPPORTED),
)


def server_page() -> FormPage:
    """Return the page that says where the server is."""
    page = FormPage()
    page.add("name", TextField(), N_("&Name of the profile"))
    page.add("host", TextField("smtp.example.org"), N_("Mail &server"))
    page.add("port", PortField(), N_("&Port"))
    page.add(
        "tls",
        ChoiceField(TLS_MODES),
        N_("&Encryption"),
        N_("Usual pairs: 587 with STARTTLS, 465 with implicit TLS, 25 between servers."),
    )
    page.add("notes", NotesField(), N_("N&otes"))
    page.column.addStretch()
    return page


def trust_page() -> FormPage:
    """Return the page that says which certificates are believed."""
    page = FormPage()
    page.add(
        "server_name",
        TextField(),
        N_("&Name in the certificate"),
        N_("Only if it differs from the mail server's name. It is sent as SNI and verified."),
    )
    page.add(
        "ca_file",
        FileField("PEM (*.pem *.crt *.cer);;* (*)"),
        N_("Own C&A file"),
        N_("PEM. Trusted beside the certificates of this system."),
    )
    page.add(
        "client_certificate",
        FileField("PEM (*.pem *.crt);;* (*)"),
        N_("&Client certificate"),
        N_("PEM with the certificate and its private key, if the server asks for one."),
    )
    page.column.addStretch()
    return page


def login_page() -> FormPage:
    """Return the page of the log-in, without the secret itself."""
    page = FormPage()
    page.add("auth", CheckField(N_("&Log in to the server")), "")
    page.add("user", TextField("name@example.org"), N_("&User name"))
    page.add("secret_kind", ChoiceField(_SECRETS), N_("&Kind of secret"))
    page.add("mechanism", ChoiceField(_MECHANISMS), N_("SASL &mechanism"))
    return page


def envelope_page() -> FormPage:
    """Return the page of the addresses that MAIL and RCPT name."""
    page = FormPage()
    page.add(
        "sender",
        TextField("name@example.org"),
        N_("&Sender (MAIL FROM)"),
        N_("Many servers only take an address that belongs to the account."),
    )
    page.add(
        "recipients",
        LinesField(96, "friend@example.net"),
        N_("&Recipients (RCPT TO)"),
        N_(
            "One address a line, at most 10 a run. They are used only when you choose "
            "“Ask about the addresses” or “Send one message”."
        ),
    )
    page.column.addStretch()
    return page


def advanced_page() -> FormPage:
    """Return the page of what most people never change."""
    page = FormPage()
    page.add(
        "ehlo_name",
        TextField(),
        N_("E&HLO name"),
        N_("Empty: this machine's full name, or else its address in brackets."),
    )
    page.add("family", ChoiceField(_FAMILIES), N_("&Addresses to dial"))
    page.add(
        "use_mx",
        CheckField(N_("The server is a mail &domain: look up its MX records")),
        "",
        N_("Only to test how mail from elsewhere reaches a domain, without logging in."),
    )
    page.add("connect", SecondsField(), N_("&Connecting, for each address"))
    page.add("command", SecondsField(), N_("&Greeting and commands"))
    page.add(
        "final_dot",
        SecondsField(),
        N_("After the &message"),
        N_("When a time is over you are asked; nothing is cut off by itself."),
    )
    page.column.addStretch()
    return page
