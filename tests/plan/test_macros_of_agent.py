"""The same template, filled by a real `wandb agent` and by us."""

import json
from pathlib import Path
from typing import Any

import pytest

from runner.plan.macros import ARGUMENTS_FILE, trial_command
from runner.plan.model import Search
from runner.plan.space import grid
from tests.standins.wandb.client import run_wandb
from tests.standins.wandb.server import WandbServer

PROGRAM = """
import json, sys
*arguments, file = sys.argv[1:]
json.dump({"arguments": arguments, "file": json.load(open(file))}, open("told.json", "w"))
"""
MACROS = (
    *("args", "args_no_hyphens", "args_no_equals", "args_no_boolean_flags", "args_json", "args_append_hydra"),
    *("args_override_hydra", "nothing", "envvar:COLOR", "envvar:SURELY_UNSET"),
)
PARAMETERS: dict[str, Any] = {
    "debug": {"value": False},
    "lr": {"values": [1e-5]},
    "name": {"value": "a ${b} 'é"},
    "none": {"value": None},
    "quick": {"value": True},
    "schedule": {"parameters": {"end": {"value": [1, "x"]}, "start": {"values": [0.5]}}},
}


@pytest.mark.exhaustive
def test_a_trial_is_started_as_wandbs_agent_starts_it(wandb_server: WandbServer, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(PROGRAM)
    command = (
        *("${env}", "${interpreter}", "${program}", "--x=${args}"),
        *("${" + macro + "}" for macro in MACROS),
        "${args_json_file}",
    )
    sweep = {"method": "grid", "program": "train.py", "command": list(command), "parameters": PARAMETERS}
    made = wandb_server.create_sweep(sweep, "p")
    done = run_wandb(wandb_server, tmp_path, "agent", "--count", "1", f"me/p/{made.name}", COLOR="red")
    assert done.returncode == 0, done.stderr
    theirs = json.loads((tmp_path / "told.json").read_text())

    (point,) = grid(PARAMETERS)
    search = Search(method="grid", parameters=PARAMETERS, command=command, program="train.py")
    *ours, file = trial_command(search, point)
    assert ours[:3] == ["/usr/bin/env", "python", "train.py"]
    assert file == ARGUMENTS_FILE
    filled = {"${envvar:COLOR}": "red", "${envvar:SURELY_UNSET}": "SURELY_UNSET"}
    assert [filled.get(one, one.replace("$${", "${")) for one in ours[3:]] == theirs["arguments"]
    assert theirs["file"] == point
