"""What a plane is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DAY = 24 * 3600.0


@dataclass
class Options:
    """The settings of one plane; most can be changed while it runs."""

    state: Path
    port: int = 0
    containers: int = 4
    """How many containers may run at once, over all functions."""
    idle: float = 1.0
    """Seconds that a container without work stays."""
    crash_restarts: int = 3
    """How often the input of a crashed container is given to another one. The real service never stops."""
    crash_delay: float = 0.2
    """Seconds before the first restart after a crash; it doubles with each."""
    grace: float = 3.0
    """Seconds between a preempted container's interrupt and its end."""
    output_expiry: float = 7 * DAY
    web_seconds: float = 150.0
    """How long a web request may wait for its answer to begin before it is told where to ask for it."""
    commit_reloads: bool = False
    """Whether a commit asks the client to reload as well. Which the real service does is not documented."""
    token: tuple[str, str] = ("ak-standin", "as-standin")
    environments: list[str] = field(default_factory=lambda: ["main"])
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
