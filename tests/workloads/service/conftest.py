"""What all tests of the service have: everything that it says is recorded, and searched at the end."""

import pytest

from tests.workloads.service.leaks import Recorder, recorded

__all__ = ["recorded"]


@pytest.fixture(autouse=True, scope="session")
def all_recorded(recorded: Recorder) -> Recorder:
    """Whether a test asks for it or not."""
    return recorded
