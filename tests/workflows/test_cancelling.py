"""Ending a run from a workflow."""

import pytest

from runner.errors import InputError
from runner.workflows.cancelling import cancel_event
from runner.workflows.event import Event
from tests.pipeline.office import job
from tests.workflows.works import Works


def test_a_run_that_waits_is_ended_by_name(works: Works) -> None:
    told = works.push({"runner.toml": works.settings(), "jobs/greet.yaml": job("greet", concurrency="queue")})
    works.launch(told)
    works.by_hand(job="greet")
    first, second = works.entries()
    folder = works.checkout(told.sha)
    for name, said in (
        ("", "it is missing"),
        ("nothing\n::error::", "there is no run"),
        (first.run[:3], "2 runs"),
    ):
        with pytest.raises(InputError, match=said) as refused:
            cancel_event(folder, Event(name="workflow_dispatch", payload={}, inputs={"run": name}))
        assert str(refused.value).isprintable()
    assert cancel_event(folder, Event(name="workflow_dispatch", payload={}, inputs={"run": "latest"})) == 0
    assert [one.outcome for one in works.entries()] == ["", "cancelled"]
    assert f"### Cancelled `{second.run}`" in works.summary()
