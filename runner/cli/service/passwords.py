"""Where the password for a service comes from: the environment, the keyring, or a person.

It is never an argument, which other people of the machine and the shell's history would see.
"""

from __future__ import annotations

import os
import shlex
import sys
from types import ModuleType

import click
from msgspec import Struct

from runner.errors import InputError

VARIABLE = "RUNNER_SERVICE_PASSWORD"
KEYRING = "runner"


class Password:
    """A password, which its representation does not show, and what to do where it is refused."""

    def __init__(self, text: str, advice: str) -> None:
        self.text = text
        self.advice = advice


class Account(Struct, frozen=True):
    """Whose password it is, as the keyring has it: the address, with the name before it if there is one."""

    url: str
    name: str | None

    def __str__(self) -> str:
        return self.url if self.name is None else f"{self.name}@{self.url}"


def find(url: str, name: str | None, *, ask: bool) -> Password:
    """The password for a service; with `ask`, a person is asked whatever is known.

    Raises InputError where there is none and nobody to ask.
    """
    if not ask:
        if text := os.environ.get(VARIABLE):
            return Password(text, f"check {VARIABLE}, and whether --name fits to it")
        if text := _kept(Account(url, name)):
            return Password(text, "type the new one: the same command with --save")
    if not sys.stdin.isatty():
        fix = f"set {VARIABLE}, or keep it with --save on a terminal"
        raise InputError("no-password", "the service wants a password, and there is nobody to ask", fix=fix)
    text = click.prompt(f"Password for {Account(url, name)}", hide_input=True, err=True)
    return Password(text, "check the password, and whether it has a name (--name)")


def keep(url: str, name: str | None, password: str) -> None:
    """Keeps a password in the keyring, or says why it cannot be."""
    account = Account(url, name)
    keyring = _keyring()
    try:
        if keyring is None:
            raise LookupError("keyring is not installed")
        keyring.set_password(KEYRING, str(account), password)
    except Exception as error:  # a keyring raises whatever its desktop does
        reason = str(error).partition("\n")[0].partition(";")[0] or type(error).__name__
        click.echo(f"note: the password was not kept: {reason}", err=True)
    else:
        forget = f"keyring del {KEYRING} {shlex.quote(str(account))}"
        click.echo(f"kept in the keyring; forget it with: {forget}", err=True)


def _kept(account: Account) -> str | None:
    keyring = _keyring()
    try:
        return None if keyring is None else keyring.get_password(KEYRING, str(account))
    except Exception:  # no desktop, a locked keyring, a refusal: nothing is kept
        return None


def _keyring() -> ModuleType | None:
    try:
        import keyring
    except ImportError:
        return None
    return keyring
