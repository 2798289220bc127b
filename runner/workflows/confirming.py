"""Who confirmed, in the pull request that took a service's manifest away, that the service may go."""

from __future__ import annotations

from msgspec import Struct

from runner.errors import InputError, ProviderError
from runner.forge.github.client import GitHub
from runner.forge.github.comments import find_pull, may_write, said_by_people
from runner.repository.git import Repository
from runner.workflows.commands import meant_for_us, read_command
from runner.workflows.output import warning
from runner.workflows.service_manifests import removing_commit, services_in


class Removal(Struct, frozen=True):
    """How a service lost its manifest: by the pull request `number` (0: by none that is known).

    `login` confirmed there that it may go; empty where nobody did who may.
    """

    number: int = 0
    login: str = ""


class Confirmations:
    """The removals that were asked after, each found out once.

    What is checked out may be older than `tip`, the newest commit of the branch, which may ask for a service
    again: nobody's word covers that one.
    """

    def __init__(self, hub: GitHub, repository: Repository, tip: str) -> None:
        self._hub = hub
        self._repository = repository
        self._wanted = services_in(repository, tip)
        self._found = dict[str, Removal]()

    def wanted(self, job: str) -> bool:
        """Whether the newest commit asks for a service."""
        return job in self._wanted

    def confirmed(self, job: str) -> bool:
        """Whether somebody who may write has confirmed it; not where GitHub does not tell."""
        try:
            return bool(self.removal(job).login)
        except ProviderError as error:
            warning(f"{job} is left as it is: {error}", title="Deploy")
            return False

    def removal(self, job: str) -> Removal:
        """How a service lost its manifest. Raises ProviderError."""
        if self.wanted(job):
            return Removal()
        if job not in self._found:
            commit = removing_commit(self._repository, job)
            number = (find_pull(self._hub, commit) or 0) if commit else 0
            login = _confirmed_by(self._hub, number, job) if number else ""
            self._found[job] = Removal(number, login)
        return self._found[job]


def _confirmed_by(hub: GitHub, number: int, job: str) -> str:
    """Who wrote `/remove JOB` there, and may write to the repository now."""
    asked = dict.fromkeys(said.login for said in said_by_people(hub, number) if _asks(said.body, job))
    return next((login for login in asked if may_write(hub, login)), "")


def _asks(body: str, job: str) -> bool:
    if not meant_for_us(body):
        return False
    try:
        command = read_command(body)
    except InputError:
        return False
    return command.verb == "remove" and job in command.jobs
