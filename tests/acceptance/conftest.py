"""A team on GitHub, for the tests that go the whole way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.team import Team, at_work
from tests.standins.github.hub import Hub
from tests.standins.modal.client import Plane
from tests.workloads.service.leaks import recorded

__all__ = ["recorded"]


@pytest.fixture
def team(hub: Hub, plane: Plane, clone: Path, tmp_path: Path) -> Iterator[Team]:
    """A team whose workflows act with the token that every job has; a GitHub App is not configured."""
    with at_work(hub, plane, clone, tmp_path) as team:
        yield team
