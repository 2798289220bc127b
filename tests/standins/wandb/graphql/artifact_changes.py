"""Mutations of artifacts. A function's arguments are the fields of the mutation's input."""

from __future__ import annotations

from typing import Any

from tests.standins.wandb.graphql.artifacts import artifact_node, manifest_node, versions
from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.refusals import not_found
from tests.standins.wandb.state import Artifact, node_id, short_id


class ArtifactChanges:
    """What one person does to artifacts."""

    def __init__(self, view: View) -> None:
        self._view = view

    def create_artifact(
        self,
        entity_name: str,
        project_name: str,
        artifact_type_name: str,
        digest: str,
        artifact_collection_name: str | None = None,
        artifact_collection_names: list[str] | None = None,
        run_name: str | None = None,
        description: str | None = None,
        metadata: str | None = None,
        aliases: list[dict[str, str]] | None = None,
        client_id: str | None = None,
        **_: Any,
    ) -> Node:
        """Begin a version. One with the same contents is taken in its place."""
        project = self._view.writable_project(entity_name, project_name, "createArtifact")
        collection = artifact_collection_name or (artifact_collection_names or [""])[0]
        before = versions(self._view.world, project, collection)
        same = next((each for each in before if each.digest == digest), None)
        artifact = same or Artifact(
            node_id("Artifact", short_id()),
            project,
            collection,
            artifact_type_name,
            digest,
            version=len(before),
            description=description,
            metadata=metadata,
            client_id=client_id,
        )
        self._view.world.artifacts[artifact.id] = artifact
        artifact.run = artifact.run or self._view.world.run(project, run_name or "")
        self._name(artifact, {alias["alias"] for alias in aliases or []})
        if artifact.run is not None and artifact.id not in artifact.run.outputs:
            artifact.run.outputs.append(artifact.id)
        return Node("CreateArtifactPayload", {"artifact": artifact_node(self._view, artifact)})

    def create_artifact_manifest(self, artifact_id: str, **_: Any) -> Node:
        """Where to put the list of files."""
        manifest = manifest_node(self._view, self._find(artifact_id), upload=True)
        return Node("CreateArtifactManifestPayload", {"artifactManifest": manifest})

    def update_artifact_manifest(
        self, artifact_manifest_id: str, digest: str | None = None, base_artifact_id: str | None = None
    ) -> Node:
        """The list of files has changed."""
        for artifact in self._view.world.artifacts.values():
            if node_id("Manifest", artifact.id) == artifact_manifest_id:
                manifest = manifest_node(self._view, self._find(artifact.id), upload=True)
                return Node("UpdateArtifactManifestPayload", {"artifactManifest": manifest})
        raise not_found("artifact manifest", "updateArtifactManifest")

    def create_artifact_files(self, artifact_files: list[dict[str, Any]], **_: Any) -> Node:
        """Where to put files."""
        made = connection("File", artifact_files, self._upload)
        return Node("CreateArtifactFilesPayload", {"files": made})

    def commit_artifact(self, artifact_id: str) -> Node:
        """The version is whole; `latest` is its name now."""
        artifact = self._find(artifact_id)
        artifact.state = "COMMITTED"
        self._name(artifact, {"latest"})
        return Node("CommitArtifactPayload", {"artifact": artifact_node(self._view, artifact)})

    def update_artifact(
        self, artifact_id: str, description: str | None = None, metadata: str | None = None, **_: Any
    ) -> Node:
        """Say more about a version."""
        artifact = self._find(artifact_id)
        artifact.description = description or artifact.description
        artifact.metadata = metadata or artifact.metadata
        return Node("UpdateArtifactPayload", {"artifact": artifact_node(self._view, artifact)})

    def use_artifact(
        self,
        entity_name: str,
        project_name: str,
        run_name: str,
        artifact_id: str,
        used_as: str | None = None,
        artifact_entity_name: str | None = None,
        artifact_project_name: str | None = None,
    ) -> Node:
        """A run reads a version."""
        artifact = self._find(artifact_id)
        project = self._view.writable_project(entity_name, project_name, "useArtifact")
        run = self._view.world.run(project, run_name)
        if run is None:
            raise not_found(f"run {run_name}", "useArtifact")
        if artifact.id not in run.inputs:
            run.inputs.append(artifact.id)
        return Node("UseArtifactPayload", {"artifact": artifact_node(self._view, artifact)})

    def _name(self, artifact: Artifact, aliases: set[str]) -> None:
        """An alias is the name of one version of a collection."""
        for other in self._view.world.artifacts.values():
            if other.project is artifact.project and other.collection == artifact.collection:
                other.aliases -= aliases
        artifact.aliases |= aliases

    def _upload(self, file: dict[str, Any]) -> Node:
        artifact = self._find(file["artifactID"])
        told: dict[str, Any] = {
            "storagePath": f"wandb_artifacts/{file['md5']}",
            "uploadUrl": self._view.storage.of_artifact(artifact, file["name"]),
            "uploadHeaders": [],
            "uploadMultipartUrls": None,
            "artifact": artifact_node(self._view, artifact),
        }
        return Node("File", told)

    def _find(self, id: str) -> Artifact:
        artifact = self._view.world.artifacts.get(id)
        if artifact is None:
            raise not_found(f"artifact {id}", "artifact")
        self._view.require(artifact.project)
        return artifact
