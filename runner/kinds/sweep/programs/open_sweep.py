"""Creates a sweep at W&B, or finds it there, and writes down what it is.

Into the output folder: `sweep.json`, and its id, entity and project in a file of one line each. The
sweep's name holds the id of the run, and it is looked for before it is created: however often this
program is started, and whatever answer is lost, there is one sweep.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.kinds.sweep.programs import wandb_api
else:
    import wandb_api


WITHIN = 15.0
"""Seconds that all of it may take."""

VIEWER = "query Viewer { viewer { entity } }"

FIELDS = "id name displayName method state config createdAt runCount"

ONE = f"""
query GetSweep($entity: String, $project: String, $name: String!) {{
    project(name: $project, entityName: $entity) {{ sweep(sweepName: $name) {{ {FIELDS} }} }}
}}"""

ALL = f"""
query GetSweeps($entity: String!, $project: String!, $cursor: String, $perPage: Int) {{
    project(name: $project, entityName: $entity) {{
        sweeps(after: $cursor, first: $perPage) {{
            edges {{ node {{ {FIELDS} }} }}
            pageInfo {{ endCursor hasNextPage }}
        }}
    }}
}}"""

CREATE = """
mutation UpsertSweep($config: String, $description: String, $entityName: String, $projectName: String) {
    upsertSweep(input: {
        config: $config, description: $description, entityName: $entityName, projectName: $projectName
    }) {
        sweep { name }
        configValidationWarnings
    }
}"""


class Place:
    """An entity and a project of W&B."""

    def __init__(self, server: wandb_api.Server, settings: Mapping[str, Any]) -> None:
        """Where the settings leave it open, the environment says it, and then W&B. Raises WandbError."""
        viewer = server.ask(VIEWER).get("viewer")
        if not viewer:
            raise wandb_api.WandbError("W&B does not accept the key in WANDB_API_KEY")
        *above, self.sweep_id = str(settings["sweep_id"] or "").split("/")
        named = [*["", ""][len(above) :], *above]
        variables = (os.environ.get("WANDB_ENTITY"), os.environ.get("WANDB_PROJECT"))
        self.entity: str = named[0] or settings["entity"] or variables[0] or viewer["entity"]
        self.project: str = named[1] or settings["project"] or variables[1] or "uncategorized"
        self._server = server

    def __str__(self) -> str:
        return f"{self.entity}/{self.project}"

    def sweep(self, name: str) -> dict[str, Any]:
        """A sweep by its id. Raises WandbError where there is none."""
        answer = self._server.ask(ONE, entity=self.entity, project=self.project, name=name)
        found = (answer.get("project") or {}).get("sweep")
        if not found:
            raise wandb_api.WandbError(f"there is no sweep {self}/{name} at W&B, or this key may not see it")
        return dict(found)

    def named(self, name: str) -> list[dict[str, Any]]:
        """Sweeps that were created under a name and not cancelled since, the oldest first."""
        import yaml

        found = []
        for sweep in self._sweeps():
            config = yaml.safe_load(sweep["config"] or "{}")
            if isinstance(config, dict) and config.get("name") == name and sweep["state"] != "CANCELED":
                found.append(sweep)
        return sorted(found, key=lambda sweep: str(sweep["createdAt"]))

    def _sweeps(self) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            answer = self._server.ask(
                ALL, entity=self.entity, project=self.project, cursor=cursor, perPage=100
            )
            page = (answer.get("project") or {}).get("sweeps") or {"edges": [], "pageInfo": {}}
            yield from (edge["node"] for edge in page["edges"])
            cursor = page["pageInfo"].get("endCursor")
            if not page["pageInfo"].get("hasNextPage"):
                return

    def create(self, config: Mapping[str, Any]) -> None:
        """Creates a sweep. Raises WandbError where W&B refuses it, and LostError."""
        try:
            answer = self._server.change(
                CREATE,
                config=as_yaml(config),
                description=config.get("description") or None,
                entityName=self.entity,
                projectName=self.project,
            )["upsertSweep"]
        except wandb_api.LostError:
            raise
        except wandb_api.WandbError as error:
            raise wandb_api.WandbError(f"W&B does not create the sweep in {self}: {error}") from None
        for warning in answer.get("configValidationWarnings") or []:
            print(f"W&B warns of the sweep: {' '.join(str(warning).split())[:300]}", file=sys.stderr)

    def cancel(self, sweep: Mapping[str, Any]) -> None:
        """Cancels a sweep. Raises WandbError."""
        self._server.change(
            wandb_api.SET_STATE,
            id=sweep["id"],
            state="CANCELED",
            entityName=self.entity,
            projectName=self.project,
        )


def one_of_name(place: Place, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The sweep of this name, created where there is none. Of several the oldest is kept."""
    found = place.named(name)
    for last in (False, True):
        if found:
            break
        try:
            place.create({**config, "name": name})
        except wandb_api.LostError:
            if last:
                raise
        found = place.named(name)
    if not found:
        raise wandb_api.WandbError(f"W&B does not show the sweep that it created in {place}")
    for other in found[1:]:
        place.cancel(other)
    return found[0]


