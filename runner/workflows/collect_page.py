"""What was collected and what was due, for the summary of a step.

Messages may quote what a program or a provider said; all of it is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

from runner.forge.base import PullRequest
from runner.pipeline.bringing_home import Collected
from runner.pipeline.scheduling import Due
from runner.results.markdown import code, escape, table
from runner.wording import dollars
from runner.workflows.launch_page import Site

_NOTHING = "No launched run is open, and no schedule is due."


def headline(found: Sequence[Collected], due: Sequence[Due]) -> str:
    """What came of it, in a few words."""
    home = sum(one.report is not None for one in found)
    failed = sum(bool(one.error) for one in found)
    counted = (
        (home, "run brought home", "runs brought home"),
        (failed, "run in trouble", "runs in trouble"),
        (len(found) - home - failed, "goes on", "go on"),
        (sum(one.launched is not None for one in due), "schedule launched", "schedules launched"),
        (sum(one.waiting for one in due), "schedule waits for approval", "schedules wait for approval"),
    )
    said = [f"{count:,} {one if count == 1 else many}" for count, one, many in counted if count]
    return ", ".join(said) or "nothing to collect"


def collect_page(found: Sequence[Collected], due: Sequence[Due], site: Site) -> str:
    """The summary: a table of the runs, and one of the schedules that were due."""
    runs = [[site.run(one.run), code(one.job), _state(one), _cost(one), _pull_request(one)] for one in found]
    times = [[site.manifest(one.manifest), code(one.time), *_schedule(one, site)] for one in due]
    parts = [
        f"### Collect: {headline(found, due)}",
        "" if found or due else _NOTHING,
        table(["run", "job", "state", "cost:", "pull request"], runs) if runs else "",
        table(["job", "due", "run", "state"], times) if times else "",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _state(one: Collected) -> str:
    said = f"**trouble**, {one.state}" if one.error else one.state
    verdict = f", **{one.report.verdict}**" if one.report else ""
    return f"{said}{verdict}{f': {escape(one.note)}' if one.note else ''}"


def _cost(one: Collected) -> str:
    return "" if one.report is None else dollars(one.report.cost.actual)


def _pull_request(one: Collected) -> str:
    pull = one.pull_request
    if pull is None:
        return ""
    title = escape(pull.title)
    return f"{_link(pull, title)}{' (draft)' if pull.draft else ''}"


def _link(pull: PullRequest, title: str) -> str:
    return f"[{title}]({pull.page})" if pull.page.startswith(("https://", "http://")) else title


def _schedule(one: Due, site: Site) -> list[str]:
    if one.launched is not None:
        return [site.run(one.launched.run), "launched" if one.launched.new else one.launched.state]
    return ["", f"{'**waits for approval**' if one.waiting else '**not launched**'}: {escape(one.note)}"]
