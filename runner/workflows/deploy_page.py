"""What became of the services, for the summary of a step.

Reasons may quote manifests, and addresses come from the provider; all of it is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from runner.pipeline.launching import NEEDS_APPROVAL
from runner.pipeline.reconciling import Outcome
from runner.results.markdown import code, escape, fence, table
from runner.wording import dollars
from runner.workflows.launch_page import Site
from runner.workflows.removal_page import address_text

WAITING_HERE: Final = (
    "What waits for approval is deployed when a reviewer of the environment lets this workflow go on."
)
_DONE: Final = {
    "deployed": "deployed",
    "removed": "removed",
    "in-sync": "in sync",
    "held": "held where a person rolled it back to",
    "unmanaged": "**stands unmanaged**",
    "failed": "**not deployed**",
}
_COUNTED: Final = (
    ("deployed", "deployed"),
    ("removed", "removed"),
    ("in-sync", "in sync"),
    ("held", "held"),
    ("unmanaged", "unmanaged"),
)


def waits(outcome: Outcome) -> bool:
    """Whether a person must agree first."""
    return outcome.action == "failed" and outcome.error == NEEDS_APPROVAL


def failed(outcome: Outcome) -> bool:
    """Whether it was not deployed for another reason."""
    return outcome.action == "failed" and not waits(outcome)


def headline(outcomes: Sequence[Outcome]) -> str:
    """What became of all services, in a few words."""
    actions: list[str] = [outcome.action for outcome in outcomes]
    counted = [
        *((actions.count(action), word) for action, word in _COUNTED),
        (sum(map(waits, outcomes)), "waiting for approval"),
        (sum(map(failed, outcomes)), "not deployed"),
    ]
    said = [f"{count:,} {word}" for count, word in counted if count]
    noun = "service" if len(outcomes) == 1 else "services"
    return f"{len(outcomes):,} {noun}: {', '.join(said)}" if said else "no service"


def deploy_page(outcomes: Sequence[Outcome], site: Site) -> str:
    """The page, as Markdown. The price is of one container, for as long as it runs."""
    header = ["service", "address", "what was done", "an hour:", "why"]
    unmanaged = [outcome.job for outcome in outcomes if outcome.action == "unmanaged"]
    parts = [
        f"### Deploy: {headline(outcomes)}",
        table(header, [_row(outcome, site) for outcome in outcomes]) if outcomes else "",
        "An hour is of one container, for as long as it runs." if any(o.hourly_usd for o in outcomes) else "",
        WAITING_HERE if any(map(waits, outcomes)) else "",
        _unmanaged(unmanaged) if unmanaged else "",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _row(outcome: Outcome, site: Site) -> list[str]:
    job = (
        f"{code(outcome.job)} ({site.manifest(outcome.manifest)})" if outcome.manifest else code(outcome.job)
    )
    done = "**waits for approval**" if waits(outcome) else _DONE[outcome.action]
    why = escape(outcome.why) + (f" Fix: {escape(outcome.fix)}" if outcome.fix else "")
    price = escape(dollars(outcome.hourly_usd)) if outcome.hourly_usd else ""
    return [job, address_text(outcome.url) if outcome.url else "", done, price, why]


def _unmanaged(jobs: Sequence[str]) -> str:
    what = "A service stands" if len(jobs) == 1 else "Services stand"
    return (
        f"{what} without a manifest, and may cost money. Whoever may write to the repository removes "
        f"{'it' if len(jobs) == 1 else 'them'} with this comment on a pull request:\n\n"
        f"{fence('/remove ' + ' '.join(jobs))}"
    )
