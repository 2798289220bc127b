from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import InputError
from runner.settings import (
    GitHubSettings,
    ModalSettings,
    Settings,
    load_settings,
    parse_settings,
    settings_of,
)

WHOLE = """\
backend = "local"
forge = "local"

[limits]
file_size = "1MiB"
large_files = "lfs"

[prices.gpu_second]
T4 = 0.0002

[policy]
max_usd = 50
gpus = [
  "T4",
  "L4",
]
secrets = []
sources = ["https://example.org/*"]
kinds = ["Command"]

[policy.approval]
usd = 10
gpus = ["L4"]

[modal]
environment = "games"
prefix = "arena"
max_containers = 20
secrets = {WANDB_API_KEY = "wandb"}

[ledger]
remote = "upstream"

[github]
labels = ["weights"]
wake = "WAKE_TOKEN"
"""


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings == Settings()
    assert (settings.backend, settings.forge, settings.policy.gpus) == ("local", "auto", None)


def test_every_setting_is_read(tmp_path: Path) -> None:
    (tmp_path / "runner.toml").write_text(WHOLE)
    settings = load_settings(tmp_path)
    assert settings.limits.file_size == "1MiB"
    assert settings.prices == {"gpu_second": {"T4": 0.0002}}
    assert settings.policy.max_usd == 50
    assert settings.policy.gpus == ("T4", "L4")
    assert settings.policy.secrets == ()
    assert settings.modal == ModalSettings("games", "arena", 20, {"WANDB_API_KEY": "wandb"})
    assert settings.ledger.remote == "upstream"
    assert settings.limits.large_files == "lfs"
    assert settings.github == GitHubSettings(("weights",), "WAKE_TOKEN")


def test_a_secret_is_called_as_its_variable_where_nothing_else_is_said() -> None:
    modal = parse_settings(WHOLE).modal
    assert (modal.secret("WANDB_API_KEY"), modal.secret("HF_TOKEN")) == ("wandb", "HF_TOKEN")


def test_pyproject_serves_where_there_is_no_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.runner.policy]\nkinds = ["Tune"]\n[tool.runner.modal]\nprefix = "x"\n'
    )
    settings = load_settings(tmp_path)
    assert settings.policy.kinds == ("Tune",)
    assert settings.modal.prefix == "x"
    assert settings.origin("policy.kinds") == "pyproject.toml:5"
    assert settings.origin("modal.prefix") == "pyproject.toml:7"
    (tmp_path / "runner.toml").write_text("")
    assert load_settings(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("key", "line"),
    [("policy.max_usd", 12), ("policy.gpus", 13), ("policy.secrets", 17), ("policy.approval.usd", 22)],
)
def test_the_line_of_every_entry_is_known(key: str, line: int) -> None:
    assert parse_settings(WHOLE).origin(key) == f"runner.toml:{line}"


@pytest.mark.parametrize(
    "text",
    [
        "policy.gpus = ['T4']",
        "[policy]\n'gpus' = ['T4']",
        "[ policy ]\n  gpus=['T4']",
        "policy = {gpus = ['T4']}",
    ],
)
def test_every_way_to_write_a_key_is_found(text: str) -> None:
    settings = parse_settings(text)
    assert settings.policy.gpus == ("T4",)
    assert settings.origin("policy.gpus") == f"runner.toml:{text.count(chr(10)) + 1}"