def as_yaml(config: Mapping[str, Any]) -> str:
    """A sweep as W&B's client would send it. Texts are quoted, since not every reader takes 008 for one."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(
        str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'")
    )
    parameters = {name: with_distribution(one) for name, one in config.get("parameters", {}).items()}
    return str(yaml.dump({**config, "parameters": parameters}, Dumper=Dumper, sort_keys=False))


def with_distribution(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter whose range says how it is drawn, as W&B's client has it."""
    filled = dict(parameter)
    if isinstance(inner := filled.get("parameters"), dict):
        filled["parameters"] = {name: with_distribution(one) for name, one in inner.items()}
    if "min" in filled and "max" in filled and "distribution" not in filled:
        whole = isinstance(filled["min"], int) and isinstance(filled["max"], int)
        filled["distribution"] = "int_uniform" if whole else "uniform"
    return filled


def main() -> None:
    """Opens the sweep. Raises WandbError."""
    import yaml

    settings = wandb_api.told()
    hurry = wandb_api.at_most(WITHIN, f"W&B did not answer within {WITHIN:g} seconds")
    server = wandb_api.connect(wandb_api.SHORT_PAUSES)
    place = Place(server, settings)
    if place.sweep_id:
        found = place.sweep(place.sweep_id)
    else:
        config = dict(settings["sweep"])
        if settings["local_controller"]:
            config["controller"] = {"type": "local"}
        name = f"{settings['name']} {os.environ['RUNNER_RUN_ID']}"
        found = one_of_name(place, name, config)
    hurry.cancel()
    config = yaml.safe_load(found["config"] or "{}")
    write_down(server, place, found, config if isinstance(config, dict) else {})


def write_down(
    server: wandb_api.Server, place: Place, found: Mapping[str, Any], config: Mapping[str, Any]
) -> None:
    """Writes what later tasks read."""
    metric = config.get("metric")
    sweep = {"entity": place.entity, "project": place.project, "id": found["name"]}
    sweep |= {
        "name": found["displayName"] or config.get("name") or found["name"],
        "url": wandb_api.address(server, sweep, "sweeps", found["name"]),
        "state": found["state"],
        "method": found["method"] or config.get("method"),
        "metric": {"name": "", "goal": "minimize", **metric} if isinstance(metric, dict) else None,
        "parameters": sorted(config.get("parameters") or {}),
        "run_count": found["runCount"],
    }
    wandb_api.write_json("sweep.json", sweep)
    for name in ("sweep-id", "entity", "project"):
        text = sweep[name.removeprefix("sweep-")]
        Path(os.environ["RUNNER_OUTPUT_DIR"], f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")
    print(f"sweep {sweep['entity']}/{sweep['project']}/{sweep['id']}: {sweep['url']}")


if __name__ == "__main__":
    wandb_api.finish(main)
