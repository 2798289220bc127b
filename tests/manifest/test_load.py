from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from runner.manifest.document import parse
from runner.manifest.finding import Finding, ManifestError
from runner.manifest.load import Kinds, load, load_document

GOLDEN = Path(__file__).parent / "golden"

# What is broken: the manifest (c: Command, t: Tune), what is replaced, by what.
BROKEN = [
    ("c", "kind: Command", "kind: command"),
    ("c", "kind: Command", "kind: Sweeep"),
    ("c", "kind: Command", "kind: [a]"),
    ("c", "kind: Command\n", ""),
    ("c", "runner/v1", "runner/v2"),
    ("c", "timeout: 1h", "timeot: 1h"),
    ("c", "timeout: 1h", "timeout: 2 hours"),
    ("c", "timeout: 1h", "timeout: 60"),
    ("c", "memory: 4GiB", "memory: 4G"),
    ("c", "cpu: 2", "cpu: two"),
    ("c", "cpu: 2", "cpu: '2'"),
    ("c", "cpu: 2", "cpu: 65"),
    ("c", "gpu: [T4, L4]", "gpu: 4"),
    ("c", "gpu: [T4, L4]", "gpu: [T4, L 4]"),
    ("c", "gpu: [T4, L4]", "gpu: {type: T4}"),
    ("c", "name: sample", "name: Sample Job"),
    ("c", "name: sample", "name:"),
    ("c", "  seed: 7", "  seed: -1"),
    ("c", "  seed: 7", "  seed: 0.5"),
    ("c", "  seed: 7", "  timeout: 3h"),
    ("c", "  seed: 7", "  seed: yes"),
    ("c", 'python: "3.11"', "python: 3.10"),
    ("c", "env: {LOG_LEVEL: info}", "env: {LOG-LEVEL: info}"),
    ("c", "env: {LOG_LEVEL: info}", "env: {LOG_LEVEL: 1}"),
    ("c", "env: {LOG_LEVEL: info}", "env: [LOG_LEVEL]"),
    ("c", "[WANDB_API_KEY]", "[hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]"),
    ("c", "[WANDB_API_KEY]", "WANDB_API_KEY"),
    ("c", "between: [0.25, 0.75]", "between: [0.25]"),
    ("c", "between: [0.25, 0.75]", "against: champ"),
    ("c", "{usd: 5}", "5"),
    ("c", "{usd: 5}", "{}"),
    ("c", "{usd: 5}", "{usd: 0}"),
    ("c", "from: model.toml", "form: model.toml"),
    ("c", 'command: [python, train.py, "${matrix.lr}"]', "command: python train.py --name 'a b'"),
    ("c", 'command: [python, train.py, "${matrix.lr}"]', "command: [python, 1.50]"),
    ("c", 'command: [python, train.py, "${matrix.lr}"]', "command: []"),
    ("c", 'command: [python, train.py, "${matrix.lr}"]', "command: {shel: make}"),
    ("c", "seed: [1, 2]}", "seed: []}"),
    ("c", "seed: [1, 2]}", "seed: 1}"),
    ("c", "seed: [1, 2]}", "seed: [[1]]}"),
    ("c", "region: us-east", "region: US_EAST"),
    ("c", "region: us-east", "region: [us, 1]"),
    ("c", "volumes: {/data:", "volumes: {data:"),
    ("c", "volumes: {/data:", "volumes: {/data/ x:"),
    ("c", '"games-${experimenter}"', "[games]"),
    ("c", "experimenter: alice", "experimenter: Alice B"),
    ("t", "mode: full", "mode: fulll"),
    ("t", "weights: weights/generalist.toml", "weights: []"),
    ("t", "matchups: [a-b, a-c]", "matchups: a-b"),
    ("t", "games: 500", "games: 0"),
    ("t", "side_a: home", "side_c: home"),
    ("t", "{name: generalist, command: [python, tune.py],", "{name: G, comand: [python, tune.py],"),
]


def findings(text: str, kinds: Kinds) -> tuple[Finding, ...]:
    with pytest.raises(ManifestError) as caught:
        load_document(parse(text, "jobs/x.yaml"), kinds)
    return caught.value.findings


