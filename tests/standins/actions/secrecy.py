"""Which job may read which secret, and where one was printed."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.actions.documents import Workflow
from tests.standins.actions.mistakes import Mistake, Unsupported
from tests.standins.actions.uses import texts

READ = re.compile(r"\bsecrets\.([A-Za-z_]\w*)", re.IGNORECASE)
WHOLE = re.compile(r"\bsecrets\b(?!\s*\.)", re.IGNORECASE)
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
TOKEN = "GITHUB_TOKEN"
SHORTEST = 8
View = Mapping[str, frozenset[str]] | None
"""A called workflow's secrets, and the repository's that each is made of; None: all, as they are."""


@dataclass
class Gate:
    """An environment of the repository."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    protected: bool = False
    """Whether the hub has a reviewer for it, so that a job waits until a person approves it."""


def check_length(stores: Iterable[Mapping[str, str]]) -> None:
    """Refuses values that could not be told from other text in a log."""
    for store in stores:
        for name, value in store.items():
            if len(value) < SHORTEST:
                raise ValueError(f"The value of {name} is too short to be found in logs.")


def names_read(place: str, value: Any) -> set[str]:
    """The secrets that a piece of YAML reads in its expressions."""
    found: set[str] = set()
    for text in texts(value):
        for expression in EXPRESSION.findall(text):
            if WHOLE.search(expression):
                raise Unsupported(place, f"all secrets at once cannot be followed here: {expression.strip()}")
            found.update(name.upper() for name in READ.findall(expression))
    return found


def no_conditions(place: str, conditions: Iterable[Any]) -> None:
    """GitHub knows no secrets in `if`."""
    for condition in conditions:
        if READ.search(str(condition)):
            raise Mistake(place, f"there are no secrets in `if`: {condition}")


def handed(place: str, given: Any, view: View) -> View:
    """The secrets of a called workflow, from its caller's `secrets`."""
    if given == "inherit":
        return view
    made = {}
    for name, value in (given or {}).items():
        read = names_read(place, value)
        made[str(name).upper()] = frozenset(
            source
            for each in read
            for source in (view.get(each, frozenset()) if view is not None else {each})
        )
    return made


def check_job(
    place: str, workflow: Workflow, job: Mapping[str, Any], view: View, own: set[str], elsewhere: set[str]
) -> None:
    """Refuses a job that reads what GitHub would not give it, and that `act` gives to all jobs of a run.

    `own` are the secrets of its environment, `elsewhere` those that only other environments have.
    """
    steps = job.get("steps") or []
    no_conditions(place, [job.get("if", ""), *(step.get("if", "") for step in steps)])
    for name in names_read(place, job) | names_read(place, workflow.document.get("env") or {}):
        if name in own:
            continue
        if view is not None and name == TOKEN:
            raise Unsupported(
                place, "`act` has no secrets.GITHUB_TOKEN in a called workflow; write github.token"
            )
        if view is not None and name not in view:
            raise Mistake(place, f"reads secrets.{name}, which its caller does not hand over")
        for source in {name} if view is None else view[name]:
            if source in elsewhere:
                raise Mistake(place, f"reads secrets.{source}, which only jobs with its `environment` have")


def given_secrets(
    repository: Mapping[str, str], gates: Mapping[str, Gate], environments: Iterable[str]
) -> dict[str, str]:
    """All secrets of a run; `check_job` keeps them apart."""
    secrets = dict(repository)
    for environment in sorted(set(environments) & set(gates)):
        for name, value in gates[environment].secrets.items():
            if secrets.setdefault(name, value) != value:
                raise Unsupported(environment, f"{name} has two values in one run; give it two names")
    return secrets


def forms(value: str) -> Iterator[str]:
    """A secret as it might be printed: as it is, line by line, in base64, in an authorization header."""
    lines = [line for line in value.splitlines() if len(line) > 8]
    for each in dict.fromkeys([value.strip(), *lines]):
        yield each
        yield base64.b64encode(each.encode()).decode()
        yield base64.b64encode(f"x-access-token:{each}".encode()).decode()


def masked(text: str, secrets: Iterable[str]) -> str:
    """What GitHub's log shows in place of secrets."""
    for secret in secrets:
        for form in forms(secret):
            text = text.replace(form, "***")
    return text
