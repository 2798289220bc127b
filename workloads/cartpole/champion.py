"""The policy that a run's weights would replace."""

from pathlib import Path

from workloads.cartpole.policy import Policy
from workloads.cartpole.weights import WeightsError, load_policy


def find(baseline: Path | None) -> tuple[Policy | None, str]:
    """Return the policy below the baseline folder, if there is one, and a line if it cannot be used."""
    if baseline is None:
        return None, ""
    found = sorted(baseline.rglob("*.safetensors"))
    if len(found) > 1:
        return None, f"no champion: {baseline} holds {len(found)} files of weights, and only one can be it"
    try:
        return (load_policy(found[0])[0], "") if found else (None, "")
    except WeightsError as error:
        return None, f"no champion: {error}"
