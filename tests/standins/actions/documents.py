"""Workflow files and actions, read from a commit of a repository on the hub."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from tests.standins.actions.mistakes import Mistake

FOLDER = ".github/workflows"
SHA = re.compile(r"[0-9a-f]{40}")


class Loader(yaml.CSafeLoader):
    """YAML 1.2, as GitHub reads it: `on` is a word, and only true and false are booleans."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"true|false|True|False|TRUE|FALSE"), "tfTF"
)


@dataclass(frozen=True)
class Source:
    """A repository on the hub, read straight from its objects."""

    name: str
    git_directory: Path

    def git(self, *arguments: str) -> str:
        """What git prints, with nothing stripped but the last line's end."""
        command = ["git", "--git-dir", str(self.git_directory), *arguments]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Mistake(self.name, done.stderr.decode(errors="replace").strip())
        return done.stdout.decode(errors="replace").removesuffix("\n")

    def commit(self, revision: str) -> str:
        """The commit that a revision means."""
        return self.git("rev-parse", "--verify", "--quiet", revision + "^{commit}")

    def has(self, revision: str) -> bool:
        """Whether there is such a commit."""
        command = ["git", "--git-dir", str(self.git_directory), "cat-file", "-e", revision + "^{commit}"]
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0

    def workflow(self, commit: str, path: str) -> Workflow:
        """One workflow file; a Mistake where there is none."""
        try:
            text = self.git("show", f"{commit}:{path}")
        except Mistake as error:
            raise Mistake(f"{self.name}/{path}@{commit}", "there is no such workflow") from error
        return Workflow(self, commit, path, text)

    def workflows(self, commit: str) -> tuple[Workflow, ...]:
        """All workflow files of a commit, by name."""
        return workflows_of(self, self.commit(commit))

    def actions(self, commit: str) -> dict[str, Mapping[str, Any]]:
        """The composite actions of a commit, by the path of their file."""
        return actions_of(self, self.commit(commit))


@dataclass(frozen=True)
class Workflow:
    """One workflow file at one commit."""

    source: Source = field(repr=False)
    commit: str
    path: str
    text: str = field(repr=False)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The file as data."""
        return read(self.place, self.text)

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.source.name}/{self.path}"

    @property
    def file(self) -> str:
        """The name of the file, as `actions.tick` and dispatches use it."""
        return PurePosixPath(self.path).name

    @property
    def name(self) -> str:
        """What it calls itself; without a name, its path."""
        return str(self.document.get("name") or self.path)

    @property
    def shown(self) -> str:
        """What `act` calls it."""
        return str(self.document.get("name") or self.file)

    @cached_property
    def triggers(self) -> dict[str, Any]:
        """What `on` says, event by event; an event without more to say has an empty mapping."""
        said = self.document.get("on")
        if isinstance(said, str):
            return {said: {}}
        if isinstance(said, list):
            return {str(event): {} for event in said}
        if isinstance(said, Mapping):
            return {str(event): {} if value is None else value for event, value in said.items()}
        raise Mistake(self.place, "`on` says no event")

    @cached_property
    def jobs(self) -> dict[str, Mapping[str, Any]]:
        """The jobs by their ids."""
        jobs = self.document.get("jobs")
        if not isinstance(jobs, Mapping) or not jobs:
            raise Mistake(self.place, "there are no jobs")
        return {str(identifier): job for identifier, job in jobs.items()}

    def steps(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every step with the id of its job."""
        for identifier, job in self.jobs.items():
            for step in job.get("steps") or []:
                yield identifier, step


@cache
def workflows_of(source: Source, commit: str) -> tuple[Workflow, ...]:
    """The workflow files of a commit, which never change."""
    listing = source.git("ls-tree", "--name-only", commit, FOLDER + "/").splitlines()
    return tuple(source.workflow(commit, path) for path in listing if path.endswith((".yml", ".yaml")))


@cache
def actions_of(source: Source, commit: str) -> dict[str, Mapping[str, Any]]:
    """The actions of a commit, which never change."""
    listing = source.git("ls-tree", "-r", "--name-only", commit).splitlines()
    names = [path for path in listing if PurePosixPath(path).name in ("action.yml", "action.yaml")]
    return {path: read(path, source.git("show", f"{commit}:{path}")) for path in names}


def read(place: str, text: str) -> Mapping[str, Any]:
    """A YAML mapping; a Mistake where it is none."""
    try:
        document = parsed(text)
    except yaml.YAMLError as error:
        raise Mistake(place, f"this is not YAML: {error}") from error
    if not isinstance(document, Mapping):
        raise Mistake(place, "this is not a mapping")
    return document


@cache
def parsed(text: str) -> Any:
    """A YAML document."""
    return yaml.load(text, Loader)


def text_list(value: Any) -> list[str]:
    """A string or a list of strings, as a list."""
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
