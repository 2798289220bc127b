"""Job → Plan, with its price; refused here when it could cost more than anybody allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from runner.errors import InputError
from runner.kinds import KINDS
from runner.manifest.common import Job
from runner.manifest.load import Loaded
from runner.pipeline.workspace import Workspace
from runner.plan.cost import Bound, Estimate, bound
from runner.plan.model import PinnedSource, Plan
from runner.plan.prices import Prices
from runner.plan.select import only as select
from runner.repository.git import Repository
from runner.repository.snapshot import Snapshot, pin
from runner.repository.source import pin_source
from runner.results.estimate import estimate
from runner.results.history import entries
from runner.wording import dollars, dollars_apart

PinCode = Callable[[Repository], Snapshot]


class PricedPlan(Struct, frozen=True):
    """A plan, the most it can cost, and what it will probably cost where earlier runs tell.

    Of a service the most is of a day. `notes` are sentences for whoever is about to run it, `approvals`
    say why a person must agree before a provider runs it.
    """

    plan: Plan
    bound: Bound
    estimate: Estimate | None
    prices: Prices
    notes: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()


def make_plan(
    workspace: Workspace,
    loaded: Loaded,
    *,
    only: Sequence[str] = (),
    deploy: bool = True,
    source: PinnedSource | None = None,
    pin_code: PinCode = pin,
) -> PricedPlan:
    """What would run; `source` is the code that does, where it is not to be looked up.

    `pin_code` says what the tracked files are, for a job whose code is this repository's.
    Raises InputError when the plan may cost more than budget or policy allow.
    """
    job = loaded.job
    kind = KINDS[loaded.data["kind"]]
    deployed = kind.deployed(job)
    source, untracked = (source, ()) if source is not None else _pinned(workspace, job, pin_code)
    plan = Plan(
        job=job.metadata.name,
        kind=kind.name,
        source=source,
        manifest=loaded.data,
        stages=kind.stages(job),
        gates=tuple(job.spec.gates),
        deploy=deployed if deploy and job.spec.deploy.enabled else (),
        baseline=tuple(dict.fromkeys(file.to for file in deployed)),
        seed=job.spec.seed,
    )
    if only:
        plan = select(plan, tuple(only))
    most = bound(plan, workspace.prices)
    _refuse_dear(workspace, job, most)
    gpus = [gpu for stage in plan.stages for gpu in stage.requirements.gpus]
    approvals = workspace.settings.approvals(most.usd, gpus, most.per)
    notes = (*source.warnings, *_untracked(untracked), *_approval(approvals))
    return PricedPlan(plan, most, expected_cost(workspace, plan), workspace.prices, notes, approvals)


def expected_cost(workspace: Workspace, plan: Plan, but: str = "") -> Estimate | None:
    """What the runs of the job under `results/`, other than the run `but`, suggest."""
    earlier = entries(workspace.repository.root, plan.job)
    reports = [entry.report for entry in earlier if entry.published and entry.report.run != but]
    return estimate(plan, workspace.prices, reports)


def _pinned(workspace: Workspace, job: Job, pin_code: PinCode) -> tuple[PinnedSource, tuple[str, ...]]:
    """The code that runs, and the untracked files that therefore do not."""
    source = job.spec.source
    if source is None:
        snapshot = pin_code(workspace.repository)
        tracked = PinnedSource(
            snapshot.commit, snapshot.tree, uncommitted=snapshot.uncommitted, warnings=snapshot.warnings
        )
        return tracked, snapshot.untracked
    pinned = pin_source(workspace.repository, source.repository, source.ref)
    return PinnedSource(pinned.commit, pinned.tree, source.repository, warnings=pinned.warnings), ()


def _untracked(paths: Sequence[str]) -> list[str]:
    """What a job may miss: not the manifests and settings, which it never reads, and not secrets."""
    missed = [path for path in paths if not path.startswith((".env", "jobs/", "runner.toml"))]
    if not missed:
        return []
    shown = ", ".join(missed[:3]) + (f" and {len(missed) - 3} more" if len(missed) > 3 else "")
    return [f"git does not track {shown}, so the job will not see it; git add what it needs"]


def _approval(reasons: Sequence[str]) -> list[str]:
    return [f"on Modal this needs a person's approval: {' and '.join(reasons)}"] if reasons else []


def _refuse_dear(workspace: Workspace, job: Job, most: Bound) -> None:
    """Raises InputError for what budget or policy do not allow.

    A service has no end: the policy is held to its dearest day, and its budget is of each training that it
    launches, which is planned and held to it by itself.
    """
    budget = job.spec.budget if most.upkeep is None else None
    limits = [] if budget is None else [(budget.usd, "spec.budget.usd of the manifest", "raise the budget")]
    if (policy := workspace.settings.policy.max_usd) is not None:
        origin = workspace.settings.origin("policy.max_usd")
        limits.append((policy, f"policy.max_usd ({origin})", "ask for a higher limit"))
    for limit, origin, remedy in limits:
        if most.usd > limit:
            could, allowed = dollars_apart(most.usd, limit)
            raise InputError(
                "over-budget",
                f"the {'plan' if most.upkeep is None else 'service'} could cost {could}{most.per}, "
                f"and {origin} allows {allowed}",
                place=job.metadata.name,
                fix=f"{_cheaper(most)}, or {remedy}",
            )


def _cheaper(most: Bound) -> str:
    if most.upkeep is not None:
        return "lower scaling.max_containers, or ask for less under resources"
    dearest = max(most.stages, key=lambda stage: stage.usd)
    return f"shorten the timeout or ask for less in the stage {dearest.stage} ({dollars(dearest.usd)})"
