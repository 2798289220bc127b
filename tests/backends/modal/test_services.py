"""Services at the provider: deployed, asked, redeployed, removed, with the SDK as it is."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from runner.backends.modal.service_app import order
from runner.backends.modal.services import ModalHost
from runner.engine.host import Standing
from runner.errors import InputError, ProviderError
from runner.plan.model import Endpoint, PinnedSource, Plan, Requirements, Stage, Task
from runner.repository.lone import archive_repository
from runner.repository.snapshot import archive
from runner.settings import ModalSettings, Settings
from tests.backends.modal.launched import quiet, remote, snapshot
from tests.conftest import ROOT, Checkout
from tests.standins.modal.client import Plane

NUMBERS = count()
TREE = "1" * 40
V1, V2 = "a" * 16, "b" * 16

APP = """
import json, os, pathlib
async def answer(scope, receive, send):
    if scope["type"] != "http":
        return
    told = {name: value for name, value in os.environ.items() if name.startswith(("RUNNER_", "API_", "MODE"))}
    settings = json.loads(pathlib.Path(os.environ["RUNNER_SERVICE_SETTINGS"]).read_text())
    built = pathlib.Path("built").read_text() if pathlib.Path("built").exists() else ""
    body = json.dumps({"text": "TEXT", "told": told, "settings": settings, "built": built}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
def create():
    return answer
"""

LAUNCHES = """
import os, subprocess, sys
HERE = os.environ["RUNNER_SERVICE_REPOSITORY"]
def said(*command):
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    return done.stdout + done.stderr
async def answer(scope, receive, send):
    if scope["type"] != "http":
        return
    git = said("git", "log", "--format=%H %s"), said("git", "remote"), said("git", "status", "--porcelain")
    body = "\\0".join([*git, said(sys.executable, "-m", "runner", "status"), os.path.basename(HERE)])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body.encode()})
def create():
    return answer
"""


def service(tree: str = TREE, *, needs: Requirements | None = None, **fields: Any) -> Plan:
    """The plan of a service that is called `asked`; `fields` are the endpoint's and the stage's."""
    endpoint = {name: fields.pop(name) for name in Endpoint.__struct_fields__ if name in fields}
    steps = fields.pop("steps", ())
    made = Stage(
        name="serve",
        tasks=(Task(id="serve/app", steps=steps),),
        requirements=needs or Requirements(cpu=0.125, memory=256 << 20, timeout=60),
        endpoint=Endpoint(app="served:create", **endpoint),
        files={"service.json": json.dumps({"name": "asked"})},
        **fields,
    )
    source = PinnedSource(commit="2" * 40, tree=tree)
    manifest = {"spec": {"budget": {"usd": 2.5}}}
    return Plan(job="asked", kind="Service", source=source, manifest=manifest, stages=(made,))


def code(text: str = "one", **files: str) -> Callable[[Path], None]:
    """What writes the snapshot of a small application."""
    named = {name.replace("_", "."): content.encode() for name, content in files.items()}
    return snapshot({"served.py": APP.replace("TEXT", text).encode(), **named})


def never(path: Path) -> None:
    """A repository that nobody should need."""
    raise AssertionError("nothing is launched from this service")


def host(prefix: str, repository: str = "owner-name", **settings: object) -> ModalHost:
    modal = msgspec.convert({"prefix": prefix, **settings}, ModalSettings)
    return ModalHost(Settings(modal=modal), repository)


@pytest.fixture
def prefix(plane: Plane) -> str:
    """A prefix of the test's own; containers go soon after they have no request."""
    plane.options(idle=1.0, containers=10)
    return f"served{next(NUMBERS)}"


def deployed(place: ModalHost, plan: Plan, version: str = V1, text: str = "one", held: str = "") -> Standing:
    return place.deploy(plan, version, code(text), never, quiet, held)


def told(url: str) -> Mapping[str, Any]:
    """What a service answers."""
    answer = httpx.get(url, timeout=60)
    assert answer.status_code == 200, answer.text
    found: Mapping[str, Any] = answer.json()
    return found


