"""Artifacts, as GraphQL shows them."""

from __future__ import annotations

import mimetypes
from typing import Any

from tests.standins.wandb.graphql.connections import connection
from tests.standins.wandb.graphql.executing import Node
from tests.standins.wandb.graphql.view import View
from tests.standins.wandb.state import Artifact, Project, moment, node_id
from tests.standins.wandb.storage import md5
from tests.standins.wandb.world import World

COLLECTION = ("ArtifactCollection",)


def versions(world: World, project: Project, collection: str) -> list[Artifact]:
    """All that is complete of a collection, oldest first."""
    return [
        artifact
        for artifact in world.artifacts.values()
        if artifact.project is project and artifact.collection == collection and artifact.state == "COMMITTED"
    ]


def by_alias(world: World, project: Project, collection: str, alias: str) -> Artifact | None:
    """One version, by `v3` or an alias."""
    for artifact in reversed(versions(world, project, collection)):
        if alias in (f"v{artifact.version}", artifact.client_id, *artifact.aliases):
            return artifact
    return None


def by_name(world: World, project: Project, name: str) -> Artifact | None:
    """One version, by `collection:alias`."""
    collection, _, alias = name.partition(":")
    return by_alias(world, project, collection, alias or "latest")


def artifact_node(view: View, artifact: Artifact) -> Node:
    """One version."""
    creator = artifact.run
    return Node(
        "Artifact",
        {
            "id": artifact.id,
            "artifactSequence": collection_node(view, artifact.project, artifact.collection),
            "artifactType": type_node(artifact.type),
            "versionIndex": artifact.version,
            "description": artifact.description,
            "metadata": artifact.metadata,
            "ttlDurationSeconds": -2,
            "ttlIsInherited": False,
            "tags": [],
            "historyStep": None,
            "state": artifact.state,
            "size": str(sum(map(len, artifact.files.values()))),
            "digest": artifact.digest,
            "digestAlgorithm": "MANIFEST_MD5",
            "commitHash": None,
            "fileCount": len(artifact.files),
            "createdAt": moment(artifact.created),
            "updatedAt": moment(artifact.created),
            "aliases": [alias_node(view, artifact, alias) for alias in sorted(artifact.aliases)],
            "currentManifest": manifest_node(view, artifact),
            "createdBy": None if creator is None else lambda: view.run(creator),
            "usedBy": lambda: connection(
                "Run", [run for run in view.world.runs.values() if artifact.id in run.inputs], view.run
            ),
            "filesByManifestEntries": lambda entries, **_: files(
                view, artifact, [entry["name"] for entry in entries]
            ),
        },
    )


def type_node(name: str) -> Node:
    """A type of artifacts."""
    return Node(
        "ArtifactType",
        {"id": node_id("ArtifactType", name), "name": name, "description": None, "createdAt": moment(0)},
    )


def manifest_node(view: View, artifact: Artifact, *, upload: bool = False) -> Node:
    """The list of its files."""
    url = view.storage.of_manifest(artifact)
    file: dict[str, Any] = {"id": node_id("Manifest", artifact.id), "directUrl": url}
    if upload:
        file |= {"uploadUrl": url, "uploadHeaders": []}
    return Node(
        "ArtifactManifest", {"id": node_id("Manifest", artifact.id), "file": Node("ManifestFile", file)}
    )


def alias_node(view: View, artifact: Artifact, alias: str) -> Node:
    """A name of a version."""
    return Node(
        "ArtifactAlias",
        {
            "id": node_id("ArtifactAlias", artifact.id, alias),
            "alias": alias,
            "artifactCollection": collection_node(view, artifact.project, artifact.collection),
        },
    )


def collection_node(view: View, project: Project, name: str) -> Node:
    """All versions of one name."""

    def latest() -> Node | None:
        found = versions(view.world, project, name)
        return artifact_node(view, found[-1]) if found else None

    def membership(alias_name: str) -> Node | None:
        found = by_alias(view.world, project, name, alias_name)
        return None if found is None else membership_node(view, found)

    def listed(first: Any = None, after: Any = None, order: Any = None, filters: Any = None) -> Node:
        found = versions(view.world, project, name)[::-1]
        return connection(
            "VersionedArtifact",
            found,
            lambda artifact: artifact_node(view, artifact),
            first,
            after,
            version=lambda artifact: f"v{artifact.version}",
        )

    return Node(
        "ArtifactSequence",
        {
            "id": node_id("ArtifactSequence", *project.key, name),
            "name": name,
            "project": lambda: view.project(project),
            "latestArtifact": latest,
            "digestAlgorithm": "MANIFEST_MD5",
            "artifactMembership": membership,
            "artifacts": listed,
        },
        COLLECTION,
    )


def membership_node(view: View, artifact: Artifact) -> Node:
    """A version as a part of its collection."""

    def page(names: Any = None, first: Any = None, after: Any = None) -> Node:
        return files(view, artifact, names, first, after)

    return Node(
        "ArtifactCollectionMembership",
        {
            "id": node_id("ArtifactCollectionMembership", artifact.id),
            "versionIndex": artifact.version,
            "createdAt": moment(artifact.created),
            "aliases": [alias_node(view, artifact, alias) for alias in sorted(artifact.aliases)],
            "artifactCollection": collection_node(view, artifact.project, artifact.collection),
            "artifact": artifact_node(view, artifact),
            "files": page,
        },
    )


def files(
    view: View,
    artifact: Artifact,
    names: list[str] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Node:
    """Its files."""
    found = [name for name in artifact.files if not names or name in names]
    return connection("File", found, lambda name: file_node(view, artifact, name), first, after)


def file_node(view: View, artifact: Artifact, name: str) -> Node:
    """One of its files."""
    content, url = artifact.files[name], view.storage.of_artifact(artifact, name)
    digest = md5(content)
    return Node(
        "File",
        {
            "id": node_id("ArtifactFile", artifact.id, name),
            "name": name,
            "displayName": name,
            "url": url,
            "directUrl": url,
            "sizeBytes": str(len(content)),
            "storagePath": f"wandb_artifacts/{digest}",
            "mimetype": mimetypes.guess_type(name)[0],
            "updatedAt": moment(artifact.created),
            "digest": digest,
            "md5": digest,
        },
    )
