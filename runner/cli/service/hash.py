"""`runner service hash`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from runner.errors import InputError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

ADVICE = """\
Put it into SERVICE_PASSWORDS, beside the other entries, with spaces between them:
  here, a line of .env:  SERVICE_PASSWORDS='ENTRY ENTRY'
  at Modal:              modal secret create SERVICE_PASSWORDS --from-dotenv FILE --force, of that line alone
It holds once the service is started or deployed again. Taking an entry out revokes it, in the same way."""


@click.command()
@click.option("--name", default="team", show_default=True, help="Whose password it is; each name has one.")
@click.option("--inference-only", is_flag=True, help="It opens rollouts and evaluations, but no training.")
@click.option(
    "--stdin", "piped", is_flag=True, help="Read the password from standard input instead of asking."
)
def command(name: str, inference_only: bool, piped: bool) -> None:
    """Make an entry for SERVICE_PASSWORDS: ask for a password, and print its argon2id hash.

    The password is asked for twice and not shown. It is never an argument, and it is not kept anywhere.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            "name", "a name is 1 to 64 letters, digits, dots, dashes or underscores", place="--name"
        )
    hasher = _hasher()
    password = _piped() if piped else _asked(name)
    _check(password)
    scope = "inference" if inference_only else "all"
    click.echo(f"{name}:{scope}:{hasher.hash(password)}")
    click.echo(ADVICE, err=True)


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        raise InputError(
            "no-terminal", "there is nobody to ask for a password", fix="pipe it in, with --stdin"
        )
    text = f"Password for {name} (at least {SHORTEST} characters)"
    asked: str = click.prompt(
        text, hide_input=True, confirmation_prompt="The same once more", err=True, value_proc=str
    )
    return asked


def _piped() -> str:
    raw = sys.stdin.buffer.read(4 * LONGEST + 2)
    try:
        return raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InputError("password", "the password is not UTF-8 text", place="standard input") from None


def _check(password: str) -> None:
    """Refuses what is guessed quickly, and what cannot be sent in a header."""
    if len(password) < SHORTEST:
        raise InputError(
            "short-password", f"the password has fewer than {SHORTEST} characters", fix="take a longer one"
        )
    if not password.isprintable() or password != password.strip():
        raise InputError(
            "password",
            "the password has control characters, or spaces at an end, which no header can carry",
            fix="take one without",
        )
    if len(password.encode()) > LONGEST:
        raise InputError("long-password", f"the password is over {LONGEST} bytes", fix="take a shorter one")


def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise InputError(
            "argon2", "hashing needs argon2-cffi, which is not installed", fix="pip install 'runner[service]'"
        ) from None
    return PasswordHasher()