def test_a_service_answers_at_its_address_with_the_manifests_environment(plane: Plane, prefix: str) -> None:
    plane.secret("API_PASSWORDS", {"API_PASSWORDS": "hush", "API_MORE": "x"})
    plan = service(
        env={"MODE": "quick"}, secrets=("API_PASSWORDS",), password_secret="API_PASSWORDS",
        steps=(("sh", "-c", 'cat "$0" > built; echo "$API_PASSWORDS" >> built', "${files}/service.json"),),
    )  # fmt: skip

    found = told(deployed(host(prefix), plan).url)

    assert found["text"] == "one"
    assert found["settings"] == {"name": "asked"}
    assert found["built"] == '{"name": "asked"}\n'  # the step was not given the passwords
    assert found["told"]["MODE"] == "quick"
    assert found["told"]["API_PASSWORDS"] == "hush"
    ours = {name: value for name, value in found["told"].items() if name.startswith("RUNNER_SERVICE_")}
    assert Path(ours.pop("RUNNER_SERVICE_FOLDER")).name == "scratch"
    assert ours.pop("RUNNER_SERVICE_SETTINGS")
    assert ours == {
        "RUNNER_SERVICE_VERSION": V1,
        "RUNNER_SERVICE_REPOSITORY": "",
        "RUNNER_SERVICE_BACKEND": "modal",
        "RUNNER_SERVICE_BUDGET": "2.5",
        "RUNNER_SERVICE_PROXY": "1",
    }


def test_a_new_version_answers_at_the_same_address(prefix: str) -> None:
    place = host(prefix)
    first = deployed(place, service())
    assert told(first.url)["text"] == "one"

    second = deployed(place, service("3" * 40), V2, "two")

    assert second.url == first.url
    deadline = time.monotonic() + 20
    while told(second.url)["text"] != "two":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (standing,) = place.standing()
    assert (standing.job, standing.version, standing.url) == ("asked", V2, first.url)


def test_what_stands_says_what_it_was_made_from(prefix: str) -> None:
    place = host(prefix)
    assert place.standing() == []

    deployed(place, service())
    deployed(place, service(), V2, held=V1)

    (standing,) = place.standing()
    assert (standing.app, standing.version, standing.commit, standing.held) == (
        f"{prefix}-service-asked", V2, "2" * 40, V1,
    )  # fmt: skip
    releases = place.releases("asked")
    assert [one.version for one in releases] == [V2, V1]
    assert {one.commit for one in releases} == {"2" * 32}


def test_a_service_that_is_removed_answers_no_more(plane: Plane, prefix: str) -> None:
    place = host(prefix)
    url = deployed(place, service()).url
    told(url)

    place.remove("asked")

    assert place.standing() == []
    assert not [one for one in plane.containers() if one["app"].startswith(prefix)]
    place.remove("asked")  # once more changes nothing


def test_the_function_has_the_machine_and_the_numbers_of_the_manifest(plane: Plane, prefix: str) -> None:
    needs = Requirements(2.0, 3 << 30, 120, gpus=("L4",), regions=("eu",))
    plan = service(
        needs=needs,
        min_containers=0,
        max_containers=7,
        scaledown=90,
        concurrent=12,
        volumes={"/models": "kept"},
    )

    deployed(host(prefix, max_containers=5), plan)

    (found,) = [one for one in plane.functions() if one["app"] == f"{prefix}-service-asked"]
    assert (found["name"], found["cpu"], found["memory"], found["gpus"]) == ("serve", 2.0, 3072, ["L4"])
    assert (found["timeout"], found["max_containers"]) == (150, 5)
    assert found["restricted"]
    assert found["volumes"] == {
        "/models": {"name": "kept", "sub_path": "", "read_only": False},
        "/runner/code": {"name": f"{prefix}-code", "sub_path": f"/{TREE}", "read_only": True},
    }


def test_a_deployment_that_fails_leaves_the_former_one_standing(plane: Plane, prefix: str) -> None:
    place = host(prefix)
    plane.fail("FunctionCreate", status="FAILED_PRECONDITION", message="not today")
    with pytest.raises(ProviderError, match="not today"):
        deployed(place, service())
    assert place.standing() == []

    first = deployed(place, service())
    plane.fail("FunctionCreate", status="FAILED_PRECONDITION", message="not today")
    with pytest.raises(ProviderError, match="not today"):
        deployed(place, service("3" * 40), V2, "two")
    (standing,) = place.standing()
    assert (standing.version, standing.url) == (V1, first.url)
    assert [one.version for one in place.releases("asked")] == [V1]


def test_the_code_is_brought_once(prefix: str) -> None:
    place = host(prefix)
    deployed(place, service())
    place.deploy(service(), V2, never, never, quiet)


