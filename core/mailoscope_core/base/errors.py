"""Errors made for people: a code and its parameters, the sentence lives in the resources."""

from __future__ import annotations


class UserError(Exception):
    """Something the user can act on; its sentence is the table `code` of `text/errors.toml`.

    `code` is a kebab-case id, `params` fill the sentence's named placeholders. Never put a secret
    into `params`: they are shown.
    """

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({shown})"