@pytest.mark.parametrize(
    ("text", "place", "message", "fix"),
    [
        ("x = 1", "runner.toml:1", "unknown setting x", "known here"),
        ("\nbackends = 'a'", "runner.toml:2", "unknown setting backends", "did you mean backend?"),
        ("[policy]\nmax = 1", "runner.toml:2", "unknown setting max in [policy]", "did you mean max_usd?"),
        (
            "[policy.approval]\neur = 1",
            "runner.toml:2",
            "unknown setting eur in [policy.approval]",
            "known here",
        ),
        ("lines = 1", "runner.toml:1", "unknown setting lines", "known here"),
        ("[policy]\ngpus = 'T4'", "runner.toml:2", "policy.gpus must be", ""),
        ("[policy]\ngpus = ['T4', 1]", "runner.toml:2", "policy.gpus must be", ""),
        ("[policy]\nmax_usd = -1", "runner.toml:2", "policy.max_usd must be", ""),
        ("[limits]\nfile_size = '3'", "runner.toml:2", "limits.file_size must be a size such as 10MiB", ""),
        ("a = 1\nb =\n", "runner.toml:2", "not TOML", "toml.io"),
        ("a = 1\na = 2\n", "runner.toml", "not TOML", "toml.io"),
        ("a = " + "[" * 20_000, "runner.toml", "", ""),
        ("[[policy]]", "runner.toml", "policy must be", ""),
        (
            "[prices]\ncpu_core_seconds = 1",
            "runner.toml:2",
            "unknown setting cpu_core_seconds",
            "cpu_core_second?",
        ),
        (
            "[prices]\nmemory_gib_second = -1",
            "runner.toml:2",
            "memory_gib_second must be a number from 0",
            "",
        ),
        ("[prices]\ncpu_core_second = 'x'", "runner.toml:2", "must be a number, got str", ""),
        (
            "[prices.gpu_second]\nT4 = 1\nL4 = -1",
            "runner.toml:3",
            "prices.gpu_second.L4 must be a number",
            "",
        ),
        ("[prices]\ngpu_second = 1", "runner.toml:2", "prices.gpu_second must be", ""),
        ("[prices]\nregion_multiplier = 0.5", "runner.toml:2", "must be a number from 1", ""),
        (
            "[modal]\nenviroment = 'a'",
            "runner.toml:2",
            "unknown setting enviroment in [modal]",
            "environment?",
        ),
        ("[modal]\nprefix = 'A'", "runner.toml:2", "modal.prefix must be at most 31 lower-case letters", ""),
        ("[modal]\nprefix = ''", "runner.toml:2", "modal.prefix must be", ""),
        ("[modal]\nenvironment = 'a b'", "runner.toml:2", "must be the name of an environment", ""),
        ("[modal]\nmax_containers = 0", "runner.toml:2", "must be a whole number from 1", ""),
        ("[modal]\nmax_containers = 1.5", "runner.toml:2", "must be a whole number, got a number", ""),
        ("[modal]\nsecrets = {a = 'b'}", "runner.toml:2", "modal.secrets must be keyed by names", ""),
        ("[modal]\nsecrets = {A = 'b c'}", "runner.toml:2", "modal.secrets must be made of names", ""),
        ("[ledger]\nremote = '--upload-pack=x'", "runner.toml:2", "must be the name of a git remote", ""),
        ("[ledger]\nbranch = 'x'", "runner.toml:2", "unknown setting branch in [ledger]", "remote"),
        ("[limits]\nlarge_files = 'git'", "runner.toml:2", "limits.large_files must be pointer or lfs", ""),
        (
            "[limits]\nlarge_files = 1",
            "runner.toml:2",
            "limits.large_files must be pointer or lfs",
            "",
        ),
        ("[github]\nwake = 'token'", "runner.toml:2", "github.wake must be the name of a variable", ""),
        ("[github]\nlabel = 'x'", "runner.toml:2", "unknown setting label in [github]", "labels?"),
        ("[github]\nlabels = ['']", "runner.toml:2", "made of texts that are not empty", ""),
        ("[github]\nlabels = ['" + "x" * 51 + "']", "runner.toml:2", "texts of at most 50 characters", ""),
        ("commit = 'x'", "runner.toml:1", "unknown setting commit", "known here"),
        ("[policy]\nmax_usd = nan", "runner.toml:2", "policy.max_usd must be a finite number", ""),
        ("[prices.gpu_second]\nT4 = inf", "runner.toml:2", "prices.gpu_second.T4 must be", ""),
        ("[policy]\nmax_usd = " + "9" * 5_000, "runner.toml", "a number is too long", ""),
        ("[limits]\nfile_size = '" + "9" * 400 + "GiB'", "runner.toml:2", "limits.file_size must be", ""),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_fix(text: str, place: str, message: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_settings(text)
    assert caught.value.place.startswith(place)
    assert message in caught.value.message
    assert fix in caught.value.fix


def test_a_kind_that_does_not_exist_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "runner.toml").write_text("[policy]\nmax_usd = 1\nkinds = ['Tune', 'Comand']\n")
    with pytest.raises(InputError) as caught:
        load_settings(tmp_path, ("Command", "Tune"))
    assert caught.value.place == "runner.toml:3"
    assert caught.value.message == 'policy.kinds names "Comand", which is no kind of job'
    assert caught.value.fix == "did you mean Command?"
    assert load_settings(tmp_path).policy.kinds == ("Tune", "Comand")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runner.toml").write_bytes(b"\xff")
    with pytest.raises(InputError):
        load_settings(tmp_path)


def test_what_needs_approval_says_why_and_where() -> None:
    settings = parse_settings(WHOLE)
    assert settings.approvals(5, ["T4"]) == ()
    assert parse_settings("[policy.approval]\nusd = 0.001").approvals(0.0042, []) == (
        "it could cost $0.0042, more than $0.0010 (runner.toml:2)",
    )
    assert parse_settings("[policy.approval]\ngpus = ['A100-40GB']").approvals(1, ["A100:2"]) == (
        "it may use A100 (runner.toml:2)",
    )
    dear, gpu = settings.approvals(12.5, ["T4", "L4:2"])
    assert dear == "it could cost $12.50, more than $10.00 (runner.toml:22)"
    assert gpu == "it may use L4 (runner.toml:23)"


def test_settings_of_a_commit_name_it() -> None:
    files = {"runner.toml": b"[policy]\r\nkinds = ['Comand']\r\n"}
    with pytest.raises(InputError) as caught:
        settings_of(files.get, ("Command",), "0123456789ab")
    assert caught.value.place == "runner.toml:2 at 0123456789ab"
    with pytest.raises(InputError) as caught:
        parse_settings("x =\n", commit="0123456789ab")
    assert caught.value.place == "runner.toml:1 at 0123456789ab"
    assert settings_of({}.get, commit="0123456789ab").origin("policy") == "runner.toml at 0123456789ab"
