"""Launches from events: pushes, dispatches, approvals; the same event again."""

from collections.abc import Callable

import pytest

from runner.errors import InputError, ProviderError
from runner.pipeline.launching import Launched
from runner.workflows.launch_page import Outcome, Site, launch_page
from tests.pipeline.office import job
from tests.standins.github.world import Event
from tests.workflows.works import Works

DEAR = "{cpu: 64, memory: 256MiB, timeout: 24h}"
HOSTILE = [
    ({"job": "gret"}, "there is no manifest gret"),
    ({"job": "/etc/passwd"}, "the manifest lies outside the repository"),
    ({"job": "--upload-pack=touch x"}, "there is no manifest --upload-pack=touch x"),
    ({"job": "a" * 5_000}, "there is no manifest aaa"),
    ({"job": "a\0b"}, "there is no manifest a\ufffdb"),
    ({"job": "greet", "backend": "moddal"}, "the backend moddal cannot drive a run by itself"),
    ({"job": "greet", "backend": "local"}, "the backend local cannot drive a run by itself"),
    ({"job": ""}, "input job: it is missing"),
    ({"job": "greet", "token": "x"}, "input token: there is no such input"),
]
LINE = "[policy.approval]\nusd = 1.0\n"


def dear(name: str) -> str:
    return job(name).replace("{cpu: 0.125, memory: 256MiB, timeout: 2m}", DEAR)


def test_a_push_launches_what_it_changes_once_however_often_it_is_delivered(works: Works) -> None:
    works.push({"runner.toml": works.settings(), "jobs/same.yaml": job("same")})
    told = works.push({"jobs/greet.yaml": job("greet"), "jobs/other.yml": job("other"), "README.md": "x\n"})
    assert works.launch(told) == 0
    entries = works.entries()
    assert {(entry.manifest_path, entry.request, entry.by, entry.state) for entry in entries} == {
        ("jobs/greet.yaml", "", "ada", "running"),
        ("jobs/other.yml", "", "ada", "running"),
    }
    assert {entry.thread for entry in entries} == {f"commit/{told.sha}"}
    assert works.waiting() == []
    page = works.summary()
    assert page.startswith("### Launch: 2 runs launched\n")
    assert f"/acme/demo/blob/runner-ledger/runs/{entries[0].run}.json" in page
    assert works.launch(told) == 0
    assert works.summary().startswith("### Launch: 2 runs were launched before\n")
    assert works.entries() == entries


def test_a_merged_pull_request_hears_of_what_its_manifests_came_to(works: Works) -> None:
    works.push({"runner.toml": works.settings()})
    works.push({"jobs/greet.yaml": job("greet")}, branch="topic")
    number = works.hub.open_pull("topic")
    works.hub.merge_pull(number)
    told = next(event for event in reversed(works.hub.events) if event.name == "push")
    seen = len(works.hub.calls())
    assert works.launch(told) == 0
    assert [entry.thread for entry in works.entries()] == [f"pull/{number}"]
    assert len(works.hub.calls()) == seen + 1


