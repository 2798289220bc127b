"""Workflows that call others, and composite actions."""

from __future__ import annotations

import pytest

from tests.standins.actions.conftest import Make, job, pinned, workflow
from tests.standins.actions.mistakes import Mistake
from tests.standins.github.hub import Hub

CALLED = "{workflow_call: {inputs: {word: {type: string, required: true}}, secrets: {KEY: {}}}}"
CALL = "{uses: ./.github/workflows/b.yml, with: {word: hi}, "
KEY = {"KEY": "a-key-to-hand-over", "OTHER": "a-key-to-keep-here"}
COMPOSITE = """
name: greet
inputs: {who: {required: true}}
outputs: {said: {value: "${{ steps.say.outputs.said }}"}}
runs:
  using: composite
  steps:
    - uses: PYTHON
    - id: say
      shell: bash
      env: {WHO: "${{ inputs.who }}"}
      run: echo "said=hello $WHO" >> "$GITHUB_OUTPUT"
"""


def test_a_called_workflow_has_what_its_caller_hands_over(hub: Hub, make: Make) -> None:
    steps = "echo $WORD ${#KEY}", "git push origin HEAD:refs/heads/mine"
    env = '{WORD: "${{ inputs.word }}", KEY: "${{ secrets.KEY }}"}'
    call = CALL + "secrets: {KEY: '${{ secrets.KEY }}'}, permissions: "
    jobs = {"wide": call + "{contents: write}}", "narrow": call + "{contents: read}}"}
    files = {
        "a.yml": workflow("push", jobs, permissions="{}"),
        "b.yml": workflow(CALLED, {"inner": job(*steps, env=env)}).replace(
            "permissions: {contents: read}\n", ""
        ),
    }
    actions = make(files, secrets=KEY)
    hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    assert f"hi {len(KEY['KEY'])}\n" in run.jobs["wide/inner"].log
    assert (run.jobs["wide/inner"].conclusion, run.jobs["narrow/inner"].conclusion) == ("success", "failure")


@pytest.mark.parametrize(
    ("call", "inside", "reason"),
    [
        (
            "with: {word: hi}",
            {"permissions": "{contents: write}"},
            "requests contents: write, but the calling job only allows",
        ),
        ("with: {wort: hi}", {}, "has no input wort"),
        ("with: {}", {}, "requires the input word"),
        ("with: {word: hi}", {"env": "{K: '${{ secrets.KEY }}'}"}, "which its caller does not hand over"),
    ],
)
def test_a_call_that_github_would_refuse_is_refused(
    hub: Hub, make: Make, call: str, inside: dict[str, str], reason: str
) -> None:
    files = {
        "a.yml": workflow("push", {"out": f"{{uses: ./.github/workflows/b.yml, {call}}}"}),
        "b.yml": workflow(CALLED, {"inner": job(**inside)}),
    }
    actions = make(files, secrets=KEY)
    hub.push("main", {"data.txt": "new"})
    with pytest.raises(Mistake, match=reason):
        actions.run_all()


def test_a_workflow_of_another_repository_runs_with_its_own_actions(hub: Hub, make: Make) -> None:
    own = '{repository: "${{ job.workflow_repository }}", ref: "${{ job.workflow_sha }}", path: lib}'
    greet = "{uses: ./lib/greet, id: greet, with: {who: '${{ inputs.word }}'}}"
    says = "{run: 'echo ${{ steps.greet.outputs.said }} && cat data.txt && command -v pip'}"
    steps = f"[{{uses: CHECKOUT}}, {{uses: CHECKOUT, with: {own}}}, {greet}, {says}]"
    called = workflow(CALLED, {"inner": f"{{runs-on: ubuntu-latest, steps: {steps}}}"})
    files = {".github/workflows/b.yml": pinned(called), "greet/action.yml": pinned(COMPOSITE)}
    library = hub.world.add_repository("acme/library", private=False)
    commit = hub.push("main", files, repository=library)
    uses = f"acme/library/.github/workflows/b.yml@{commit}"
    actions = make({"a.yml": workflow("push", {"out": f"{{uses: {uses}, with: {{word: you}}}}"})})
    hub.push("main", {"data.txt": "my data"})
    [run] = actions.run_all()
    assert run.conclusion == "success", run
    assert "hello you\nmy data" in run.log
    assert "/_python/bin/pip" in run.log


def test_a_composite_action_of_the_repository_runs_from_its_checkout(hub: Hub, make: Make) -> None:
    greet = "{uses: CHECKOUT}, {uses: ./greet, id: greet, with: {who: you}}"
    steps = f"[{greet}, {{run: 'echo ${{{{ steps.greet.outputs.said }}}}'}}]"
    actions = make(
        {
            "a.yml": workflow("push", {"one": f"{{runs-on: ubuntu-latest, steps: {steps}}}"}),
            "greet/action.yml": COMPOSITE,
        }
    )
    hub.push("main", {"data.txt": "new"})
    [run] = actions.run_all()
    assert "hello you" in run.log, run