def test_what_is_wrong_is_said_in_words(command: str, tune: str, kinds: Kinds) -> None:
    parts = []
    for which, old, new in BROKEN:
        text = {"c": command, "t": tune}[which]
        assert old in text
        found = findings(text.replace(old, new, 1), kinds)
        said = "\n".join(
            f"  {each.place()}: {each.rule}: {each.message}\n    fix: {each.fix}" for each in found
        )
        parts.append(f"{new.strip() or f'(without {old.strip()})'}\n{said}\n")
    golden = GOLDEN / "findings.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text("\n".join(parts), encoding="utf-8")
    assert "\n".join(parts) == golden.read_text(encoding="utf-8")


def test_everything_wrong_is_said_at_once_and_in_order(command: str, kinds: Kinds) -> None:
    text = (
        command.replace("timeout: 1h", "timeot: 1h")
        .replace("usd: 5", "usd: -5")
        .replace("seed: 7", "seed: x")
    )
    found = findings(text, kinds)
    assert [each.rule for each in found] == ["unknown-field", "wrong-value", "wrong-type"]
    assert [each.line for each in found] == [7, 11, 14]


def test_nothing_is_said_twice(kinds: Kinds) -> None:
    found = findings(
        "apiVersion: runner/v1\nkind: Tune\nmetadata: {name: a}\nspec: {variants: [{}, {}]}\n", kinds
    )
    assert len({(each.line, each.column, each.message) for each in found}) == len(found) == 6


def test_a_flood_of_findings_is_cut(command: str, kinds: Kinds) -> None:
    text = command.replace("secrets: [WANDB_API_KEY]", f"secrets: [{', '.join(['x'] * 5_000)}]")
    assert len(findings(text, kinds)) == 100


def test_a_key_is_never_shown(command: str, kinds: Kinds) -> None:
    key = "ghp_" + "a1B2" * 10
    for text in (command.replace("WANDB_API_KEY", key), command.replace("usd: 5", f"{key}: 5")):
        for each in findings(text, kinds):
            assert key not in each.message + each.fix


def test_a_good_manifest_is_typed(manifest: str, kinds: Kinds) -> None:
    loaded = load_document(parse(manifest), kinds)
    assert loaded.job.metadata.name == "sample"
    assert loaded.data == parse(manifest).value
    assert loaded.overrides == ()


def test_a_whole_number_may_be_written_as_a_float(tune: str, kinds: Kinds) -> None:
    loaded = load_document(parse(tune.replace("games: 500", "games: 1e3")), kinds)
    assert loaded.data["spec"]["validation"]["games"] == 1000
    assert type(loaded.data["spec"]["validation"]["games"]) is int


@pytest.mark.parametrize("text", ["a", "[1]", "1", "null", "true"])
def test_a_manifest_is_a_mapping(text: str, kinds: Kinds) -> None:
    (found,) = findings(text, kinds)
    assert found.rule == "wrong-type"


def test_a_file_is_loaded_with_its_overrides(tmp_path: Path, tune: str, kinds: Kinds) -> None:
    path = tmp_path / "jobs" / "a.yaml"
    path.parent.mkdir()
    path.write_text(tune)
    loaded = load(path, kinds, ["spec.validation.games=7"], tmp_path)
    assert loaded.document.name == "jobs/a.yaml"
    assert loaded.data["spec"]["validation"]["games"] == 7
    assert loaded.document.value["spec"]["validation"]["games"] == 500
    assert loaded.overrides == ("spec.validation.games=7",)


@pytest.mark.parametrize(
    ("kind", "field", "item"),
    [
        ("Command", "secrets:", "  - a{}\n"),
        ("Command", "env:", "    a-{}: b\n"),
        ("Command", "command: [a]", "  f{}: 1\n"),
        ("Tune", "variants:", "  - {{name: A{}}}\n"),
    ],
)
def test_a_file_as_wrong_as_can_be_is_refused_in_seconds(
    kind: str, field: str, item: str, kinds: Kinds
) -> None:
    items = "".join(item.format(number) for number in range(15_000))
    text = f"apiVersion: runner/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n  {field}\n{items}"
    started = time.monotonic()
    assert len(findings(text, kinds)) == 100
    assert time.monotonic() - started < 8
