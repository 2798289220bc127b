"""A small service for the tests here: an ASGI application of our own, in place of a language model's."""

from runner.backends import open_host
from runner.pipeline.workspace import open_workspace
from tests.standins.github.world import Event as Happening
from tests.workflows.works import Works

PASSWORDS = "SERVICE_PASSWORDS"
APP = """\
async def answer(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one"})


def create():
    return answer
"""


def serve(name: str) -> str:
    """The manifest of a service that is made from `served_here/served.py`."""
    return (
        f"apiVersion: runner/v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n"
        "  app: served_here.served:create\n  model: {name: none}\n  watch: [served_here]\n"
        "  resources: {cpu: 0.125, memory: 256MiB, timeout: 1m}\n"
    )


def begin(works: Works, *services: str, more: str = "") -> Happening:
    """Services, pushed to the default branch; each is deployed by a run of its own workflow."""
    works.plane.secret(PASSWORDS, {PASSWORDS: "none"})
    files = {f"jobs/{name}.yaml": serve(name) for name in services}
    return works.push({"runner.toml": works.settings(more), "served_here/served.py": APP, **files})


def standing_services(works: Works) -> dict[str, str]:
    """What stands: names and commits."""
    workspace = open_workspace(works.checkout(works.hub.tip()))
    return {one.job: one.commit for one in open_host("modal", workspace.settings, workspace.name).standing()}


def take_away(works: Works, name: str, branch: str = "topic") -> int:
    """A pull request that removes a service's manifest; its number."""
    works.push({f"jobs/{name}.yaml": None}, branch=branch)
    return works.hub.open_pull(branch)


def merge(works: Works, number: int) -> Happening:
    """Merges a pull request; the push that it makes."""
    works.hub.merge_pull(number)
    return next(event for event in reversed(works.hub.events) if event.name == "push")