def test_one_that_cannot_be_launched_is_marked_at_its_line_and_keeps_no_other_from_it(
    works: Works, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = job("wrong").replace("timeout: 2m", "timeout: soon")
    secret = job("secret", secrets="[NOWHERE]")
    told = works.push(
        {
            "runner.toml": works.settings(),
            "jobs/greet.yaml": job("greet"),
            "jobs/secret.yaml": secret,
            "jobs/wrong.yaml": wrong,
        }
    )
    assert works.launch(told) == 4
    printed = capsys.readouterr().out
    line = wrong.splitlines().index(next(one for one in wrong.splitlines() if "soon" in one)) + 1
    assert f"::error file=jobs/wrong.yaml,line={line}," in printed
    line = secret.splitlines().index("  secrets: [NOWHERE]") + 1
    assert f"::error file=jobs/secret.yaml,line={line},title=error[secret-missing]::" in printed
    assert [entry.job for entry in works.entries()] == ["greet"]
    assert "### Launch: 1 run launched, 2 jobs were not launched" in works.summary()


def test_what_needs_an_approval_waits_for_it_and_is_launched_once(works: Works) -> None:
    told = works.push(
        {
            "runner.toml": works.settings(LINE),
            "jobs/dear.yaml": dear("dear"),
            "jobs/greet.yaml": job("greet"),
            "jobs/late.yaml": dear("late"),
        }
    )
    assert works.launch(told, run="7") == 0
    assert works.waiting() == ["jobs/dear.yaml", "jobs/late.yaml"]
    assert "**waits for approval**: a person must agree to this launch: it could cost \\$" in works.summary()
    assert [entry.job for entry in works.entries()] == ["greet"]
    for _ in range(2):
        assert works.launch(told, approved=["jobs/dear.yaml"], run="7") == 0
        assert works.waiting() == ["jobs/late.yaml"]
    assert sorted(entry.job for entry in works.entries()) == ["dear", "greet"]


def test_what_a_person_asks_for_waits_for_another_who_agrees(works: Works) -> None:
    works.push({"runner.toml": works.settings(LINE), "jobs/dear.yaml": dear("dear")})
    assert works.by_hand(run="7", job="dear", overrides="spec.seed=7") == 0
    assert works.waiting() == ["jobs/dear.yaml"]
    assert works.by_hand(run="7", job="dear", overrides="spec.seed=7", approved=works.waiting()) == 0
    (entry,) = works.entries()
    assert (entry.request, entry.overrides) == ("dispatch 7", ("spec.seed=7",))


def test_a_branch_with_a_policy_of_its_own_is_judged_by_that_of_the_default_branch(works: Works) -> None:
    works.push({"runner.toml": works.settings(LINE)})
    told = works.push({"runner.toml": works.settings(), "jobs/dear.yaml": dear("dear")}, branch="topic")
    assert works.launch(told) == 0
    assert works.waiting() == ["jobs/dear.yaml"]
    assert works.entries() == []


def test_what_is_asked_for_is_another_run_each_time_and_the_same_when_it_is_run_again(works: Works) -> None:
    works.push({"runner.toml": works.settings(), "jobs/greet.yaml": job("greet", concurrency="queue")})
    asked = {
        "job": "greet",
        "overrides": "spec.seed=7\nspec.env.WHO=$(id)",
        "only": "run/*",
        "no_deploy": "true",
    }
    for run in ("7", "7", "8"):
        assert works.by_hand(run=run, **asked) == 0
    first, second = works.entries()
    assert (first.request, second.request) == ("dispatch 7", "dispatch 8")
    assert (second.state, second.after) == ("queued", first.run)
    assert first.overrides == ("spec.seed=7", "spec.env.WHO=$(id)")
    assert (first.only, first.deploy) == (("run/*",), False)
    assert "queued: it starts when" in works.summary()


def test_a_dry_run_shows_the_plan_and_starts_nothing(works: Works) -> None:
    works.push({"runner.toml": works.settings(LINE), "jobs/dear.yaml": dear("dear")})
    assert works.by_hand(job="jobs/dear.yaml", dry_run="true", overrides="spec.seed=7") == 0
    assert works.summary().startswith(
        "### Plan: nothing was launched\n\n#### `dear` (Command, `jobs/dear.yaml`)"
    )
    assert "Needs a person's approval on Modal" in works.summary()
    assert "With `spec.seed=7`." in works.summary()
    assert (works.waiting(), works.entries()) == ([], [])


def test_a_program_that_asks_for_what_cannot_be_is_told_in_one_sentence(works: Works) -> None:
    pushed = works.push({"runner.toml": works.settings(), "jobs/greet.yaml": job("greet")})
    told = Event("repository_dispatch", pushed.payload, False, "acme/demo", pushed.sha, pushed.ref)
    for inputs, said in HOSTILE:
        with pytest.raises(InputError) as refused:
            works.launch(told, **inputs)
        assert said in str(refused.value)
        assert refused.value.fix
    assert works.entries() == []


def test_a_branch_that_is_deleted_and_a_tag_launch_nothing(works: Works) -> None:
    pushed = works.push({"jobs/greet.yaml": job("greet")}, branch="$(touch${IFS}x)")
    gone = Event("push", {**pushed.payload, "deleted": True}, False, "acme/demo", pushed.sha, pushed.ref)
    tag = Event("push", pushed.payload, False, "acme/demo", pushed.sha, "refs/tags/v1")
    for told in (gone, tag):
        assert works.launch(told) == 0
        assert works.summary().startswith("### Launch: nothing launched\n")
        assert works.waiting() == []
    assert works.entries() == []


def test_a_launch_that_was_cut_short_is_brought_to_its_end_by_running_it_again(works: Works) -> None:
    told = works.push({"runner.toml": works.settings(), "jobs/greet.yaml": job("greet")})
    works.plane.fail("AppPublish", status="FAILED_PRECONDITION", caller="client")
    assert works.launch(told) == 4
    assert [entry.state for entry in works.entries()] == ["launching"]
    assert works.launch(told) == 0
    assert [entry.state for entry in works.entries()] == ["running"]


def test_a_page_lists_every_launch_and_escapes_what_it_quotes(golden: Callable[[str, str], None]) -> None:
    run = "20270115-080000-00000"
    outcomes = [
        Outcome("jobs/greet.yaml", Launched(f"{run}1", "greet", "running", True, "fc-1", 1.5)),
        Outcome("jobs/again.yaml", Launched(f"{run}2", "again", "running", False, "fc-2", 0.02)),
        Outcome("jobs/over.yaml", Launched(f"{run}3", "over", "finished", False, "fc-3", 3.0)),
        Outcome("jobs/waits.yaml", Launched(f"{run}4", "waits", "queued", True, "", 3.0, after=f"{run}1")),
        Outcome("jobs/dear.yaml", InputError("needs-approval", "a person must agree: it could cost $100.00")),
        Outcome(
            "jobs/a`|$(x) <b>.yaml",
            ProviderError("provider-failed", "**bold** @team <script> | cell", fix="see [this](http://evil)"),
        ),
    ]
    site = Site("https://github.com/acme/demo", "ab" * 20, "modal")
    golden("launched.md", launch_page(outcomes, site, ["jobs/x.yaml was removed"]))
    golden("launched-one.md", launch_page(outcomes[:1], Site("", "ab" * 20, "modal")))
