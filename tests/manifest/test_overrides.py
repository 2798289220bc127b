from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.manifest.document import parse
from runner.manifest.finding import Finding, ManifestError
from runner.manifest.load import Kinds, load_document
from runner.manifest.overrides import split


def value(text: str, override: str, kinds: Kinds, *path: str | int) -> Any:
    found: Any = load_document(parse(text), kinds, [override]).data
    for step in path:
        found = found[step]
    return found


def refused(text: str, override: str, kinds: Kinds) -> Finding:
    with pytest.raises(ManifestError) as caught:
        load_document(parse(text), kinds, [override])
    return caught.value.findings[0]


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("spec.validation.games=1e3", 1000),
        ("spec.resources.cpu=4", 4),
        ("spec.resources.timeout=2h", "2h"),
        ("spec.resources.gpu=T4", "T4"),
        ("spec.resources.gpu=A100-80GB:2", "A100-80GB:2"),
        ("spec.resources.gpu=[T4, L4]", ["T4", "L4"]),
        ("spec.image.python=3.10", "3.10"),
        ("spec.env.A=b=c", "b=c"),
        ("spec.env.A=*x", "*x"),
        ("spec.env.A=", ""),
        ("spec.env.A=null", "null"),
        ("spec.env.A=1_000", "1_000"),
        ("spec.budget.usd=5", 5),
        ("spec.budget=null", None),
        ("spec.variants[0].command=[python, 1, 3.10]", ["python", "1", "3.10"]),
        ("spec.variants[1].command[0]=echo", None),
        ("spec.variants[0].weights=a.toml", "a.toml"),
        ("spec.variants[0].weights=[a.toml, b.toml]", ["a.toml", "b.toml"]),
        ("spec.mode=train-only", "train-only"),
        ("spec.deploy.enabled=false", False),
        ("spec.gates=[{metric: x, min: 1}]", [{"metric": "x", "min": 1}]),
        ("metadata.labels.team=3", "3"),
        ('metadata.labels."a.b"=x', "x"),
        ("metadata.description=Text: with a colon", "Text: with a colon"),
    ],
)
def test_the_schema_types_the_value(tune: str, kinds: Kinds, override: str, expected: Any) -> None:
    if override.startswith("spec.variants[1].command[0]"):
        assert "another form" in refused(tune, override, kinds).message
        return
    found = value(tune, override, kinds, *split(override)[0])
    assert (type(found), found) == (type(expected), expected)


def test_a_matrix_takes_any_scalar(command: str, kinds: Kinds) -> None:
    assert value(command, "spec.matrix.lr=[0.1, a, true, 3]", kinds, "spec", "matrix", "lr") == [
        0.1,
        "a",
        True,
        3,
    ]
    assert value(command, "spec.matrix.lr[0]=0.5", kinds, "spec", "matrix", "lr", 0) == 0.5


def test_later_overrides_win(tune: str, kinds: Kinds) -> None:
    loaded = load_document(parse(tune), kinds, ["spec.seed=1", "spec.seed=2"])
    assert loaded.job.spec.seed == 2
    assert loaded.overrides == ("spec.seed=1", "spec.seed=2")


@pytest.mark.parametrize(
    ("override", "message", "fix"),
    [
        ("spec.resources.timeot=3h", 'no field "timeot" in spec.resources', "did you mean timeout?"),
        ("spec.validation.gams=3", 'no field "gams" in spec.validation', "did you mean games?"),
        ("validation.games=3", 'no field "validation"', "did you mean spec.validation.games?"),
        ("spec.matrix.a=3", 'no field "matrix" in spec', "known here"),
        ("spec.variants[2].name=x", "spec.variants has 2 items and no [2]", "[0]"),
        ("spec.variants.name=x", "spec.variants is a list", "spec.variants[0]"),
        ("spec.mode[0]=x", "spec.mode is not a list", "leave"),
        ("spec.mode.x=1", "spec.mode has no fields", "whole"),
        ("kind=Command", "kind cannot be set", "file"),
        ("apiVersion=2", "apiVersion cannot be set", "file"),
        ("spec.resources={cpu: 2", "cannot be read", "}"),
        ("spec", "path=value", "--set"),
        ("", "path=value", "--set"),
        ("=1", "path=value", "--set"),
        ("[0]=1", "path=value", "--set"),
        ("a..b=1", "path=value", "--set"),
        ("spec.seed", "path=value", "--set"),
    ],
)
def test_a_wrong_path_is_refused_with_the_nearest_name(
    tune: str, kinds: Kinds, override: str, message: str, fix: str
) -> None:
    finding = refused(tune, override, kinds)
    assert finding.rule == "bad-override"
    assert finding.file.startswith("--set")
    assert message in finding.message
    assert fix in finding.fix


@pytest.mark.parametrize(
    ("override", "rule"),
    [
        ("spec.validation.games=abc", "wrong-type"),
        ("spec.validation.games=0", "wrong-value"),
        ("spec.resources.timeout=3 hours", "wrong-value"),
        ("spec.resources.cpu=", "wrong-type"),
        ("spec.variants=[]", "wrong-value"),
        ("spec.variants[0]={name: a}", "missing-field"),
        ("spec.budget={usd: 1, eur: 2}", "unknown-field"),
    ],
)
def test_a_wrong_value_is_blamed_on_the_override(tune: str, kinds: Kinds, override: str, rule: str) -> None:
    finding = refused(tune, override, kinds)
    assert finding.rule == rule
    assert finding.file == f"--set {override.partition('=')[0]}"
    assert finding.line == 0


def test_a_mistake_of_the_file_stays_the_file_s(tune: str, kinds: Kinds) -> None:
    with pytest.raises(ManifestError) as caught:
        load_document(parse(tune.replace("games: 500", "games: 0"), "f.yaml"), kinds, ["spec.seed=1"])
    assert caught.value.findings[0].file == "f.yaml"


def test_a_key_in_an_override_is_not_repeated(tune: str, kinds: Kinds) -> None:
    key = "ghp_" + "a1B2" * 10
    finding = refused(tune, f"spec.{key}=1", kinds)
    assert key not in finding.file + finding.message


@settings(deadline=None)
@given(path=st.text('ab.[]0"=', max_size=12), text=st.text(max_size=8))
def test_any_text_is_applied_or_refused(tune: str, kinds: Kinds, path: str, text: str) -> None:
    for override in (f"{path}={text}", f"spec.env.{path}={text}", f"spec.validation.games={text}"):
        try:
            load_document(parse(tune), kinds, [override])
        except ManifestError as error:
            assert error.findings
