"""Where files lie: of runs and of artifacts. Addresses are as good as signed, as those of W&B's buckets."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import quote, unquote

from tests.standins.wandb.state import Artifact, Run
from tests.standins.wandb.world import World

MANIFEST = "manifest"


@dataclass
class Storage:
    """Addresses for the things of a world."""

    world: World
    url: str

    def of_run(self, run: Run, name: str) -> str:
        """Where a file of a run is put and got."""
        place = "/".join(quote(part, safe="") for part in (*run.project.key, run.name))
        return f"{self.url}/storage/runs/{place}/{quote(name)}"

    def of_artifact(self, artifact: Artifact, name: str) -> str:
        """Where a file of an artifact is put and got."""
        return f"{self.url}/storage/artifacts/{quote(artifact.id, safe='')}/files/{quote(name)}"

    def of_manifest(self, artifact: Artifact) -> str:
        """Where the list of an artifact's files is put and got."""
        return f"{self.url}/storage/artifacts/{quote(artifact.id, safe='')}/{MANIFEST}"

    def put(self, path: str, content: bytes) -> bool:
        """Keep a file. False where the address is none of ours."""
        kind, *parts = path.removeprefix("/storage/").split("/")
        if kind == "runs" and len(parts) > 3:
            run = self.world.runs.get((unquote(parts[0]), unquote(parts[1]), unquote(parts[2])))
            if run is not None:
                run.files[unquote("/".join(parts[3:]))] = content
            return run is not None
        artifact = self.world.artifacts.get(unquote(parts[0])) if parts else None
        if kind != "artifacts" or artifact is None:
            return False
        if parts[1:] == [MANIFEST]:
            artifact.manifest = content
        else:
            artifact.files[unquote("/".join(parts[2:]))] = content
        return True

    def get(self, path: str) -> bytes | None:
        """A file that was kept."""
        kind, *parts = path.removeprefix("/storage/").split("/")
        if kind == "runs" and len(parts) > 3:
            run = self.world.runs.get((unquote(parts[0]), unquote(parts[1]), unquote(parts[2])))
            return None if run is None else run.files.get(unquote("/".join(parts[3:])))
        artifact = self.world.artifacts.get(unquote(parts[0])) if parts else None
        if kind != "artifacts" or artifact is None:
            return None
        if parts[1:] == [MANIFEST]:
            return artifact.manifest
        return artifact.files.get(unquote("/".join(parts[2:])))


def md5(content: bytes) -> str:
    """As W&B writes it."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
