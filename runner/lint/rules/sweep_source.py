"""A job either creates a sweep (`sweep`) or joins one that exists at W&B (`sweep_id`), and some
settings contradict each other.

`scheduler: embedded` chooses the points in the run itself, so it can neither join a sweep that W&B's
server schedules nor leave one there for others (`create_only`). `scheduler: wandb`, which `auto`
becomes with `sweep_id` and `create_only`, talks to W&B's server and needs a key: list WANDB_API_KEY
under `secrets`. A `sweep_id` such as `me/CartPole-v1/k3x9q2ab` names entity and project already; said
again, they must be the same.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown

KEY = "WANDB_API_KEY"


def check(subject: Subject) -> Problems:
    """Neither sweep or two, a scheduler that cannot do what is asked, and two names for one thing."""
    spec = subject.spec
    if spec.sweep is None and spec.sweep_id is None:
        yield Problem(("spec",), "the job has no sweep", "add sweep: with a W&B sweep file, or sweep_id:")
    elif spec.sweep is not None and spec.sweep_id is not None:
        message = "the job has a sweep and names one that exists"
        yield Problem(("spec", "sweep_id"), message, "remove sweep or sweep_id")
    elif spec.sweep_id is not None and spec.create_only:
        message = "create_only creates a sweep, and sweep_id names one that exists"
        yield Problem(("spec", "create_only"), message, "remove create_only or sweep_id")
    else:
        yield from _of_the_scheduler(subject)
    if spec.sweep_id is not None:
        yield from _named_twice(subject)


def _of_the_scheduler(subject: Subject) -> Problems:
    """What `embedded` cannot do, and `wandb` without a key."""
    spec = subject.spec
    asked = [name for name in ("sweep_id", "create_only") if getattr(spec, name)]
    for name in asked if spec.scheduler == "embedded" else ():
        message = f"the embedded scheduler runs its own sweep: it has no use for {name}"
        fix = f"remove {name}, or write scheduler: wandb and list {KEY} under secrets"
        yield Problem(("spec", name), message, fix)
    if spec.scheduler == "wandb":
        asked = ["scheduler"]
    if asked and spec.scheduler != "embedded" and KEY not in spec.secrets:
        fix = f"add secrets: [{KEY}]" + (", or write scheduler: embedded" if spec.sweep_id is None else "")
        message = f"W&B's server asks for a key, and secrets does not name {KEY}"
        yield Problem(("spec", asked[0]), message, fix)


def _named_twice(subject: Subject) -> Problems:
    """Entity or project beside a `sweep_id` that holds another one."""
    *named, _ = subject.spec.sweep_id.split("/")
    for field, name in zip(("project", "entity"), reversed(named), strict=False):
        other = getattr(subject.spec, field)
        # A variable may fill the field as well; sweep_id outdoes it.
        written = subject.document.written(("spec", field)) is not None
        if written and other not in (None, name):
            message = f"{field} is {shown(other)}, and sweep_id says {shown(name)}"
            yield Problem(("spec", field), message, f"remove {field}, or correct sweep_id")


RULE = Rule(
    severity="error",
    summary="A job without a sweep, or with two, or with settings that contradict each other",
    page=__doc__,
    check=check,
    kind="Sweep",
    bad="""
sweep: null
sweep_id: me/CartPole-v1/k3x9q2ab
project: other
""",
    good="""
sweep: null
sweep_id: me/CartPole-v1/k3x9q2ab
secrets: [WANDB_API_KEY]
""",
)
