from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runner.errors import InputError
from runner.forge.github.client import connect

Make = Callable[..., Any]
TOKEN = "ghs_secret0123456789"


def environment(**changes: str) -> dict[str, str]:
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/demo", **changes}


def test_without_a_token_the_way_to_give_one_is_named(checkout: Make) -> None:
    with pytest.raises(InputError, match="no token for GitHub") as caught:
        connect(checkout().repository(), {"GITHUB_REPOSITORY": "acme/demo"})
    assert "GITHUB_TOKEN" in caught.value.fix


@pytest.mark.parametrize("token", ["ghs_a b", "ghs_a\nb", "ghs_é"])
def test_what_is_no_token_is_refused_without_showing_it(checkout: Make, token: str) -> None:
    with pytest.raises(InputError, match="no token of GitHub") as caught:
        connect(checkout().repository(), environment(GITHUB_TOKEN=token))
    assert "ghs_" not in f"{caught.value}{caught.value.fix}"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/demo.git",
        "https://x-access-token:pass@github.com/acme/demo",
        "git@github.com:acme/demo.git",
        "ssh://git@github.com:22/acme/demo.git/",
    ],
)
def test_the_name_is_that_of_the_origin_where_the_environment_has_none(checkout: Make, address: str) -> None:
    made = checkout()
    made.git("remote", "add", "origin", address)
    hub = connect(made.repository(), environment(GITHUB_REPOSITORY=""))
    assert (hub.name, hub.owner, hub.web) == ("acme/demo", "acme", "https://github.com/acme/demo")


@pytest.mark.parametrize(
    "address", ["", "https://gitlab.com/acme/demo", "/srv/demo.git", "git@github.com:demo"]
)
def test_an_origin_elsewhere_is_no_repository_at_github(checkout: Make, address: str) -> None:
    made = checkout()
    if address:
        made.git("remote", "add", "origin", address)
    with pytest.raises(InputError, match="no repository at github"):
        connect(made.repository(), environment(GITHUB_REPOSITORY=""))


def test_the_name_of_an_enterprise_server_s_origin_is_taken(checkout: Make) -> None:
    made = checkout()
    made.git("remote", "add", "origin", "https://git.corp.example/acme/demo")
    settings = {
        "GITHUB_REPOSITORY": "",
        "GITHUB_SERVER_URL": "https://git.corp.example",
        "GITHUB_API_URL": "https://git.corp.example/api/v3",
    }
    assert connect(made.repository(), environment(**settings)).web == "https://git.corp.example/acme/demo"


@pytest.mark.parametrize("variable", ["GITHUB_API_URL", "GITHUB_SERVER_URL"])
@pytest.mark.parametrize("address", ["http://api.example.org", "file:///etc", "https://a b", "https://u:p@x"])
def test_an_address_that_would_show_the_token_is_refused(checkout: Make, variable: str, address: str) -> None:
    with pytest.raises(InputError, match="no https address") as caught:
        connect(checkout().repository(), environment(**{variable: address}))
    assert caught.value.place == variable


def test_a_name_that_is_none_is_refused(checkout: Make) -> None:
    for name in ("demo", "acme/demo/x", "acme/../demo", "acme/demo?x=1", "/"):
        with pytest.raises(InputError, match="owner/name"):
            connect(checkout(name.replace("/", "-")).repository(), environment(GITHUB_REPOSITORY=name))


def test_a_pace_that_is_none_is_refused(checkout: Make) -> None:
    with pytest.raises(InputError, match="number of seconds"):
        connect(checkout().repository(), environment(RUNNER_GITHUB_PACE="-1"))


def test_the_token_of_an_app_comes_first_and_starts_workflows(checkout: Make) -> None:
    repository = checkout().repository()
    in_workflow = environment(GITHUB_ACTIONS="true")
    assert not connect(repository, in_workflow).starts_workflows
    hub = connect(repository, in_workflow | {"RUNNER_APP_TOKEN": "ghs_app"})
    assert hub.starts_workflows
    assert hub.token == "ghs_app"
    assert connect(repository, in_workflow | {"GITHUB_TOKEN": "ghp_person"}).starts_workflows


def test_the_token_is_in_no_description_of_the_client(checkout: Make) -> None:
    hub = connect(checkout().repository(), environment())
    assert TOKEN not in f"{hub!r}{hub} {hub.repository!r} {hub._api!r} {hub._token!r}"
