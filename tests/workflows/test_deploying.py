"""Services from events: deployed where they are new or differ, left alone otherwise."""

import re

import httpx
import pytest

from runner.errors import InputError
from tests.workflows.services import APP, begin, serve, standing_services
from tests.workflows.works import Works

LINE = "[policy.approval]\nusd = 0.001\n"


def test_a_push_deploys_what_is_new_and_leaves_what_is_in_sync(works: Works) -> None:
    works.plane.release()
    first = begin(works, "web")
    assert works.deploy(first) == 0
    page = works.summary()
    assert page.startswith("### Deploy: 1 service: 1 deployed\n")
    address = re.search(r"<(http[^>]+)>", page)
    assert address is not None
    assert httpx.get(address[1]).text == "one"
    assert works.waiting() == []
    assert works.deploy(works.push({"README.md": "More.\n"})) == 0
    assert works.summary().startswith("### Deploy: 1 service: 1 in sync\n")
    assert works.deploy(works.push({"served_here/served.py": APP.replace("one", "two")})) == 0
    assert works.summary().startswith("### Deploy: 1 service: 1 deployed\n")
    assert works.deploy(first) == 0
    assert works.summary().startswith("### Deploy: 1 service: 1 in sync\n")
    assert standing_services(works) == {"web": works.hub.tip()}


def test_one_that_cannot_be_deployed_is_marked_and_keeps_no_other_from_it(
    works: Works, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(works, "web")
    told = works.push({"jobs/wrong.yaml": serve("wrong").replace("timeout: 1m", "timeout: soon")})
    assert works.deploy(told) == 4
    assert "::error file=jobs/wrong.yaml,line=1," in capsys.readouterr().out
    assert "### Deploy: 2 services: 1 deployed, 1 not deployed" in works.summary()
    assert set(standing_services(works)) == {"web"}


def test_what_needs_an_approval_waits_for_it(works: Works) -> None:
    told = begin(works, "web", more=LINE)
    assert works.deploy(told) == 0
    assert works.waiting() == ["jobs/web.yaml"]
    assert "**waits for approval**" in works.summary()
    assert standing_services(works) == {}
    assert works.deploy(told, approved=["jobs/web.yaml"]) == 0
    assert works.waiting() == []
    assert set(standing_services(works)) == {"web"}


def test_only_the_default_branch_is_deployed(works: Works) -> None:
    begin(works)
    told = works.push({"jobs/web.yaml": serve("web")}, branch="topic")
    with pytest.raises(InputError, match="services are deployed from main, and this is refs/heads/topic"):
        works.deploy(told)


def test_a_push_launches_no_service_and_by_hand_one_is_deployed(works: Works) -> None:
    told = begin(works, "web")
    assert works.launch(told) == 0
    assert "only services changed" in works.summary().lower()
    assert works.by_hand(job="web") == 0
    assert "stands at" in works.summary()
    assert set(standing_services(works)) == {"web"}
    assert works.entries() == []
