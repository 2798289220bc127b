"""A run at the provider, from its preparation to its release."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from runner.backends.modal.names import app_name
from runner.engine.journal import read_events
from runner.engine.layout import RunLayout
from runner.errors import EXIT_INPUT, EXIT_PROVIDER, InputError, ProviderError, RunnerError
from runner.manifest.common import Image
from runner.plan.model import Plan
from tests.backends.modal.launched import NEEDS, never, plan, quiet, remote, snapshot, stage, until, written
from tests.standins.modal.client import Plane

STEPS = (("sh", "-c", "echo hello; echo 42 > $RUNNER_OUTPUT_DIR/answer"),)


def refusal(call: Any) -> RunnerError:
    with pytest.raises(RunnerError) as caught:
        call()
    assert caught.value.fix
    return caught.value


@pytest.fixture(scope="module")
def finished(plane: Plane, tmp_path_factory: pytest.TempPathFactory) -> RunLayout:
    """A run that was started, was left alone, and has ended. Prefix: done."""
    layout = written(tmp_path_factory.mktemp("finished"), plan(stage("run", *STEPS)))
    done = remote("done")
    done.prepare(layout, plan(stage("run", *STEPS)), snapshot(), quiet)
    driver = done.start(layout, 0, "")
    until(lambda: not done.drives(driver))
    return layout


def elsewhere(layout: RunLayout, folder: Path) -> RunLayout:
    """The place of the same run on another machine."""
    other = RunLayout(folder / "runs" / layout.run)
    other.directory.mkdir(parents=True)
    return other


def test_a_run_goes_on_by_itself_and_is_brought_home_elsewhere(finished: RunLayout, tmp_path: Path) -> None:
    other = elsewhere(finished, tmp_path)

    remote("done").fetch(other)
    remote("done").bring(other)

    assert [event.__struct_config__.tag for event in read_events(other.journal)][-1] == "run-finished"
    assert (other.directory / "plan.json").read_bytes() == finished.plan.read_bytes()
    assert (other.output("run/only", 1) / "answer").read_text() == "42\n"
    assert "hello" in other.log("run/only", 1).read_text()


def test_a_journal_that_has_not_grown_is_not_copied_again(
    plane: Plane, finished: RunLayout, tmp_path: Path
) -> None:
    other = elsewhere(finished, tmp_path)
    asked = remote("done")
    asked.fetch(other)
    plane.reset_calls()

    asked.fetch(other)

    assert plane.counts() == {"VolumeListFiles2": 1}


def test_what_a_task_printed_can_be_read_as_it_was_printed(finished: RunLayout, tmp_path: Path) -> None:
    other = elsewhere(finished, tmp_path)
    asked = remote("done")
    asked.fetch(other)
    handles = [json.loads(line).get("handle") for line in other.journal.read_text().splitlines()]
    handle = next(filter(None, handles))

    lines = asked.log(handle, 0.0)

    assert [line.text for line in lines] == ["hello"]
    assert abs(lines[0].at - time.time()) < 120
    assert asked.log(handle, lines[-1].at) == []


def test_the_log_of_an_attempt_can_be_brought_alone(finished: RunLayout, tmp_path: Path) -> None:
    other = elsewhere(finished, tmp_path)

    assert remote("done").bring_log(other, "run/only", 1)
    assert not remote("done").bring_log(other, "run/only", 2)

    assert "hello" in other.log("run/only", 1).read_text()


def test_everything_that_tasks_wrote_can_be_downloaded(finished: RunLayout, tmp_path: Path) -> None:
    copied = [
        path.relative_to(tmp_path).as_posix()
        for path in remote("done").download(finished, ["run/only"], tmp_path)
    ]

    assert sorted(copied) == [
        "run/only/attempt-1/log.txt",
        "run/only/attempt-1/output/answer",
        "run/only/attempt-1/result.json",
    ]


def test_a_driver_whose_outcome_has_expired_drives_no_more(plane: Plane, finished: RunLayout) -> None:
    driver = remote("done").driver(finished.run)
    plane.expire_outputs()

    assert driver.startswith("fc-")
    assert not remote("done").drives(driver)


def test_a_driver_that_nobody_knows_does_not_drive(plane: Plane) -> None:
    assert not remote("odd").drives("fc-nobody")
    assert not remote("odd").drives("")


def test_an_appointed_driver_drives_until_its_run_is_released(plane: Plane, tmp_path: Path) -> None:
    asked, layout = remote("held"), written(tmp_path, plan())
    plane.hold("coordinate")
    try:
        asked.prepare(layout, plan(), snapshot(), quiet)
        driver = asked.start(layout, 0, "")

        assert asked.driver(layout.run) == driver
        assert asked.drives(driver)
        asked.release(layout.run)
        assert not asked.drives(driver)
    finally:
        plane.release()


def test_a_release_returns_when_no_container_is_left(plane: Plane, tmp_path: Path) -> None:
    asked, planned = remote("released"), plan(stage("run", ("sleep", "60")))
    layout = written(tmp_path, planned)
    asked.prepare(layout, planned, snapshot(), quiet)
    asked.start(layout, 0, "")
    app = app_name("released", layout.run)
    until(lambda: sum(one["app"] == app for one in plane.containers()) == 2)

    asked.release(layout.run)
    asked.release(layout.run)

    assert not [one for one in plane.containers() if one["app"] == app]
    assert asked.leftovers() == []
    assert not asked.is_prepared(layout.run)


def test_a_request_to_cancel_is_left_and_taken_back(plane: Plane, tmp_path: Path) -> None:
    asked, layout = remote("cancelled"), written(tmp_path, plan())
    asked.prepare(layout, plan(), snapshot(), quiet)

    asked.forget_cancel(layout.run)
    asked.ask_to_cancel(layout.run)
    asked.ask_to_cancel(layout.run)
    assert asked._control.read(f"/runs/{layout.run}/cancel")
    asked.forget_cancel(layout.run)
    assert asked._control.read(f"/runs/{layout.run}/cancel") is None


def test_what_was_prepared_is_not_prepared_again(plane: Plane, tmp_path: Path) -> None:
    layout = written(tmp_path, plan())
    assert not remote("twice").is_prepared(layout.run)
    remote("twice").prepare(layout, plan(), snapshot(), quiet)
    assert remote("twice").is_prepared(layout.run)
    plane.reset_calls()

    remote("twice").prepare(layout, plan(), never, quiet)

    assert "AppCreate" not in plane.counts()
    assert sum(plane.counts().values()) <= 6


def test_the_code_of_another_run_of_the_same_tree_is_not_brought_again(plane: Plane, tmp_path: Path) -> None:
    remote("tree").prepare(written(tmp_path, plan()), plan(), snapshot(), quiet)

    remote("tree").prepare(written(tmp_path, plan(), b"xyz"), plan(), never, quiet)


def test_only_apps_of_ours_that_stand_are_left_over(plane: Plane, tmp_path: Path) -> None:
    ours, theirs = remote("over"), remote("over", "else-where")
    layout, foreign = written(tmp_path, plan()), written(tmp_path, plan(), b"xyz")
    ours.prepare(layout, plan(), snapshot(), quiet)
    theirs.prepare(foreign, plan(), never, quiet)
    plane.reset_calls()

    found = ours.leftovers()

    assert plane.counts() == {"AppList": 1, "AppGetTags": 2}
    assert [(one.run, one.name, one.containers) for one in found] == [
        (layout.run, app_name("over", layout.run), 0)
    ]
    assert abs(found[0].created - time.time()) < 120


def test_whoever_waits_for_the_provider_is_told_what_for(
    plane: Plane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runner.backends.modal.noting.QUIET", 0.1)
    notes: list[str] = []
    plane.delay("AppCreate", 0.5, times=1)

    remote("slow").prepare(written(tmp_path, plan()), plan(), snapshot(), notes.append)

    assert any("building" in note for note in notes)


# What goes wrong --------------------------------------------------------------------------------------------


def test_a_plan_that_could_run_is_let_through_in_two_requests(plane: Plane) -> None:
    remote("fine").require(plan())  # the greeting is sent once per process
    plane.reset_calls()

    remote("fine").require(plan())

    assert plane.counts() == {"EnvironmentGetOrCreate": 1}


def test_a_missing_secret_is_refused_with_the_command_that_makes_it(plane: Plane) -> None:
    found = refusal(lambda: remote("s").require(plan(stage(secrets=("NO_SUCH_KEY",)))))

    assert isinstance(found, ProviderError)
    assert (found.code, found.exit_code) == ("secret-missing", EXIT_PROVIDER)
    assert found.fix.startswith("modal secret create NO_SUCH_KEY NO_SUCH_KEY=…")


def test_a_secret_without_the_variable_is_refused(plane: Plane) -> None:
    plane.secret("bundle", {"OTHER": "x"})
    asked = remote("s", secrets={"API_KEY": "bundle"})

    found = refusal(lambda: asked.require(plan(stage(secrets=("API_KEY",)))))

    assert found.code == "secret-missing"
    assert found.fix.startswith("modal secret create bundle API_KEY=…")


def test_a_secret_that_holds_the_variable_is_let_through(plane: Plane) -> None:
    plane.secret("bundle-2", {"API_KEY": "x"})

    remote("s", secrets={"API_KEY": "bundle-2"}).require(plan(stage(secrets=("API_KEY",))))


def test_an_environment_that_does_not_exist_is_named(plane: Plane) -> None:
    found = refusal(lambda: remote("e", environment="staging").require(plan()))

    assert (found.code, found.exit_code) == ("environment-missing", EXIT_PROVIDER)
    assert "modal environment create staging" in found.fix


def test_a_manifest_may_not_mount_the_volumes_of_all_runs(plane: Plane) -> None:
    found = refusal(lambda: remote("v").require(plan(stage(volumes={"/data": "v-outputs"}))))

    assert isinstance(found, InputError)
    assert found.code == "volume-taken"


@pytest.mark.parametrize(
    ("asked", "code", "place"),
    [
        (
            {"requirements": NEEDS.__class__(1.0, 1 << 30, 60, gpus=("H1000",))},
            "unknown-gpu",
            "resources.gpu",
        ),
        ({"image": Image(run=["does-not-exist --now"])}, "image-build", "spec.image"),
        ({"image": Image(python="3.99")}, "image-python", "spec.image.python"),
        ({"image": Image(requirements="missing.lock")}, "image-file", "spec.image.requirements"),
        ({"image": Image(dockerfile="Dockerfile")}, "image-file", "spec.image.dockerfile"),
    ],
)
def test_what_the_manifest_asks_for_in_vain_is_its_own_fault(
    plane: Plane, tmp_path: Path, asked: dict[str, Any], code: str, place: str
) -> None:
    planned = plan(stage(**asked))
    layout = written(tmp_path, planned)

    found = refusal(lambda: remote("vain").prepare(layout, planned, snapshot(), quiet))

    assert isinstance(found, InputError)
    assert (found.code, found.exit_code) == (code, EXIT_INPUT)
    assert place in found.place
    assert not remote("vain").is_prepared(layout.run)


def test_a_build_that_fails_leaves_nothing_that_stands(plane: Plane, tmp_path: Path) -> None:
    planned = plan(stage(image=Image(run=["does-not-exist"])))

    refusal(lambda: remote("built").prepare(written(tmp_path, planned), planned, snapshot(), quiet))

    assert remote("built").leftovers() == []


def test_a_full_volume_is_named_with_what_to_do(plane: Plane, tmp_path: Path) -> None:
    asked = remote("full")
    asked.prepare(written(tmp_path, plan()), plan(), snapshot(), quiet)
    plane.volume_limit("full-code", 100)

    other = plan(tree="4" * 40)
    found = refusal(lambda: asked.prepare(written(tmp_path, other, b"xyz"), other, snapshot(), quiet))

    assert (found.code, found.exit_code) == ("volume-full", EXIT_PROVIDER)
    assert found.place == "Volume full-code"


def test_a_run_that_nobody_knows_is_named(plane: Plane, tmp_path: Path) -> None:
    unknown: Plan = plan()
    remote("known").prepare(written(tmp_path, unknown), unknown, snapshot(), quiet)

    for prefix in ("known", "never-used"):
        other = RunLayout(tmp_path / prefix / "20200101-000000-000000")
        other.directory.mkdir(parents=True)
        assert refusal(lambda other=other, prefix=prefix: remote(prefix).fetch(other)).code == "run-unknown"


def test_a_run_that_has_left_nothing_yet_says_so(plane: Plane, tmp_path: Path) -> None:
    layout = written(tmp_path, plan())
    remote("early").prepare(layout, plan(), snapshot(), quiet)

    assert refusal(lambda: remote("early").bring(layout)).code == "bundle-missing"


def test_limits_of_the_workspace_are_named(plane: Plane, tmp_path: Path) -> None:
    layout = written(tmp_path, plan())
    remote("limits").prepare(layout, plan(), snapshot(), quiet)
    plane.fail("FunctionMap", status="RESOURCE_EXHAUSTED", message="Too many pending inputs")

    found = refusal(lambda: remote("limits").start(layout, 0, ""))

    assert (found.code, found.exit_code) == ("provider-limit", EXIT_PROVIDER)
