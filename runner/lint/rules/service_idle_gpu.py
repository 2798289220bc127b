"""A container that stands without a request is paid for like a busy one, and with a GPU that is dear: the
message says what a day of it costs at the provider's prices.

With `min_containers: 0` nothing stands while nobody calls. The first request after that waits until a
container is there and the model is loaded; `scaledown` says how long one stays after its last request.
"""

from __future__ import annotations

from runner.errors import InputError
from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.plan.cost import DAY
from runner.wording import dollars


def check(subject: Subject) -> Problems:
    """GPUs that stand day and night."""
    spec = subject.spec
    if subject.kind != "Service" or spec.resources.gpu is None or not spec.scaling.min_containers:
        return
    least = spec.scaling.min_containers
    stand = "a container with a GPU stands" if least == 1 else f"{least} containers with a GPU stand"
    if price := _daily(subject):
        yield Problem(
            ("spec", "scaling", "min_containers"),
            f"{stand} without any request, for {price} a day",
            "write 0, and raise scaledown where a first request should rarely wait",
        )


def _daily(subject: Subject) -> str:
    """What stands costs so much a day; nothing where another check refuses the GPU or a price."""
    from runner.lint.prices import read_prices
    from runner.plan.requirements import requirements

    spec = subject.spec
    try:
        rate = read_prices(subject.settings).rate(requirements(spec.resources))
    except InputError:
        return ""
    return dollars(rate * DAY * spec.scaling.min_containers)


RULE = Rule(
    severity="warning",
    summary="GPUs that stand without any request",
    page=__doc__,
    check=check,
    kind="Service",
    bad="""
resources: {gpu: L4}
scaling: {min_containers: 1}
""",
    good="""
resources: {gpu: L4}
scaling: {scaledown: 20m}
""",
)
