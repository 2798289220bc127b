"""What the tests of launched runs share."""

from itertools import count
from pathlib import Path

import pytest

from tests.pipeline.office import Office
from tests.standins.modal.client import Plane

NUMBERS = count()


@pytest.fixture
def office(tmp_path: Path, plane: Plane) -> Office:
    """A repository and its two clones; jobs are still to be published."""
    plane.options(idle=0.2, containers=40)
    return Office(tmp_path, plane, f"office-{next(NUMBERS)}")
