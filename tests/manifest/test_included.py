"""Sweep files that stand in the place of their path, wherever the path comes from."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import InputError
from runner.manifest.finding import Finding, ManifestError
from runner.manifest.included import files_below
from runner.manifest.load import Kinds, Loaded, load

MANIFEST = """\
apiVersion: runner/v1
kind: Sweep
metadata: {name: sample}
spec:
  sweep: config/grid.yaml
"""
GRID = """\
method: grid
program: train.py
parameters:
  lr: {values: [3e-5, 1e-3]}
"""

Write = Callable[..., Path]
Take = Callable[..., Loaded]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a manifest and a sweep file; the manifest's path."""

    def write(manifest: str = MANIFEST, sweep: str = GRID, name: str = "config/grid.yaml") -> Path:
        for path, text in (("jobs/sample.yaml", manifest), (name, sweep)):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return tmp_path / "jobs/sample.yaml"

    return write


@pytest.fixture
def take(write: Write, kinds: Kinds, tmp_path: Path) -> Take:
    """Loads the manifest."""

    def take(
        *overrides: str,
        manifest: str = MANIFEST,
        sweep: str = GRID,
        environment: dict[str, str] | None = None,
    ) -> Loaded:
        return load(write(manifest, sweep), kinds, overrides, tmp_path, environment)

    return take


def refused(take: Callable[[], object]) -> Finding:
    with pytest.raises(ManifestError) as error:
        take()
    (only,) = error.value.findings
    assert not only.line or only.file in error.value.sources
    return only


def test_the_file_stands_where_its_path_was(take: Take) -> None:
    loaded = take()
    assert loaded.data["spec"]["sweep"]["parameters"] == {"lr": {"values": [3e-5, 1e-3]}}
    assert loaded.overrides == ()
    assert loaded.document.value["spec"]["sweep"] == "config/grid.yaml"
    assert loaded.document.texts() == {"jobs/sample.yaml": MANIFEST, "config/grid.yaml": GRID}


def test_what_is_wrong_in_the_file_is_said_at_its_own_line(take: Take) -> None:
    only = refused(lambda: take(sweep=GRID.replace("{values:", "{valus:")))
    assert (only.file, only.line, only.column) == ("config/grid.yaml", 4, 8)
    assert only.fix == "did you mean values?"


def test_a_field_that_the_file_lacks_is_said_of_the_file(take: Take) -> None:
    only = refused(lambda: take(sweep=GRID.replace("method: grid\n", "")))
    assert (only.file, only.rule) == ("config/grid.yaml", "missing-field")
    assert "spec.sweep lacks the field method" in only.message


def test_a_file_that_is_no_yaml_is_refused_at_its_own_line(take: Take) -> None:
    only = refused(lambda: take(sweep="method: grid\nmethod: random\n"))
    assert (only.file, only.line, only.rule) == ("config/grid.yaml", 2, "duplicate-key")


@pytest.mark.parametrize(
    ("path", "sweep", "words"),
    [
        ("config/none.yaml", GRID, "does not exist"),
        ("../grid.yaml", GRID, "leads out of the repository"),
        ("/etc/grid.yaml", GRID, "is absolute"),
        ("config", GRID, "is no YAML file"),
        ("config/folder.yaml", GRID, "is not a plain file"),
        ("config/link.yaml", GRID, "is a link"),
        ("outside/grid.yaml", GRID, "is a link"),
        ("config/grid.yaml", "[a, b]\n", "holds no mapping"),
        ("config/grid.yaml", "config/grid.yaml\n", "holds no mapping"),
    ],
)
def test_a_path_that_leads_to_no_sweep_is_refused_at_the_path(
    take: Take, tmp_path: Path, path: str, sweep: str, words: str
) -> None:
    (tmp_path / "config/folder.yaml").mkdir(parents=True)
    (tmp_path / "config/link.yaml").symlink_to("grid.yaml")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/grid.yaml").write_text(GRID)
    (tmp_path / "outside").symlink_to(tmp_path / "elsewhere")
    only = refused(lambda: take(manifest=MANIFEST.replace("config/grid.yaml", path), sweep=sweep))
    assert (only.file, only.line, only.column) == ("jobs/sample.yaml", 5, 10)
    assert only.rule == "included-file"
    assert words in only.message


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="is not a plain file"):
        files_below(tmp_path)("pipe.yaml")


def test_an_override_reaches_into_the_file(take: Take) -> None:
    loaded = take("spec.sweep.parameters.lr.values=[1e-2]", "spec.count=5")
    assert loaded.data["spec"]["sweep"]["parameters"]["lr"]["values"] == [0.01]
    assert loaded.data["spec"]["count"] == 5


def test_an_override_may_name_another_file_and_the_next_one_reaches_into_that(
    take: Take, tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text("method: random\nparameters: {a: {value: 1}}\nprogram: b.py\n")
    loaded = take("spec.sweep=other.yaml", "spec.sweep.program=c.py")
    assert loaded.data["spec"]["sweep"] == {
        "method": "random",
        "parameters": {"a": {"value": 1}},
        "program": "c.py",
    }


def test_what_is_wrong_in_a_file_that_an_override_names_is_said_at_its_line(
    take: Take, tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text("method: rnadom\nparameters: {a: {value: 1}}\n")
    only = refused(lambda: take("spec.sweep=other.yaml"))
    assert (only.file, only.line) == ("other.yaml", 1)


def test_a_missing_file_that_an_override_names_is_said_of_the_override(take: Take) -> None:
    only = refused(lambda: take("spec.sweep=nowhere.yaml"))
    assert (only.file, only.line) == ("--set spec.sweep", 0)


def test_a_wrong_override_inside_a_file_is_said_of_the_override(take: Take) -> None:
    only = refused(lambda: take("spec.sweep.method=rnadom"))
    assert (only.file, only.fix) == ("--set spec.sweep.method", "did you mean random?")


def test_an_override_that_takes_the_place_of_the_file_forgets_it(take: Take) -> None:
    loaded = take("spec.sweep={method: random, parameters: {a: {value: 1}}}")
    assert loaded.document.included == {}
    assert loaded.data["spec"]["sweep"]["method"] == "random"


def test_the_digest_of_a_manifest_covers_the_file(take: Take) -> None:
    assert take().document.digest() != take(sweep=GRID.replace("3e-5", "4e-5")).document.digest()


def test_variables_fill_what_the_manifest_leaves_out_and_are_recorded(take: Take) -> None:
    variables = {"WANDB_ENTITY": "team", "WANDB_PROJECT": "", "HOME": "/root"}
    loaded = take("spec.count=3", environment=variables)
    assert loaded.overrides == ("spec.entity=team", "spec.count=3")
    assert loaded.data["spec"]["entity"] == "team"


def test_a_variable_fills_nothing_that_is_there(take: Take) -> None:
    variables = {"WANDB_ENTITY": "team", "WANDB_PROJECT": "rest"}
    loaded = take("spec.project=mine", manifest=f"{MANIFEST}  entity: me\n", environment=variables)
    assert loaded.overrides == ("spec.project=mine",)
    assert (loaded.data["spec"]["entity"], loaded.data["spec"]["project"]) == ("me", "mine")
