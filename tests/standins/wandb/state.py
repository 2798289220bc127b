"""Projects, sweeps, agents, runs and artifacts."""

from __future__ import annotations

import base64
import secrets
import string
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

RunState = Literal["pending", "running", "finished", "failed", "crashed", "killed"]
SweepState = Literal["PENDING", "RUNNING", "PAUSED", "FINISHED", "CANCELED"]
ALIVE = ("pending", "running")
LETTERS = string.ascii_lowercase + string.digits


def moment(seconds: float | None = None) -> str:
    """A time as W&B writes it."""
    at = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def short_id() -> str:
    """Eight letters and digits, as sweeps and runs have."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


def node_id(*parts: str) -> str:
    """An opaque id."""
    return base64.b64encode(":".join(parts).encode()).decode()


@dataclass
class Project:
    """Holds runs and sweeps."""

    entity: str
    name: str
    number: int
    created: float = field(default_factory=time.time)

    @property
    def id(self) -> str:
        """Its id in GraphQL."""
        return node_id("Project", "v1", self.name, self.entity)

    @property
    def key(self) -> tuple[str, str]:
        """Its place among the projects."""
        return self.entity, self.name


@dataclass(eq=False)
class Sweep:
    """A search."""

    project: Project
    name: str
    text: str
    """The configuration as it was sent."""
    config: dict[str, Any]
    state: SweepState = "PENDING"
    display_name: str | None = None
    description: str | None = None
    controller: str | None = None
    scheduler: str | None = None
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)

    @property
    def id(self) -> str:
        """Its id in GraphQL."""
        return node_id("Sweep", "v1", self.name, self.project.name, self.project.entity)

    @property
    def is_local(self) -> bool:
        """Whether a program of the user chooses the points."""
        controller = self.config.get("controller")
        return isinstance(controller, dict) and controller.get("type") == "local"


@dataclass(eq=False)
class Run:
    """One run of a program."""

    project: Project
    name: str
    state: RunState = "running"
    display_name: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    """As sent: name to {"value": …}."""
    summary: dict[str, Any] = field(repr=False, default_factory=dict)
    history: list[dict[str, Any]] = field(repr=False, default_factory=list)
    events: list[dict[str, Any]] = field(repr=False, default_factory=list)
    logs: list[str] = field(repr=False, default_factory=list)
    files: dict[str, bytes] = field(repr=False, default_factory=dict)
    sweep: str | None = None
    agent: str | None = None
    tags: list[str] = field(default_factory=list)
    notes: str | None = None
    description: str | None = None
    group: str | None = None
    job_type: str | None = None
    host: str | None = None
    program: str | None = None
    exit_code: int | None = None
    stopping: bool = False
    """Told to stop, by a person or by the sweep."""
    began: bool = False
    """Whether a program has taken it up."""
    created: float = field(default_factory=time.time)
    heard: float = field(default_factory=time.time)
    """When it last said something."""
    outputs: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    """Ids of artifacts."""

    @property
    def id(self) -> str:
        """Its id in GraphQL, the client's "storage id"."""
        return node_id("Run", "v1", self.name, self.project.name, self.project.entity)

    @property
    def alive(self) -> bool:
        """Whether it may still go on."""
        return self.state in ALIVE

    @property
    def point(self) -> dict[str, Any]:
        """Its configuration without W&B's wrapping and W&B's own keys."""
        plain = {
            name: value["value"] if isinstance(value, dict) and "value" in value else value
            for name, value in self.config.items()
        }
        return {name: value for name, value in plain.items() if name != "_wandb"}


@dataclass(eq=False)
class Agent:
    """A program that runs what a sweep gives it."""

    id: str
    sweep: Sweep
    host: str
    name: str = field(default_factory=short_id)
    created: float = field(default_factory=time.time)
    heard: float = field(default_factory=time.time)
    gone: bool = False
    """It was told to exit."""


@dataclass(eq=False)
class Artifact:
    """One version of an artifact."""

    id: str
    project: Project
    collection: str
    type: str
    digest: str
    version: int
    state: Literal["PENDING", "COMMITTED", "DELETED"] = "PENDING"
    aliases: set[str] = field(default_factory=set)
    description: str | None = None
    metadata: str | None = None
    client_id: str | None = None
    run: Run | None = field(default=None, repr=False)
    manifest: bytes = field(default=b"{}", repr=False)
    files: dict[str, bytes] = field(repr=False, default_factory=dict)
    created: float = field(default_factory=time.time)
