"""What the environment tells the application."""

from pathlib import Path

import pytest

from workloads.service.surroundings import surroundings
from workloads.textgames.settings import SettingsError

LEAST = {"RUNNER_SERVICE_SETTINGS": "/s/service.json", "RUNNER_SERVICE_FOLDER": "/s"}


def test_all_of_it_is_read() -> None:
    found = surroundings(
        LEAST
        | {
            "RUNNER_SERVICE_VERSION": "abc",
            "RUNNER_SERVICE_REPOSITORY": "/r",
            "RUNNER_SERVICE_BACKEND": "modal",
            "RUNNER_SERVICE_BUDGET": "2.5",
            "RUNNER_SERVICE_PROXY": "1",
        }
    )
    assert (found.settings, found.folder, found.repository) == (
        Path("/s/service.json"),
        Path("/s"),
        Path("/r"),
    )
    assert (found.version, found.backend, found.budget, found.proxy) == ("abc", "modal", 2.5, True)


def test_little_of_it_must_be_there() -> None:
    found = surroundings(LEAST | {"RUNNER_SERVICE_REPOSITORY": "", "RUNNER_SERVICE_BUDGET": ""})
    assert (found.repository, found.budget, found.backend, found.proxy) == (None, None, "local", False)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"RUNNER_SERVICE_SETTINGS": ""}, "RUNNER_SERVICE_SETTINGS is not set"),
        ({"RUNNER_SERVICE_FOLDER": ""}, "RUNNER_SERVICE_FOLDER is not set"),
        ({"RUNNER_SERVICE_BACKEND": "moon"}, "RUNNER_SERVICE_BACKEND must be local or modal"),
        ({"RUNNER_SERVICE_BUDGET": "much"}, "RUNNER_SERVICE_BUDGET must be an amount"),
        ({"RUNNER_SERVICE_BUDGET": "nan"}, "RUNNER_SERVICE_BUDGET must be an amount"),
        ({"RUNNER_SERVICE_BUDGET": "-1"}, "RUNNER_SERVICE_BUDGET must be an amount"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        surroundings(LEAST | changed)
