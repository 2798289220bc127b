"""The parts of a summary that say what stands behind it: cost, origin, the way back."""

from __future__ import annotations

import shlex

from runner.results.links import Links
from runner.results.markdown import code, details, fence
from runner.results.model import Cost, Provenance, Report
from runner.results.numbers import moment
from runner.results.pointer import landing_path
from runner.results.write import MANIFEST, RESULT
from runner.wording import dollars

MOST_NAMES = 20


def cost_block(report: Report) -> str:
    """What the run may have cost at most, was expected to cost, and cost."""
    cost = report.cost
    dated = f" of {cost.prices_dated}" if cost.prices_dated else ""
    estimate = _estimate(cost)
    if report.provenance.backend == "local":
        return (
            "### Cost\n\nNothing: the run was on a machine of yours. "
            f"At Modal's prices{dated} its time would have come to {dollars(cost.actual)} "
            f"({estimate}at most {dollars(cost.bound)})."
        )
    return (
        f"### Cost\n\n**{dollars(cost.actual)}** at Modal's prices{dated} "
        f"({estimate}at most {dollars(cost.bound)})."
    )


def rollback_block(report: Report, links: Links) -> str:
    """The commands that put the old weights back, or remove new ones, once this is merged."""
    restore, remove = ("runner", "weights", "rollback"), ("git", "rm", "--")
    changed = [
        (restore if file.previous_sha256 or file.pointer else remove, landing_path(file))
        for file in report.weights
        if file.sha256 != file.previous_sha256
    ]
    if not changed:
        return ""
    lines = [shlex.join([*command, path]) for command, path in changed[:MOST_NAMES]]
    more = f"\n\n…and {len(changed) - MOST_NAMES} more files." if len(changed) > MOST_NAMES else ""
    head = "### How to roll back\n\nAfter merging, each command puts one file back:"
    return f"{head}\n\n{fence(chr(10).join(lines), 'sh')}{more}\n\n{_revert(report, links)}"


def _revert(report: Report, links: Links) -> str:
    """How to take all of it back, after a merge and after a squash alike: git finds the commit."""
    button = "; so does the button Revert of the merged pull request" if links.diagrams else ""
    result = f"results/{report.job}/{report.run}/{RESULT}"
    found = shlex.join(["git", "log", "-1", "--first-parent", "--diff-filter=A", "--format=%H", "--", result])
    command = fence(f'git revert --mainline 1 "$({found})"', "sh")
    return f"This takes back the whole of it, merged or squashed{button}:\n\n{command}"


def reproduce_block(report: Report) -> str:
    """The commands that run the same again, and what would still differ."""
    origin = report.provenance
    command = ["runner", "run", origin.manifest_path or f"jobs/{report.job}.yaml"]
    if origin.backend:
        command += ["--backend", origin.backend]
    seeded = any(override.startswith("spec.seed=") for override in origin.overrides)
    fixed = () if origin.seed is None or seeded else (f"spec.seed={origin.seed}",)
    for override in (*origin.overrides, *fixed):
        command += ["--set", override]
    for task in origin.only:
        command += ["--only", task]
    lines = [shlex.join(command)]
    if not origin.repository:
        lines.insert(0, shlex.join(["git", "switch", "--detach", origin.commit]))
    body = f"### How to reproduce\n\n{fence(chr(10).join(lines), 'sh')}"
    if origin.uncommitted:
        body += f"\n\nThe run also held uncommitted changes of {_names(origin.uncommitted)}."
    return body


def provenance_block(report: Report, links: Links) -> str:
    """Where the result comes from, folded away."""
    files = ("files", f"{links.file(RESULT)}, {links.file(MANIFEST)}")
    rows = [f"- {name}: {value}" for name, value in (*_facts(report, report.provenance), files) if value]
    return details("Where this comes from", "\n".join(rows))


def _estimate(cost: Cost) -> str:
    if cost.estimate_low is None or cost.estimate_high is None:
        return ""
    return f"estimated {dollars(cost.estimate_low)} to {dollars(cost.estimate_high)}, "


def _facts(report: Report, origin: Provenance) -> list[tuple[str, str]]:
    return [
        ("run", code(report.run)),
        ("started", moment(report.started)),
        ("ended", moment(report.ended)),
        ("backend", code(origin.backend)),
        ("repository", code(origin.repository)),
        ("commit", code(origin.commit)),
        ("tree that ran", code(origin.tree)),
        ("uncommitted changes", _names(origin.uncommitted)),
        ("manifest", code(origin.manifest_path)),
        ("manifest's sha256", code(origin.manifest_sha256)),
        ("overrides", _names(origin.overrides)),
        ("only", _names(origin.only)),
        ("seed", "" if origin.seed is None else str(origin.seed)),
        ("runner", code(origin.runner_version)),
        ("Python", code(origin.python_version)),
        ("platform", code(origin.platform)),
    ]


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(code(name) for name in names[:MOST_NAMES]) + more
