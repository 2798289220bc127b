from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from runner.kinds.tune.spec import TuneJob

VALIDATION = {
    "command": ["play", "${matchup}", "${games}", "${output}/validation.json"],
    "matchups": ["ember-tide", "ember-grove"],
    "games": 10,
}


@pytest.fixture
def job() -> Callable[..., TuneJob]:
    """Makes a job of two variants with a validation; keyword arguments replace parts of the spec."""

    def make(**changes: Any) -> TuneJob:
        spec = {
            "build": ["make"],
            "variants": [
                {"name": "ember", "command": ["tune", "${variant.weights}"], "weights": "data/ember.toml"},
                {
                    "name": "tide",
                    "command": ["tune", "${variant.name}"],
                    "weights": ["data/tide.toml", "data/t2.toml"],
                },
            ],
            "validation": VALIDATION,
            **changes,
        }
        document = {"apiVersion": "runner/v1", "kind": "Tune", "metadata": {"name": "weights"}, "spec": spec}
        return msgspec.convert(document, TuneJob)

    return make
