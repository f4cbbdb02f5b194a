"""The SMTP client library of Mailoscope and everything in it that needs no screen."""

__version__ = "0.1.0"
