"""What shims may ask the harness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.standins.actions.expressions import Unknown, interpolate
from tests.standins.actions.mistakes import Unsupported
from tests.standins.actions.reading import Position, step_key
from tests.standins.actions.storing import Refused, Scope, scope_of
from tests.standins.actions.support import OF_JOB

if TYPE_CHECKING:
    from tests.standins.actions.execution import Execution


class Questions:
    """The answers for one attempt."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution

    def answer(self, position: Position, said: dict[str, Any]) -> Any:
        """Answers one question."""
        questions = {
            "begin": self.put_right,
            "app-token": self.app_token,
            "upload": self.upload,
            "download": self.download,
            "cache-find": self.cache_find,
            "cache-save": self.cache_save,
            "cache-saved": self.cache_saved,
        }
        return questions[said["question"]](position, said)

    def put_right(self, position: Position, _: Mapping[str, Any]) -> dict[str, str]:
        """The inputs of a step that read job.workflow_sha and the like, which `act` leaves empty."""
        leaf = position.leaf
        found = [
            step
            for number, step in enumerate(leaf.steps)
            if position.step and position.step[0] in (step_key(step, number), str(number), step.get("id"))
        ]
        if not found or len(position.step) > 2:
            return {}
        workflow = leaf.workflow
        job = (
            {}
            if self.execution.premises.enterprise
            else {
                "workflow_repository": workflow.source.name,
                "workflow_sha": workflow.commit,
                "workflow_file_path": workflow.path,
            }
        )
        values = {}
        for name, value in (found[0].get("with") or {}).items():
            if OF_JOB.search(str(value)):
                try:
                    values[str(name)] = str(interpolate(value, {**leaf.contexts, "job": job}))
                except Unknown as error:
                    raise Unsupported(leaf.place, str(error)) from error
        return values

    def app_token(self, position: Position, said: Mapping[str, Any]) -> dict[str, str]:
        """A token of the App."""
        tokens = self.execution.tokens
        return tokens.make(position.job, said["identifier"], said["key"], said["permissions"])

    def upload(self, _: Position, said: Mapping[str, Any]) -> dict[str, str]:
        """A folder for an artifact of this run."""
        run = self.execution.run
        folder = self.execution.premises.artifacts.make(run.run_id, said["name"], said["overwrite"])
        return {"folder": str(folder), "identifier": str(abs(hash((run.run_id, said["name"]))) % 10**9)}

    def download(self, _: Position, said: Mapping[str, Any]) -> dict[str, str]:
        """The artifacts of this run; with a token, which must be allowed to read Actions, of any."""
        execution = self.execution
        run = execution.run.run_id
        if said["token"]:
            source = execution.prepared.start.workflow.source.name
            if said["repository"] != source:
                raise Refused(f"The stand-in has the artifacts of {source} only.")
            if not execution.tokens.office.grants(said["token"], "actions:read"):
                raise Refused("Resource not accessible by integration: the token needs actions: read")
            run = int(said["run"])
        found = execution.premises.artifacts.of_run(run)
        return {name: str(folder) for name, folder in found.items()}

    @property
    def scope(self) -> Scope:
        """The refs whose caches this run sees."""
        start = self.execution.prepared.start
        return scope_of(start.event, start.ref, start.arrival.default_branch, start.arrival.payload)

    def cache_find(self, _: Position, said: Mapping[str, Any]) -> dict[str, Any] | None:
        """An entry of the cache."""
        caches = self.execution.premises.caches
        return caches.find(self.scope, said["key"], said["prefixes"], said["version"])

    def cache_save(self, _: Position, said: Mapping[str, Any]) -> dict[str, str] | None:
        """A folder for a new entry."""
        return self.execution.premises.caches.make(self.scope, said["key"], said["version"])

    def cache_saved(self, _: Position, said: Mapping[str, Any]) -> None:
        """An entry is complete."""
        self.execution.premises.caches.finish(Path(said["folder"]))
