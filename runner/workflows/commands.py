"""What a comment asks for: its first line, read as a shell would split it, and by no shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Final, Literal, get_args

from msgspec import Struct

from runner.errors import InputError
from runner.manifest.values import is_name
from runner.wording import did_you_mean, shown

Verb = Literal["plan", "run", "cancel", "retry", "remove"]

VERBS: Final[tuple[Verb, ...]] = get_args(Verb)
LONGEST: Final = 2_000
MOST_JOBS: Final = 20
_VERB: Final = re.compile(r"/([A-Za-z-]{1,20})(?=\s|$)")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_RUN: Final = re.compile(r"latest|[0-9][0-9a-f-]{0,30}")
_ALIKE: Final = 0.8
USAGE: Final[dict[Verb, str]] = {
    "plan": "/plan [JOB…]",
    "run": "/run [JOB…] [--set PATH=VALUE]… [--only TASK]… [--no-deploy] [COMMIT]",
    "cancel": "/cancel [RUN]",
    "retry": "/retry [RUN]",
    "remove": "/remove SERVICE…",
}


class Command(Struct, frozen=True, kw_only=True):
    """One command. `jobs` are names or paths; `commit` and `run` are empty where none is named.

    What `/remove` takes down is in `jobs`, by name: its manifest may be gone.
    """

    verb: Verb
    jobs: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    deploy: bool = True
    commit: str = ""
    run: str = ""

    def line(self, commit: str) -> str:
        """What to write to ask for this at a certain commit."""
        words = [f"/{self.verb}", *self.jobs]
        for override in self.overrides:
            words += ["--set", override]
        for task in self.only:
            words += ["--only", task]
        return shlex.join([*words, *([] if self.deploy else ["--no-deploy"]), commit])


def meant_for_us(body: str) -> bool:
    """Whether a comment begins with one of our commands, or with one that is misspelt."""
    return bool(_nearest(_first_line(body)))


def read_command(body: str) -> Command:
    """The command that a comment that is meant for us begins with.

    Raises InputError with what is not understood, and how the command is written.
    """
    line = _first_line(body)
    verb = _nearest(line)
    written = line.partition(" ")[0]
    if verb is None or written.lower() != f"/{verb}":
        usage = USAGE[verb] if verb else "\n".join(USAGE.values())
        raise InputError("unknown-command", f"there is no command {shown(written)}", fix=usage)
    if len(line) > LONGEST:
        raise _refused(verb, f"the line is longer than {LONGEST:,} characters")
    try:
        words = shlex.split(line)[1:]
    except ValueError:
        raise _refused(verb, "a quotation mark is not closed") from None
    if verb == "run":
        return _run(words)
    option = next((word for word in words if word.startswith("-")), "")
    if option:
        raise _refused(verb, f"{shown(option)} is no option of /{verb}")
    if verb == "plan":
        return Command(verb=verb, jobs=_jobs(verb, words))
    if verb == "remove":
        return Command(verb=verb, jobs=_services(words))
    if len(words) > 1 or not all(map(_RUN.fullmatch, words)):
        raise _refused(verb, f"{shown(' '.join(words))} does not name one run")
    return Command(verb=verb, run="" if words in ([], ["latest"]) else words[0])


def _run(words: list[str]) -> Command:
    overrides, only, names = list[str](), list[str](), list[str]()
    values: dict[str, Callable[[str], None]] = {"--set": overrides.append, "--only": only.append}
    deploy, left = True, iter(words)
    for word in left:
        option, equals, value = word.partition("=")
        if option in values:
            values[option](value if equals else _value(option, left))
        elif word == "--no-deploy":
            deploy = False
        elif word.startswith("-"):
            known = did_you_mean(option, [*values, "--no-deploy"])
            raise _refused("run", f"{shown(option)} is no option of /run; {known}")
        else:
            names.append(word)
    commits = [name for name in names if _COMMIT.fullmatch(name)]
    if len(commits) > 1:
        raise _refused("run", "it names more than one commit")
    for override in overrides:
        if "=" not in override or not override.isprintable():
            raise _refused("run", f"{shown(override)} is not PATH=VALUE")
    return Command(
        verb="run",
        jobs=_jobs("run", [name for name in names if name not in commits]),
        overrides=tuple(overrides),
        only=tuple(only),
        deploy=deploy,
        commit=commits[0] if commits else "",
    )


def _value(option: str, left: Iterator[str]) -> str:
    value = next(left, None)
    if value is None:
        raise _refused("run", f"{option} says nothing")
    return value


def _jobs(verb: Verb, names: list[str]) -> tuple[str, ...]:
    if len(names) > MOST_JOBS:
        raise _refused(verb, f"it names more than {MOST_JOBS} jobs")
    return tuple(dict.fromkeys(names))


def _services(names: list[str]) -> tuple[str, ...]:
    if not names:
        raise _refused("remove", "it names no service")
    if unfit := next((name for name in names if not is_name(name)), ""):
        raise _refused("remove", f"{shown(unfit)} is no name of a service")
    return _jobs("remove", names)


def _first_line(body: str) -> str:
    return re.split(r"[\r\n]", body[: 10 * LONGEST], maxsplit=1)[0].rstrip()


def _nearest(line: str) -> Verb | None:
    """The command that a line begins with, or almost."""
    from difflib import get_close_matches

    found = _VERB.match(line)
    near = get_close_matches(found[1].lower(), VERBS, 1, _ALIKE) if found else []
    return next((verb for verb in VERBS if verb in near), None)


def _refused(verb: Verb, message: str) -> InputError:
    return InputError("bad-command", message, fix=USAGE[verb])
