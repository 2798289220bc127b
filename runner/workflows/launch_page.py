"""What was launched, for the summary of a step.

Messages may quote manifests, inputs and names of files; all of it is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from msgspec import Struct

from runner.errors import RunnerError
from runner.ledger.contents import BRANCH
from runner.pipeline.deploying import Deployed
from runner.pipeline.launching import NEEDS_APPROVAL, Launched
from runner.results.markdown import code, escape, fence, table
from runner.wording import dollars
from runner.workflows.removal_page import address_text

WAITING_HERE = (
    "What waits for approval is launched when a reviewer of the environment lets this workflow go on."
)


class Outcome(Struct, frozen=True):
    """What came of one manifest."""

    manifest: str
    made: Launched | Deployed | RunnerError

    @property
    def waits(self) -> bool:
        """Whether a person must agree first."""
        return isinstance(self.made, RunnerError) and self.made.code == NEEDS_APPROVAL

    @property
    def failed(self) -> bool:
        """Whether it was not launched for another reason."""
        return isinstance(self.made, RunnerError) and not self.waits


class Site(Struct, frozen=True):
    """Where files are read: the repository's page (empty: nowhere), the commit, and the provider's name."""

    web: str
    commit: str
    backend: str

    def manifest(self, path: str) -> str:
        """A manifest, as Markdown."""
        shown = code(path)
        return (
            f"[{shown}]({self.web}/blob/{self.commit}/{quote(path, errors='replace')})" if self.web else shown
        )

    def run(self, run: str) -> str:
        """A run, as Markdown, with a link to what the ledger says of it."""
        return f"[{code(run)}]({self.web}/blob/{BRANCH}/runs/{run}.json)" if self.web else code(run)


def headline(outcomes: Sequence[Outcome]) -> str:
    """What came of all launches, in a few words."""
    made = [outcome.made for outcome in outcomes if isinstance(outcome.made, Launched)]
    new = sum(one.new for one in made)
    services = sum(isinstance(outcome.made, Deployed) for outcome in outcomes)
    counted = (
        (new, "run launched", "runs launched"),
        (len(made) - new, "run was launched before", "runs were launched before"),
        (services, "service stands", "services stand"),
        (sum(one.waits for one in outcomes), "job waits for approval", "jobs wait for approval"),
        (sum(one.failed for one in outcomes), "job was not launched", "jobs were not launched"),
    )
    said = [f"{count:,} {one if count == 1 else many}" for count, one, many in counted if count]
    return ", ".join(said) or "nothing launched"


def launch_page(
    outcomes: Sequence[Outcome], site: Site, notes: Iterable[str] = (), waiting: str = WAITING_HERE
) -> str:
    """The summary: a table of all launches, and the commands to follow, cancel and collect them.

    `waiting` says what becomes of those that need an approval.
    """
    made = [outcome.made for outcome in outcomes if isinstance(outcome.made, Launched)]
    rows = [_row(outcome, site) for outcome in outcomes]
    parts = [
        f"### Launch: {headline(outcomes)}",
        "\n".join(f"- {escape(note)}" for note in notes),
        table(["job", "run", "state", "at most:"], rows) if rows else "",
        waiting if any(outcome.waits for outcome in outcomes) else "",
        commands([one.run for one in made]),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def commands(runs: Sequence[str]) -> str:
    """How a person goes on, as Markdown; empty where there is no run."""
    if not runs:
        return ""
    run = runs[0] if len(runs) == 1 else "RUN"
    lines = (
        f"runner status {run}",
        f"runner logs {run} --follow",
        f"runner cancel {run}",
        f"runner collect {run}",
    )
    which = "it" if len(runs) == 1 else "one of them"
    return f"To follow, cancel or collect {which} from a clone:\n\n{fence(chr(10).join(lines), 'console')}"


def _row(outcome: Outcome, site: Site) -> list[str]:
    manifest, made = site.manifest(outcome.manifest), outcome.made
    if isinstance(made, Launched):
        return [manifest, site.run(made.run), _state(made, site.backend), dollars(made.bound)]
    if isinstance(made, Deployed):
        price = f"{dollars(made.hourly_usd)} an hour of one container"
        return [manifest, "", f"stands at {address_text(made.url)}", price]
    if outcome.waits:
        return [manifest, "", f"**waits for approval**: {escape(made.message)}", ""]
    fix = f" Fix: {escape(made.fix)}" if made.fix else ""
    return [manifest, "", f"**not launched**: {escape(made.message)}{fix}", ""]


def _state(made: Launched, backend: str) -> str:
    said = {
        "queued": f"queued: it starts when {code(made.after)} is over",
        "finished": "was launched before, and has ended",
    }
    return said.get(made.state, f"goes on at {escape(backend)}{'' if made.new else ' already'}")
