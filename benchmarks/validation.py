"""Checking manifests: `runner validate` against check-jsonschema and against a floor.

The floor is the least that can be done from Python: a script that loads with libyaml and checks
with `jsonschema_rs`, without positions, duplicate keys, YAML 1.2 numbers or a single lint rule.
Every figure is the median of whole processes on the same files and the same schema.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.measure import Row, alternate, row

MANIFESTS = 1_000
ROUNDS = 7
COLD_ROUNDS = 31
SLOW_ROUNDS = 3
SETTINGS = '[policy]\nkinds = ["Command", "Tune"]\nmax_usd = 50\n'
ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schemas" / "job.schema.json"

FLOOR = """\
import json, sys, yaml, jsonschema_rs
with open(sys.argv[1]) as file:
    validator = jsonschema_rs.validator_for(json.load(file))
for path in sys.argv[2:]:
    with open(path, "rb") as file:
        if not validator.is_valid(yaml.load(file, yaml.CSafeLoader)):
            sys.exit(path)
"""
RUNNER = "import sys; from runner.__main__ import main; main()"

COMMAND = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Command
metadata:
  name: command-{number}
  description: Trains the small model over a grid of rates, seeds and sizes.
  labels:
    team: game-ai
    priority: normal
spec:
  command:
    - python
    - -m
    - workloads.train
    - --rate
    - ${{matrix.rate}}
    - --seed
    - ${{matrix.seed}}
    - --output
    - ${{output}}
  matrix:
    rate: [0.001, 3e-4, 1e-4]
    seed: [1, 2, 3, 4]
  image:
    python: "3.11"
    pip:
      - numpy==2.4.6
      - cma==4.5.0
  resources:
    cpu: 2
    memory: 4GiB
    timeout: 1h30m
    stall_timeout: 10m
    retries: 2
  env:
    LOG_LEVEL: info
    SIZE: "{number}"
  budget: {{usd: 12.5}}
  gates:
    - metric: score
      between: [0.25, 0.95]
"""
TUNE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Tune
metadata:
  name: tune-{number}
  description: Tunes the weights of three variants and plays them against one another.
spec:
  build: [cargo, build, --release]
  variants:
    - name: generalist
      command: [target/release/tune, --out, "${{variant.weights}}", --seed, "${{seed}}"]
      weights: data/weights/generalist-{number}.toml
    - name: ember
      command: [target/release/tune, --faction, ember, --seed, "${{seed}}"]
      weights: data/weights/ember-{number}.toml
    - name: tide
      command: [target/release/tune, --faction, tide, --seed, "${{seed}}"]
      weights:
        - data/weights/tide-{number}.toml
  validation:
    command:
      - target/release/validate
      - --matchup
      - ${{matchup}}
      - --games
      - ${{games}}
    matchups: [ember-tide, ember-grove, tide-grove]
    games: 500
    mode: parallel
    thresholds:
      balanced: 0.05
      warning: 0.10
  resources: {{cpu: 4, memory: 8GiB, timeout: 2h, retries: 1}}
  budget: {{usd: 20}}
  gates:
    - metric: win_rate
      against: champion
      min_delta: 0.0
      confidence: 0.95
  concurrency: refuse
"""


def write_manifests(folder: Path, count: int = MANIFESTS) -> list[str]:
    """`count` valid manifests of some forty lines, of both kinds in turn."""
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        kind, template = (("command", COMMAND), ("tune", TUNE))[number % 2]
        path = folder / f"{kind}-{number}.yaml"
        path.write_text(template.format(number=number), encoding="utf-8")
        paths.append(str(path))
    return paths


def rows() -> list[Row]:
    """A thousand manifests and a single one, each against the floor and against check-jsonschema."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "runner.toml").write_text(SETTINGS, encoding="utf-8")
        paths = write_manifests(folder / "jobs")
        return [
            *_compare(f"checking {MANIFESTS:,} manifests of forty lines", paths, ["jobs"], folder, ROUNDS),
            *_compare("checking one manifest, cold", paths[:1], paths[:1], folder, COLD_ROUNDS),
        ]


def _compare(name: str, paths: list[str], arguments: list[str], folder: Path, rounds: int) -> list[Row]:
    python = sys.executable
    quick = {
        "ours": [python, "-c", RUNNER, "validate", *arguments],
        "floor": [python, "-c", FLOOR, str(SCHEMA), *paths],
    }
    slow = {"peer": [python, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), *paths]}
    taken = _measure(quick, folder, rounds) | _measure(slow, folder, SLOW_ROUNDS)
    return [
        _row(name, taken["ours"], "libyaml and jsonschema-rs, bare", taken["floor"], "at most 1.5"),
        _row(name, taken["ours"], "check-jsonschema", taken["peer"], "below 1"),
    ]


def _measure(commands: Mapping[str, Sequence[str]], folder: Path, rounds: int) -> dict[str, float]:
    """The median seconds of each command."""
    return alternate({name: partial(_run, command, folder) for name, command in commands.items()}, rounds)


def _run(command: Sequence[str], folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # Byte code is written, as it is for everything that was installed.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    if ended.returncode:
        raise RuntimeError(f"ended with {ended.returncode}: {ended.stdout}{ended.stderr}")


def _row(name: str, ours: float, peer: str, theirs: float, target: str) -> Row:
    return row(name, f"{ours * 1e3:.0f} ms", peer, f"{theirs * 1e3:.0f} ms", ours / theirs, target)


if __name__ == "__main__":
    for measured in rows():
        print(measured)
