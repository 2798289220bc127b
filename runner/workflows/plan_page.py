"""A check of a pull request for people: the comment, and the step's summary.

Every text comes from a manifest or from an artifact that a stranger may have written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runner.results.markdown import code, details, escape, fence, table
from runner.wording import dollars
from runner.workflows.check_file import Check, Fault, JobPlan, ManifestCheck

MOST_OPEN = 3
"""With more manifests than that, what each would run is folded away."""

_SLACK = 400
"""Characters for what is said of what does not fit."""

_NOTHING = "No manifest under `jobs/` differs from the base's: there is nothing to plan."


def headline(check: Check) -> str:
    """What came of the check, in a few words."""
    planned = [manifest.plan for manifest in check.manifests if manifest.plan is not None]
    failed = sum(manifest.failed for manifest in check.manifests)
    removed = sum(manifest.change == "removed" for manifest in check.manifests)
    runs = [plan for plan in planned if plan.upkeep is None]
    services = [plan for plan in planned if plan.upkeep is not None]
    parts = [
        f"{_count(failed, 'manifest')} {'has' if failed == 1 else 'have'} errors" if failed else "",
        "the settings have errors" if check.settings_faults else "",
        f"{_count(len(runs), 'plan')}, at most {_sum(runs)}" if runs else "",
        f"{_count(len(services), 'service')}, at most {_sum(services)} a day" if services else "",
        f"{_count(removed, 'manifest')} removed" if removed else "",
    ]
    return "; ".join(filter(None, parts)) or "nothing to plan"


def plan_page(check: Check, most: int, more: str = "", note: str = "") -> str:
    """The check as Markdown of at most `most` characters.

    What does not fit is counted; `more` says, in Markdown, where it is read. `note` is Markdown, too.
    """
    foot = _foot(check)
    head = [
        f"### Plan: {escape(headline(check))}",
        "" if check.manifests else _NOTHING,
        *_settings(check),
        note,
    ]
    room = most - sum(len(part) + 2 for part in (*head, foot, more)) - _SLACK
    if len(check.manifests) > 1:
        overview = _overview(check.manifests, room // 2)
        head.append(overview)
        room -= len(overview)
    failed = [_section(manifest) for manifest in check.manifests if manifest.failed]
    others = [_section(manifest) for manifest in check.manifests if not manifest.failed]
    shown, room = _fitting(failed, room)
    plans, room = _fitting(others, room)
    if left := len(failed) + len(others) - len(shown) - len(plans):
        head.append(f"_{_count(left, 'manifest')} more than is shown here.{more and f' {more}'}_")
    if len(others) > MOST_OPEN and plans:
        plans = [details("What each of them runs", "\n\n".join(plans))]
    return "\n\n".join(part for part in (*head, *shown, *plans, foot) if part) + "\n"


def _foot(check: Check) -> str:
    sides = f"{check.head[:12]} against {check.base[:12]} of the base, whose settings and policy hold"
    return f"<sub>{sides}{f'; prices of {escape(check.dated)}' if check.dated else ''}</sub>"


def _settings(check: Check) -> Iterator[str]:
    if check.settings:
        yield (
            f"{code(check.settings)} changes here. The settings and policy of the base hold until this is "
            "merged."
        )
    if check.settings_faults:
        yield _faults(check.settings, check.settings_faults)


def _overview(manifests: Iterable[ManifestCheck], room: int) -> str:
    """A table with a row for each manifest, as many as fit."""
    rows = [_row(manifest) for manifest in manifests]
    shown = list[list[str]]()
    for row in rows:
        room -= sum(len(cell) + 3 for cell in row) + 2
        if room < 0:
            break
        shown.append(row)
    left = len(rows) - len(shown)
    text = table(["job", "change", "tasks:", "at most:"], shown)
    return f"{text}\n\n_… and {_count(left, 'row')} more._" if left else text


def _row(manifest: ManifestCheck) -> list[str]:
    plan = manifest.plan
    tasks = f"{sum(stage.tasks for stage in plan.stages):,}" if plan and plan.stages else ""
    state = "**has errors**" if manifest.failed else manifest.change
    most = f"{_usd(plan.usd)}{_per(plan)}" if plan else ""
    return [code(manifest.job or manifest.file), state, tasks, most]


def _section(manifest: ManifestCheck) -> str:
    kind = f"{escape(manifest.plan.kind)}, " if manifest.plan else ""
    title = f"#### {code(manifest.job or manifest.file)} ({kind}{manifest.change})"
    return "\n\n".join((title, *_body(manifest)))


def _body(manifest: ManifestCheck) -> Iterator[str]:
    if manifest.before:
        yield f"{code(manifest.file)}, until now {code(manifest.before)}"
    elif manifest.job:
        yield code(manifest.file)
    if manifest.faults:
        yield _faults(manifest.file, manifest.faults)
    if manifest.leaves:
        yield _leaves(manifest.leaves)
    elif manifest.change == "removed":
        yield "Nothing runs for it any more. Its results stay."
    if manifest.plan is not None:
        yield from plan_paragraphs(manifest.plan)
    if manifest.changes:
        yield "Compared with the base's plan:\n\n" + _items(manifest.changes)
    elif manifest.plan is not None and manifest.change in ("changed", "renamed"):
        yield "It runs what the base's plan runs."


def _leaves(job: str) -> str:
    return (
        f"**If the service {code(job)} stands, it stays**, and may cost money: merging this takes nothing "
        "down. It goes at the merge where somebody who may write to the repository has confirmed it here, "
        f"with this comment:\n\n{fence(f'/remove {job}')}"
    )


def plan_paragraphs(plan: JobPlan) -> Iterator[str]:
    """What a job would run and may cost, as paragraphs of Markdown."""
    if plan.stages:
        rows = [
            [code(stage.name), f"{stage.tasks:,}", escape(stage.needs), f"{_usd(stage.usd)}{_per(plan)}"]
            for stage in plan.stages
        ]
        yield table(["stage", "tasks:" if plan.upkeep is None else "containers:", "each", "at most:"], rows)
    if plan.upkeep is None:
        yield f"**At most {_usd(plan.usd)}** on Modal{_expected(plan)}."
    else:
        yield (
            f"**At most {_usd(plan.usd)} a day** on Modal, for as long as it stands: "
            f"{_usd(plan.upkeep.hour)} for an hour of one container, {_usd(plan.upkeep.idle_day)} for a day "
            "that nobody calls."
        )
    facts = [
        *map(escape, plan.notes),
        *(f"Needs a person's approval on Modal: {escape(reason)}" for reason in plan.approvals),
        *([f"Runs by itself: {escape(plan.schedule)}"] if plan.schedule else []),
        *([f"Source: {escape(plan.source)}"] if plan.source else []),
        *([f"Secrets: {', '.join(map(code, plan.secrets))}"] if plan.secrets else []),
        *([f"Volumes: {', '.join(map(escape, plan.volumes))}"] if plan.volumes else []),
        *([f"Lands: {', '.join(map(code, plan.lands))}"] if plan.lands else []),
        *(f"Gate: {escape(gate)}" for gate in plan.gates),
    ]
    if facts:
        yield "\n".join(f"- {fact}" for fact in facts)


def _expected(plan: JobPlan) -> str:
    expected = plan.expected
    if expected is None:
        return ""
    spread = (
        f" ({_usd(expected.low)} to {_usd(expected.high)}, 90 %)"
        if expected.low is not None and expected.high is not None
        else ""
    )
    return f", probably {_usd(expected.usd)}{spread}, from {_count(expected.runs, 'earlier run')}"


def _faults(file: str, faults: Iterable[Fault]) -> str:
    return "\n".join(
        f"- **{fault.severity}** {code(_place(fault, file))}: "
        f"{escape(fault.message)}{f'. Fix: {escape(fault.fix)}' if fault.fix else ''} ({code(fault.rule)})"
        for fault in faults
    )


def _place(fault: Fault, file: str) -> str:
    """The file that holds it, which may be one that `file` includes, with the line where one is meant."""
    holder = fault.file or file
    return f"{holder}:{fault.line}" if fault.line else holder


def _items(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {escape(sentence)}" for sentence in sentences)


def _fitting(sections: list[str], room: int) -> tuple[list[str], int]:
    """The sections that fit, in their order, and the room that is left."""
    shown = list[str]()
    for section in sections:
        if len(section) + 2 <= room:
            shown.append(section)
            room -= len(section) + 2
    return shown, room


def _per(plan: JobPlan) -> str:
    return "" if plan.upkeep is None else " a day"


def _sum(plans: Iterable[JobPlan]) -> str:
    return dollars(sum(plan.usd for plan in plans))


def _usd(amount: float) -> str:
    """US dollars as Markdown: a bare sign could begin a formula."""
    return escape(dollars(amount))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
