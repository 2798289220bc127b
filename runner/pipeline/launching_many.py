"""Many launches, some at a time: what they share is opened once, and written to the ledger together.

Services among them are deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from msgspec.structs import replace

from runner.errors import RunnerError
from runner.pipeline.deploying import Deployed, deploy
from runner.pipeline.launching import Launched, Planned, launch_planned, open_desk, plan_launch
from runner.pipeline.running import Options
from runner.pipeline.workspace import Workspace
from runner.repository.snapshot import pin

AT_ONCE: Final = 32


def launch_all(
    workspace: Workspace,
    manifests: Sequence[str],
    options: Options,
    note: Callable[[str], None],
    approved: Collection[str] = (),
) -> Iterator[Launched | Deployed | RunnerError]:
    """Launches jobs as `launch` does, and deploys services; yields what came of each.

    In the order of `manifests`. A person agreed to those that are `approved`, whatever the options say. One
    that fails does not keep the others from being launched. All run the same code. Raises InputError where
    nothing could be launched at all.
    """
    desk, pin_once = open_desk(workspace, options.backend), cache(pin)

    def asked(manifest: str) -> Options:
        return replace(options, approve=options.approve or manifest in approved)

    def plan(manifest: str) -> Planned | RunnerError:
        try:
            return plan_launch(workspace, manifest, asked(manifest), pin_once)
        except RunnerError as error:
            return error

    def outcome(manifest: str, planned: Planned | RunnerError) -> Launched | Deployed | RunnerError:
        if isinstance(planned, RunnerError):
            return planned

        def say(text: str) -> None:
            note(text if len(manifests) == 1 else f"{planned.loaded.document.name}: {text}")

        try:
            if planned.priced.plan.service is not None:
                return deploy(workspace, planned, asked(manifest), say)
            return launch_planned(desk, planned, options, say)
        except RunnerError as error:
            return error

    # Not in threads: msgspec ends the process where two of them meet a type for the first time.
    left = iter([(manifest, plan(manifest)) for manifest in manifests])
    for manifest, planned in left:  # the first brings the code, and the image that the others share
        made = outcome(manifest, planned)
        yield made
        if not isinstance(made, RunnerError):
            break
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield from threads.map(lambda one: outcome(*one), left)
