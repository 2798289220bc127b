"""What cannot be evaluated: one sentence, as the last line, and status 1."""

import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.standins.openai.server import OpenAIServer
from workloads.textgames.evaluation.program import main

ROOT = Path(__file__).parents[4]


@pytest.fixture
def failing(
    settings: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Runs the program, which must fail, and returns the one line that it says."""

    def run(*arguments: str, **more: Any) -> str:
        output = tmp_path / "output"
        assert main(["--settings", str(settings(**more)), "--output", str(output), *arguments]) == 1
        assert not (output / "metrics.json").exists() and not (output / "evaluation.json").exists()
        [line] = capfd.readouterr().err.splitlines()
        return line

    return run


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"environment": "wordl"}, "there is no environment 'wordl'; did you mean wordle?"),
        ({"played": {"arguments": {"size": 1}}}, "size"),
        ({"played": {"arguments": {"colour": 1}}}, "colour"),
        ({"environment": "wordle", "played": {"history": "optimal_scratchpad"}}, "optimal_scratchpad"),
        ({"episodes": 1}, "Expected `int` >= 2"),
        ({"endpoint": {"url": "http://127.0.0.1:9/v1", "key": "NO_SUCH_VARIABLE"}}, "NO_SUCH_VARIABLE"),
        ({"model": {"name": "perfect", "adapter": "acme/lora"}}, "cannot be sent to an endpoint"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_what_is_wrong_in_the_settings_is_said_before_anybody_plays(
    failing: Callable[..., str], endpoint: OpenAIServer, change: dict[str, Any], says: str
) -> None:
    assert says in failing(**change)
    assert endpoint.requests == []


def test_a_model_that_the_endpoint_does_not_have_is_named(failing: Callable[..., str]) -> None:
    assert "has no model nobody" in failing(model={"name": "nobody"})


def test_a_wrong_key_is_refused_and_not_repeated(
    failing: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDPOINT_KEY", "guessed-key")
    with OpenAIServer(key="other") as guarded:
        line = failing(endpoint={"url": guarded.url, "key": "ENDPOINT_KEY"})
    assert "refuses the key" in line and "guessed-key" not in line


@pytest.mark.slow
@pytest.mark.exhaustive
def test_nobody_at_the_address_is_an_error(failing: Callable[..., str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        assert f"{url} cannot be reached" in failing(endpoint={"url": url}, episodes=2)


def test_an_endpoint_that_keeps_failing_is_given_up(
    failing: Callable[..., str], endpoint: OpenAIServer
) -> None:
    endpoint.fail(500, times=None, retry_after=0.01)
    assert "fails with status 500" in failing(episodes=2)


def test_a_training_without_weights_is_an_error(failing: Callable[..., str], tmp_path: Path) -> None:
    line = failing("--trained", str(tmp_path), endpoint=None)
    assert "holds no weights" in line


def test_a_model_that_is_not_there_is_an_error(failing: Callable[..., str], tmp_path: Path) -> None:
    assert "absent" in failing(model={"name": str(tmp_path / "absent")}, endpoint=None)


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vLLM is installed")
def test_a_server_that_does_not_start_shows_its_log_and_the_reason_last(
    settings: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    save_file({"a": np.zeros(1)}, model / "model.safetensors")
    written = settings(model={"name": str(model)}, endpoint=None)
    assert main(["--settings", str(written), "--output", str(tmp_path / "output")]) == 1
    *log, reason = capfd.readouterr().err.splitlines()
    assert log and all(line.startswith("  vllm | ") for line in log)
    assert reason.startswith("vLLM is not installed beside this program")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "the following arguments are required: --settings"),
        (("--settings", "absent.json"), "absent.json cannot be read: No such file or directory"),
        (("--settings", "absent.json", "--seed", "x"), "the seed 'x' is not a whole number of at least 0"),
        (("--settings", "absent.json", "--episodes", "3"), "unrecognized arguments: --episodes 3"),
    ],
)
def test_a_command_line_that_cannot_be_used_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    command = [sys.executable, "workloads/textgames/evaluate.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, f"{says}\n")
