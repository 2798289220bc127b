"""What a person sees of workflow runs in a browser, and where one is approved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from runner.forge.markdown import to_html
from tests.standins.actions.harness import Actions
from tests.standins.actions.runs import WorkflowRun
from tests.standins.github.answers import HttpAnswer
from tests.standins.github.hub import Hub
from tests.standins.github.identity import Identity
from tests.standins.github.pages import shown
from tests.standins.github.repository import Repository


class RunPages:
    """The pages of the runs of one repository."""

    def __init__(self, hub: Hub, actions: Actions) -> None:
        self.hub = hub
        self.actions = actions
        hub.site.pages.add("GET", "actions/runs/(?P<run>[0-9]+)", self.show)
        hub.site.pages.add("POST", "actions/runs/(?P<run>[0-9]+)/approve", self.approve)

    def find(self, repository: Repository, place: re.Match[str]) -> WorkflowRun | None:
        """The last attempt of a run."""
        own = self.actions.runs if repository is self.hub.repository else []
        return next((run for run in reversed(own) if run.run_id == int(place["run"])), None)

    def show(self, repository: Repository, who: Identity, place: re.Match[str]) -> HttpAnswer:
        """A run: its summaries, what its jobs came to, its log."""
        run = self.find(repository, place)
        if run is None:
            return HttpAnswer(404, b"There is no such run.\n")
        return shown(f"{run.name} #{run.number}", parts_of(run))

    def approve(self, repository: Repository, who: Identity, place: re.Match[str]) -> HttpAnswer:
        """Lets the jobs in that wait for a person, who is whoever asks for this."""
        run = self.find(repository, place)
        if run is None or not repository.has_role(who, "write"):
            return HttpAnswer(404, b"There is no such run, or it is not yours to approve.\n")
        waiting = sorted(self.actions.awaited(run))
        for environment in waiting:
            self.actions.approve(run, environment)
        if not waiting:
            return HttpAnswer(422, f"The run {run.run_id} waits for nobody.\n".encode())
        return HttpAnswer(200, f"approved for {', '.join(waiting)}\n".encode())


def parts_of(run: WorkflowRun) -> Iterator[str]:
    """A run in pieces of HTML."""
    yield f"<p>{escape(run.event)} by {escape(run.actor)}: {run.conclusion or run.status}</p>"
    rows = (f"<li>{escape(job.name)}: {job.conclusion or 'in progress'}</li>" for job in run.jobs.values())
    yield f"<ul>{''.join(rows)}</ul>"
    if run.summary:
        yield f"<article>{to_html(run.summary, {})}</article>"
    yield f"<pre>{escape(run.log)}</pre>"