@pytest.mark.parametrize(
    ("files", "fields", "said"),
    [
        (
            {"served_py": "import nothing_like_it"},
            {},
            "made no application: ModuleNotFoundError: No module named",
        ),
        ({"served_py": "x = 1"}, {}, "made no application: AttributeError: module 'served' has no attribute"),
        ({"served_py": "create = lambda: exit('no such folder')"}, {}, "no application: no such folder"),
        ({}, {"steps": (("sh", "-c", "echo no such model; exit 3"),)}, "with exit code 3: no such model"),
        ({}, {"steps": (("no-such-program",),)}, "the build failed: no-such-program cannot be started"),
    ],
)
def test_what_keeps_a_service_from_starting_is_one_sentence_in_its_log(
    tmp_path: Path, files: dict[str, str], fields: dict[str, Any], said: str
) -> None:
    code(**files)(tmp_path / "snapshot.tar")
    (tmp_path / "order.json").write_bytes(order(service(**fields), "owner-name", V1))
    (tmp_path / "made").mkdir()
    program = (
        "import json, pathlib, runner.backends.modal.serve as serve\n"
        "here = pathlib.Path.cwd()\n"
        "serve.Making(json.loads((here / 'order.json').read_bytes()), here, here / 'made').application()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].startswith("runner.backends.modal.serve.NotServingError: ")
    assert said in done.stderr.splitlines()[-1]


def test_another_repositorys_service_is_left_alone(prefix: str) -> None:
    deployed(host(prefix), service())
    other = host(prefix, "somebody-else")

    assert other.standing() == []
    for refused in (lambda: other.require(service()), lambda: other.remove("asked")):
        with pytest.raises(InputError, match="belongs to owner-name") as caught:
            refused()
        assert caught.value.code == "service-taken"
    assert len(host(prefix).standing()) == 1


def test_services_are_nothing_that_is_left_over_of_runs(prefix: str) -> None:
    deployed(host(prefix), service())
    assert remote(prefix).leftovers() == []


def test_a_service_without_its_secret_is_refused_before_anything_stands(prefix: str) -> None:
    place = host(prefix)
    with pytest.raises(ProviderError, match="no secret GONE"):
        place.require(service(secrets=("GONE",)))
    with pytest.raises(InputError, match="longer than the 64"):
        place.require(msgspec.structs.replace(service(), job="x" * 60))
    assert place.standing() == []


def test_a_service_that_trains_has_the_command_line_and_a_repository_of_its_commit(
    plane: Plane, prefix: str, checkout: Callable[..., Checkout]
) -> None:
    made = checkout(files={"served.py": LAUNCHES, "jobs/a.yaml": "kind: Nothing\n"})
    made.commit({"runner.toml": f'backend = "modal"\n[modal]\nprefix = "{prefix}"\n'}, "Second")
    commit, tree = made.git("rev-parse", "HEAD"), made.git("rev-parse", "HEAD^{tree}")
    plan = msgspec.structs.replace(
        service(training="jobs/a.yaml"), source=PinnedSource(commit=commit, tree=tree)
    )
    repository = made.repository()

    standing = host(prefix).deploy(
        plan, V1, lambda path: archive(repository, tree, path),
        lambda path: archive_repository(repository, commit, path), quiet,
    )  # fmt: skip

    log, remotes, status, ran, name = httpx.get(standing.url, timeout=60).text.split("\0")
    assert log == f"{commit} Second\n"
    assert (remotes, status, name) == ("", "", "owner-name")
    assert "no runs yet" in ran
    (found,) = [one for one in plane.functions() if one["app"] == standing.app]
    assert not found["restricted"]


def test_what_keeps_a_container_from_starting_is_in_the_services_log(plane: Plane, prefix: str) -> None:
    place = host(prefix)
    standing = place.deploy(service(), V1, code(served_py="import nothing_like_it"), never, quiet)

    with contextlib.suppress(httpx.HTTPError):
        httpx.get(standing.url, timeout=10)

    done = subprocess.run(
        [sys.executable, "-m", "modal", "app", "logs", standing.app],
        capture_output=True,
        text=True,
        timeout=20,
    )
    said = "served:create made no application: ModuleNotFoundError: No module named 'nothing_like_it'"
    assert f"[runner] the service does not start: {said}\n" in done.stdout
