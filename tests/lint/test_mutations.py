"""Manifests broken at random: by bytes, by lines, by structure. The same seed makes the same ones."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from runner.cli.main import run
from runner.kinds import KINDS
from runner.lint.formats import FORMATS, renderer
from runner.lint.rule import Rule
from runner.lint.rules import RULES, rule
from runner.lint.validate import validate
from runner.settings import parse_settings

ROOT = Path(__file__).parents[2]
TYPES = {name: kind.job_type for name, kind in KINDS.items()}
POLICY = "[policy]\nkinds = ['Tune']\ngpus = ['T4']\nsecrets = ['A']\nsources = ['https://a/*']\n"

SWEEP = """\
apiVersion: runner/v1
kind: Sweep
metadata: {name: sample}
spec:
  sweep:
    method: bayes
    metric: {name: train/roll/ep_rew/mean, goal: maximize, target: 475}
    parameters:
      policy_lr:
        parameters:
          start: {min: 0.0001, max: 0.01, distribution: log_uniform_values}
          end: {distribution: q_uniform, min: 0, max: 1, q: 0.1}
      units: {values: [32, 64, 128], probabilities: [0.5, 0.25, 0.25]}
      gamma: {distribution: normal, mu: 0.9, sigma: 0.1}
      n_epochs: {min: 1, max: 10}
      note: {value: a}
    program: train.py
    command: ['${env}', '${interpreter}', '${program}', '${args}', '--home=${envvar:HOME}']
    early_terminate: {type: hyperband, max_iter: 27, s: 2, eta: 3, strict: true}
    run_cap: 40
  count: 20
  runs_per_worker: 2
  scheduler: wandb
  secrets: [WANDB_API_KEY]
  entity: me
  resources: {timeout: 10m, max_parallel: 4}
  deploy: {files: [{from: best.yaml, to: config/best.yaml}, {from: 'best:m.bin', to: data/m.bin}]}
  gates: [{metric: score, task: agents/01, min: 0}]
"""

TOKENS = [
    *[
        b"",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b":",
        b": ",
        b"- ",
        b"-",
        b"#",
        b"&a ",
        b"*a",
        b"<<: *a",
        b"!!str ",
        b"!x ",
        b"%",
    ],
    *[
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"'",
        b'"',
        b"|",
        b">",
        b"---",
        b"...",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\\",
        b"\\0",
    ],
    *[
        b"null",
        b"~",
        b"true",
        b"1e999",
        b".nan",
        b"-1",
        b"9" * 30,
        b"${",
        b"${x}",
        b"$${",
        "é".encode(),
        b"\xe2\x80\xa8",
    ],
    *[
        b"?",
        b"? ",
        b"@",
        b"`",
        b"[" * 60,
        b"/",
        b"../",
        b"apiVersion",
        b"spec",
        b"Tune",
        b"Command",
        b"Sweep",
        b"grid",
        b"ghp_" + b"a" * 40,
    ],
]
SCALARS = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "a",
    "x" * 5_000,
    "1h",
    "0s",
    "${matrix.x}",
    "../a",
    "C:\\a",
    "\u2028",
    "\x1b[31m",
]


def mutations(bases: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """`count` manifests, a third by each way."""
    chance = random.Random(seed)
    ways = (_bytes, _lines, _structure)
    for number in range(count):
        text = chance.choice(bases)
        for _ in range(chance.randint(1, 4)):
            text = ways[number % 3](text, chance)
        yield text


def _bytes(text: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(text) + 1)
    end = start + chance.choice([0, 0, 1, 1, 5, 40])
    if chance.random() < 0.1:
        return text[:start] + bytes([chance.randrange(256)]) + text[end:]
    return text[:start] + chance.choice(TOKENS) + text[end:]


def _lines(text: bytes, chance: random.Random) -> bytes:
    lines = text.split(b"\n")
    here, there = chance.randrange(len(lines)), chance.randrange(len(lines))
    way = chance.randrange(5)
    if way == 0:
        del lines[here]
    elif way == 1:
        lines.insert(there, lines[here])
    elif way == 2:
        lines[here], lines[there] = lines[there], lines[here]
    elif way == 3:
        lines[here] = b"  " + lines[here]
    else:
        lines[here] = lines[here][chance.randrange(len(lines[here]) + 1) :]
    return b"\n".join(lines)


def _structure(text: bytes, chance: random.Random) -> bytes:
    try:
        value = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return _lines(text, chance)
    holders = [holder for holder in _containers(value) if holder]
    if not holders:
        return _bytes(text, chance)
    holder, donor = chance.choice(holders), chance.choice(holders)
    place = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    way = chance.randrange(4)
    if way == 0:
        del holder[place]
    elif way == 1:
        holder[place] = chance.choice(SCALARS)
    elif way == 2 and isinstance(holder, dict):
        holder[f"{place}x"] = holder.pop(place)
    else:
        holder[place] = chance.choice(list(donor.values()) if isinstance(donor, dict) else donor)
    return yaml.dump(value, sort_keys=False, allow_unicode=bool(chance.randrange(2))).encode()


def _containers(value: object) -> Iterator[dict[object, object] | list[object]]:
    waiting, seen = [value], set()
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict | list) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += list(current.values()) if isinstance(current, dict) else current


@pytest.fixture(scope="session")
def bases(whole: Callable[[Rule, str], str]) -> list[bytes]:
    """The templates, and the bad samples of the rules: they lead furthest into them."""
    samples = (whole(found, found.bad) for found in map(rule, RULES))
    templates = (kind.template("sample") for kind in KINDS.values())
    return [text.encode() for text in (SWEEP, *templates, *samples)]


@pytest.mark.slow
def test_ten_thousand_broken_manifests_never_raise(bases: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    settings = parse_settings(POLICY)
    failed = 0
    for number, text in enumerate(mutations(bases, 10_000, 1)):
        path.write_bytes(text)
        checked = validate([str(path)], TYPES, settings, str(tmp_path))
        assert checked.files == 1
        shown = renderer(FORMATS[number % len(FORMATS)])(checked)
        assert shown.encode("utf-8")
        failed += checked.failed()
    assert 5_000 < failed < 10_000


def test_the_command_line_answers_broken_manifests_with_0_or_2(
    bases: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.yaml"
    for text in mutations(bases, 300, 2):
        path.write_bytes(text)
        assert run(["validate", str(path)]) in (0, 2), text
    assert "Traceback" not in capsys.readouterr().err


def test_real_processes_answer_broken_manifests_with_0_or_2(bases: list[bytes], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "runner", "validate"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for number, text in enumerate(mutations(bases, 30, 3)):
        path = tmp_path / f"{number}.yaml"
        path.write_bytes(text)
        ended = subprocess.run([*command, str(path)], env=environment, capture_output=True, check=False)
        assert ended.returncode in (0, 2), text
        assert b"Traceback" not in ended.stderr
