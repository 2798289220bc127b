"""What steps use: pinned actions, and the folder that stands in for each."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.actions.documents import SHA, Source, read
from tests.standins.actions.mistakes import Mistake, Unsupported

SHIMS = Path(__file__).parent / "shims"
KNOWN = {
    "actions/checkout": "checkout",
    "actions/setup-python": "setup-python",
    "actions/cache": "cache",
    "actions/cache/restore": "cache/restore",
    "actions/cache/save": "cache/save",
    "actions/upload-artifact": "upload-artifact",
    "actions/download-artifact": "download-artifact",
    "actions/create-github-app-token": "create-github-app-token",
}
Step = Mapping[str, Any]


@dataclass
class Actions:
    """The folders for all actions that a run may use, by `owner/name@sha`."""

    folder: Path
    """Where repositories of the hub are laid out."""
    sources: Mapping[str, Source]
    """The repositories on the hub."""
    found: dict[str, Path] = field(default_factory=dict)

    def add_steps(self, place: str, steps: Iterable[Step]) -> None:
        """Finds what the steps use. Raises Mistake for what is not pinned or unknown."""
        for step in steps:
            uses = step.get("uses")
            if uses is None or str(uses).startswith("./"):
                continue
            self.add(place, str(uses), step.get("with") or {})

    def add(self, place: str, uses: str, given: Mapping[str, Any]) -> None:
        """Finds one action."""
        if uses.startswith("docker://"):
            raise Unsupported(place, f"{uses}: there are no containers here")
        name, _, pin = uses.partition("@")
        if not SHA.fullmatch(pin):
            raise Mistake(place, f"{uses} is not pinned by a full commit SHA")
        repository = "/".join(name.split("/")[:2])
        if name in KNOWN:
            self.check_inputs(place, uses, SHIMS / KNOWN[name], given)
            self.found[f"{repository}@{pin}"] = SHIMS / KNOWN[name].split("/")[0]
        elif repository in self.sources:
            self.add_repository(repository, pin)
        else:
            raise Mistake(
                place, f"there is no stand-in for {uses}; write one in tests/standins/actions/shims"
            )

    @staticmethod
    def check_inputs(place: str, uses: str, folder: Path, given: Mapping[str, Any]) -> None:
        """Refuses inputs that the action does not have; GitHub only warns of them."""
        declared = read(uses, (folder / "action.yml").read_text()).get("inputs") or {}
        if unknown := {str(name).lower() for name in given} - {str(name).lower() for name in declared}:
            raise Mistake(place, f"{uses} has no input {', '.join(sorted(unknown))}")

    def add_repository(self, name: str, commit: str) -> Path:
        """Lays out a repository of the hub at a commit, with all that its own actions use."""
        key = f"{name}@{commit}"
        if key not in self.found:
            folder = self.folder / key.replace("/", "-")
            lay_out(self.sources[name], commit, folder)
            self.found[key] = folder
            self.add_actions_of(self.sources[name], commit)
        return self.found[key]

    def add_actions_of(self, source: Source, commit: str) -> None:
        """Finds what the composite actions of a commit use; the local ones are run from a checkout."""
        for path, document in source.actions(commit).items():
            runs = document.get("runs") or {}
            if runs.get("using") == "composite":
                self.add_steps(f"{source.name}/{path}", runs.get("steps") or [])


def lay_out(source: Source, commit: str, folder: Path, *paths: str) -> None:
    """Writes the files of a commit into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["git", "--git-dir", str(source.git_directory), "archive", commit, *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "--extract", "--directory", str(folder)], stdin=archive.stdout, check=True)
    if archive.returncode:
        raise Mistake(source.name, f"there is no commit {commit}")


def first_is_shim(steps: Iterable[Step]) -> bool:
    """Whether the first step is an action that reports to the harness, whatever happens."""
    for step in steps:
        return str(step.get("uses", "")).partition("@")[0] in KNOWN and "if" not in step
    return False


def texts(value: Any) -> Iterator[str]:
    """Every string in a piece of YAML."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
