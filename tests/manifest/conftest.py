"""Manifests that are right, for tests to break."""

from __future__ import annotations

import pytest

from runner.kinds import KINDS
from runner.manifest.load import Kinds

COMMAND = """\
apiVersion: runner/v1
kind: Command
metadata: {name: sample, labels: {team: game-ai}}
spec:
  command: [python, train.py, "${matrix.lr}"]
  matrix: {lr: [0.001, 1e-2], seed: [1, 2]}
  resources: {cpu: 2, memory: 4GiB, timeout: 1h, gpu: [T4, L4], region: us-east}
  image: {python: "3.11", pip: [numpy==2.4.6]}
  env: {LOG_LEVEL: info}
  secrets: [WANDB_API_KEY]
  budget: {usd: 5}
  gates: [{metric: score, between: [0.25, 0.75]}]
  deploy: {files: [{from: model.toml, to: data/model.toml}]}
  seed: 7
  volumes: {/data: "games-${experimenter}"}
  experimenter: alice
"""
TUNE = """\
apiVersion: runner/v1
kind: Tune
metadata:
  name: sample
  description: Tunes weights.
spec:
  build: {shell: make all}
  variants:
    - {name: generalist, command: [python, tune.py], weights: weights/generalist.toml}
    - {name: ember, command: {shell: python tune.py}, weights: [weights/ember.toml]}
  validation:
    command: [python, play.py, "${matchup}"]
    matchups: [a-b, a-c]
    games: 500
    fields: {side_a: home}
    thresholds: {balanced: 0.05, warning: 0.1}
    resources: {timeout: 30m, region: [eu-west, us]}
  mode: full
  concurrency: queue
  source: {repository: "https://example.org/game.git", ref: main}
"""


@pytest.fixture(scope="session")
def kinds() -> Kinds:
    return {name: kind.job_type for name, kind in KINDS.items()}


@pytest.fixture(scope="session")
def command() -> str:
    return COMMAND


@pytest.fixture(scope="session")
def tune() -> str:
    return TUNE


@pytest.fixture(scope="session", params=["command", "tune"])
def manifest(request: pytest.FixtureRequest) -> str:
    return {"command": COMMAND, "tune": TUNE}[request.param]
