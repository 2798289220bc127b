"""Services that should stand and services that do, on the loopback Modal."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.pipeline.deploying import Deployed, deploy, remove
from runner.pipeline.drift import ServiceState, service_states
from runner.pipeline.launching import NEEDS_APPROVAL, launch, plan_launch
from runner.pipeline.launching_many import launch_all
from runner.pipeline.reconciling import Outcome, reconcile
from runner.pipeline.rolling_back import rollback
from runner.pipeline.running import Options
from runner.pipeline.versions import version_of
from runner.pipeline.workspace import Workspace, open_workspace
from tests.conftest import Checkout
from tests.pipeline.office import quiet
from tests.standins.modal.client import Plane

NUMBERS = count()
MODAL = Options(backend="modal")
SERVED = "async def answer(scope, receive, send): pass\ndef create(): return answer\n# {}\n"


def manifest(name: str = "asked", **spec: str) -> str:
    lines = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    return (
        f"apiVersion: runner/v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  app: served:create\n"
        f"  model: tiny\n  resources: {{cpu: 0.125, memory: 256MiB, timeout: 1m}}\n{lines}"
    )


class Shop:
    """A repository with services, and what stands of them."""

    def __init__(self, made: Checkout, toml: str) -> None:
        self.made = made
        self.toml = toml
        self.commit({"runner.toml": toml, "served.py": SERVED.format("one"), "jobs/asked.yaml": manifest()})

    def commit(self, files: dict[str, str | bytes]) -> str:
        return self.made.commit(files)

    @property
    def workspace(self) -> Workspace:
        return open_workspace(self.made.root)

    def deploy(self, name: str = "asked", *overrides: str, **options: bool) -> Deployed:
        asked = Options(backend="modal", overrides=overrides, **options)
        path = str(self.made.root / "jobs" / f"{name}.yaml")
        return deploy(self.workspace, plan_launch(self.workspace, path, asked), asked, quiet)

    def version(self, *overrides: str) -> str:
        path = str(self.made.root / "jobs/asked.yaml")
        planned = plan_launch(self.workspace, path, Options(backend="modal", overrides=overrides))
        return version_of(self.workspace, planned.priced.plan)

    def state(self) -> ServiceState:
        (state,) = service_states(self.workspace)
        return state

    def reconcile(self, *confirmed: str, **options: bool) -> list[Outcome]:
        asked = Options(backend="modal", **options)
        return reconcile(self.workspace, asked, quiet, lambda job: job in confirmed)


@pytest.fixture
def shop(plane: Plane, checkout: Callable[..., Checkout]) -> Shop:
    plane.options(idle=0.5, containers=10)
    plane.secret("SERVICE_PASSWORDS", {"SERVICE_PASSWORDS": "none"})
    return Shop(checkout("shop"), f'backend = "modal"\n[modal]\nprefix = "shop{next(NUMBERS)}"\n')


def test_the_same_code_and_manifest_are_the_same_version(shop: Shop) -> None:
    first = shop.version()
    assert len(first) == 16
    assert first == shop.version()
    shop.commit({"results/a/report.json": "{}", "jobs/other.yaml": "kind: Nothing\n"})
    assert first == shop.version()


def test_a_version_is_of_code_manifest_and_uncommitted_changes(shop: Shop) -> None:
    versions = [shop.version(), shop.version("spec.limits.batch=3"), shop.version("spec.budget.usd=3")]
    shop.made.write({"served.py": SERVED.format("two")})
    versions.append(shop.version())
    shop.commit({"data/words": "x"})
    versions.append(shop.version())
    assert len(set(versions)) == 5


def test_a_service_that_watches_some_paths_has_a_new_version_for_those_alone(shop: Shop) -> None:
    shop.commit({"jobs/asked.yaml": manifest(watch="[served.py, words]"), "words/a": "a", "docs/b": "b"})
    first = shop.version()
    shop.commit({"docs/b": "c"})
    assert shop.version() == first
    shop.commit({"words/a": "b"})
    second = shop.version()
    shop.commit({"served.py": SERVED.format("two")})
    assert len({first, second, shop.version()}) == 3


def test_a_service_is_deployed_once_and_then_stands(plane: Plane, shop: Shop) -> None:
    assert shop.state().state == "missing"
    made = shop.deploy()
    assert (made.job, made.new, made.commit) == ("asked", True, shop.made.git("rev-parse", "HEAD"))
    assert made.url.startswith("http")
    assert made.hourly_usd > 0

    plane.reset_calls()
    again = shop.deploy()

    assert (again.new, again.url, again.version) == (False, made.url, made.version)
    assert "AppPublish" not in plane.counts()
    state = shop.state()
    assert (state.state, state.why, state.url) == ("in-sync", "", made.url)
    assert state.wanted_version == state.standing_version == made.version


def test_a_change_shows_as_drift_until_it_is_deployed(shop: Shop) -> None:
    first = shop.deploy()
    shop.commit({"served.py": SERVED.format("two")})
    state = shop.state()
    assert (state.state, state.standing_commit) == ("drifted", first.commit)
    assert state.why == f"its manifest or code differs from what was deployed, of {first.commit[:12]}"

    second = shop.deploy()

    assert (second.url, second.new) == (first.url, True)
    assert second.version != first.version
    assert shop.state().state == "in-sync"


def test_an_older_commit_is_not_put_over_a_newer_one(shop: Shop) -> None:
    older = shop.made.git("rev-parse", "HEAD")
    shop.commit({"served.py": SERVED.format("two")})
    newer = shop.deploy()
    shop.made.git("checkout", "--quiet", older)

    with pytest.raises(InputError, match="is newer than") as refused:
        shop.deploy()

    assert refused.value.code == "older-commit"
    assert shop.state().standing_version == newer.version
    assert shop.deploy(again=True).commit == older


def test_a_commit_that_is_not_known_here_is_not_overwritten(shop: Shop, tmp_path: Path) -> None:
    behind = tmp_path / "behind"
    shop.made.git("clone", "--quiet", ".", str(behind))
    clone = Checkout(behind)
    clone.git("config", "remote.origin.url", str(shop.made.root.parent / "x" / "shop"))
    shop.made.git("config", "remote.origin.url", str(shop.made.root.parent / "x" / "shop"))
    shop.commit({"served.py": SERVED.format("two")})
    shop.deploy()
    here = Shop.__new__(Shop)
    here.made = clone
    with pytest.raises(InputError, match="is not known here, and may be newer") as refused:
        here.deploy()
    assert "git pull" in refused.value.fix


def test_a_rollback_deploys_the_former_commit_and_is_held(shop: Shop) -> None:
    first = shop.deploy()
    shop.commit({"served.py": SERVED.format("two")})
    second = shop.deploy()

    back = rollback(shop.workspace, "asked", "", quiet)

    assert (back.version, back.commit, back.url) == (first.version, first.commit, first.url)
    state = shop.state()
    assert (state.state, state.standing_version) == ("held", first.version)
    assert [one.action for one in shop.reconcile()] == ["held"]
    assert shop.state().standing_version == first.version

    shop.commit({"served.py": SERVED.format("three")})
    assert shop.state().state == "drifted"
    assert [one.action for one in shop.reconcile()] == ["deployed"]
    assert shop.state().state == "in-sync"
    assert second.version not in (first.version, shop.state().standing_version)


def test_rollbacks_in_a_row_go_further_back(shop: Shop) -> None:
    made = [shop.deploy()]
    for text in ("two", "three"):
        shop.commit({"served.py": SERVED.format(text)})
        made.append(shop.deploy())

    assert rollback(shop.workspace, "asked", "", quiet).version == made[1].version
    assert rollback(shop.workspace, "asked", "", quiet).version == made[0].version
    assert shop.state().state == "held"
    with pytest.raises(InputError, match="never stood as anything else"):
        rollback(shop.workspace, "asked", "", quiet)
    assert rollback(shop.workspace, "asked", made[1].commit[:10], quiet).version == made[1].version
    assert rollback(shop.workspace, "asked", made[2].version, quiet).version == made[2].version
    assert shop.state().state == "in-sync"
    with pytest.raises(InputError, match="never stood at nowhere"):
        rollback(shop.workspace, "asked", "nowhere", quiet)


def test_what_was_deployed_again_is_rolled_back_to_what_stood_before_that(shop: Shop) -> None:
    shop.deploy()
    shop.commit({"served.py": SERVED.format("two")})
    shop.deploy()
    rollback(shop.workspace, "asked", "", quiet)
    shop.deploy()
    back = rollback(shop.workspace, "asked", "", quiet)
    assert (back.held, shop.state().state) == (True, "held")


def test_what_was_never_committed_cannot_be_rolled_back_to(shop: Shop) -> None:
    first = shop.deploy()
    shop.made.write({"served.py": SERVED.format("uncommitted")})
    second = shop.deploy()
    assert rollback(shop.workspace, "asked", "", quiet).version == first.version
    with pytest.raises(InputError, match="was not all committed") as refused:
        rollback(shop.workspace, "asked", second.version, quiet)
    assert "--to" in refused.value.fix
    assert shop.state().standing_version == first.version


def test_a_service_is_removed_by_its_name(shop: Shop) -> None:
    shop.deploy()
    notes: list[str] = []
    remove(shop.workspace, "asked", notes.append)
    assert shop.state().state == "missing"
    assert notes == ["the manifest of asked is still there: whoever deploys next brings it back"]
    with pytest.raises(InputError, match="no service asked"):
        remove(shop.workspace, "asked", quiet)


def test_reconciling_deploys_what_is_missing_and_removes_what_is_confirmed(shop: Shop) -> None:
    shop.commit({"jobs/other.yaml": manifest("other")})
    assert [(one.job, one.action) for one in shop.reconcile()] == [
        ("asked", "deployed"),
        ("other", "deployed"),
    ]
    assert [one.action for one in shop.reconcile()] == ["in-sync", "in-sync"]

    shop.made.git("rm", "--quiet", "jobs/other.yaml")
    shop.commit({})
    states = {one.job: one for one in service_states(shop.workspace)}
    assert states["other"].state == "unmanaged"
    assert [(one.job, one.action) for one in shop.reconcile()][-1] == ("other", "unmanaged")
    assert [(one.job, one.action) for one in shop.reconcile("other")][-1] == ("other", "removed")
    assert [one.job for one in service_states(shop.workspace)] == ["asked"]


def test_what_is_wrong_with_one_service_keeps_no_other_from_standing(shop: Shop) -> None:
    shop.commit({"jobs/broken.yaml": manifest("broken", nonsense="1"), "jobs/worse.yaml": "a: [\n"})
    outcomes = {one.job: one for one in shop.reconcile()}
    assert outcomes["asked"].action == "deployed"
    assert outcomes["asked"].manifest == "jobs/asked.yaml"
    assert outcomes["broken"].action == "failed"
    assert "nonsense" in outcomes["broken"].why
    states = {one.job: one.state for one in service_states(shop.workspace)}
    assert states == {"asked": "in-sync", "broken": "unknown"}


def test_a_service_that_needs_approval_waits_for_it(shop: Shop) -> None:
    shop.commit({"runner.toml": shop.toml + "[policy.approval]\nusd = 0.0\n"})
    (outcome,) = shop.reconcile()
    assert (outcome.action, outcome.error) == ("failed", NEEDS_APPROVAL)
    (outcome,) = reconcile(shop.workspace, MODAL, quiet, lambda job: False, ["jobs/asked.yaml"])
    assert outcome.action == "deployed"
    assert shop.reconcile()[0].action == "in-sync"


def test_a_provider_that_cannot_be_asked_leaves_services_unknown(plane: Plane, shop: Shop) -> None:
    shop.deploy()
    plane.fail("AppList", status="PERMISSION_DENIED", message="no list today")
    state = shop.state()
    assert (state.state, state.app) == ("unknown", "")
    assert "no list today" in state.why


def test_nobody_is_asked_where_no_service_can_be(plane: Plane, shop: Shop) -> None:
    shop.commit({"runner.toml": shop.toml.replace('backend = "modal"\n', "")})
    plane.reset_calls()
    assert service_states(shop.workspace) == []
    assert plane.counts() == {}


def test_launching_deploys_services_beside_runs(shop: Shop) -> None:
    path = str(shop.made.root / "jobs/asked.yaml")
    (made,) = launch_all(shop.workspace, [path], MODAL, quiet)
    assert isinstance(made, Deployed)
    with pytest.raises(InputError, match="is a service"):
        launch(shop.workspace, path, MODAL, quiet)
