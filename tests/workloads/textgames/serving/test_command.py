"""The command line and the environment of `vllm serve`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from workloads.textgames.serving.command import ROOT, Served, command_line, environment
from workloads.textgames.serving.errors import ServerError
from workloads.textgames.settings import Vllm

MODEL = Path("/models/small")


def arguments(vllm: Vllm | None = None, **served: Any) -> list[str]:
    """What follows `serve`."""
    line = command_line(Served(model=MODEL, vllm=vllm or Vllm(), **served), 8123)
    return line[line.index("serve") + 1 :]


def value(line: list[str], flag: str) -> str:
    return line[line.index(flag) + 1]


def surroundings(given: Mapping[str, str] | None = None, **served: Any) -> dict[str, str]:
    vllm = served.pop("vllm", Vllm())
    return environment(
        Served(model=MODEL, vllm=vllm, **served), "sesame", given or {"CUDA_VISIBLE_DEVICES": ""}
    )


def adapter(folder: Path, rank: int) -> Path:
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank}))
    return folder


def test_every_setting_becomes_a_flag() -> None:
    vllm = Vllm(
        gpu_memory_utilization=0.4,
        max_model_len=2048,
        block_size=16,
        enforce_eager=True,
        enable_auto_tool_choice=True,
        tool_call_parser="hermes",
        tensor_parallel_size=2,
    )
    line = arguments(vllm, dtype="bfloat16", name="small")
    assert line[0] == str(MODEL)
    flags = {
        "--host": "127.0.0.1",
        "--port": "8123",
        "--served-model-name": "small",
        "--dtype": "bfloat16",
        "--gpu-memory-utilization": "0.4",
        "--max-model-len": "2048",
        "--block-size": "16",
        "--tensor-parallel-size": "2",
        "--tool-call-parser": "hermes",
    }
    assert {flag: value(line, flag) for flag in flags} == flags
    assert {"--enforce-eager", "--enable-auto-tool-choice"} <= set(line)


def test_what_is_not_set_is_left_to_vllm() -> None:
    line = arguments(Vllm(max_model_len=None))
    left = {"--max-model-len", "--block-size", "--tool-call-parser", "--enforce-eager", "--enable-lora"}
    assert not left & set(line)


def test_sampling_is_what_requests_say_and_logprobs_are_of_what_is_drawn_from() -> None:
    line = arguments()
    assert value(line, "--generation-config") == "vllm"
    assert value(line, "--logprobs-mode") == "processed_logprobs"


def test_every_endpoint_is_guarded_and_no_key_stands_in_the_command_line() -> None:
    assert value(arguments(), "--middleware") == "workloads.textgames.serving.guard.KeyGuard"
    assert surroundings()["VLLM_API_KEY"] == "sesame"
    assert surroundings({"PYTHONPATH": "/mine"})["PYTHONPATH"] == f"{ROOT}:/mine"
    assert (ROOT / "workloads" / "textgames" / "serving" / "guard.py").is_file()


@pytest.mark.parametrize(("rank", "bound"), [(1, "1"), (2, "8"), (16, "16"), (17, "32"), (512, "512")])
def test_the_rank_becomes_the_next_bound_that_vllm_knows(rank: int, bound: str) -> None:
    line = arguments(lora_rank=rank)
    assert "--enable-lora" in line
    assert value(line, "--max-lora-rank") == bound
    assert value(line, "--max-loras") == "1"


def test_adapters_are_served_by_their_names_whatever_their_paths_hold(tmp_path: Path) -> None:
    first, second = adapter(tmp_path / "a=b", 4), adapter(tmp_path / "c", 32)
    line = arguments(adapters={"first": first, "second": second})
    at = line.index("--lora-modules")
    assert [json.loads(text) for text in line[at + 1 : at + 3]] == [
        {"name": "first", "path": str(first)},
        {"name": "second", "path": str(second)},
    ]
    assert (value(line, "--max-lora-rank"), value(line, "--max-loras")) == ("32", "2")


@pytest.mark.parametrize("written", [None, "{", "[]", "{}", '{"r": "high"}', '{"r": 0}'])
def test_an_adapter_without_a_rank_is_refused(tmp_path: Path, written: str | None) -> None:
    if written is not None:
        (tmp_path / "adapter_config.json").write_text(written)
    with pytest.raises(ServerError, match="does not say a LoRA rank"):
        arguments(adapters={"first": tmp_path})


def test_a_rank_that_vllm_does_not_serve_is_refused() -> None:
    with pytest.raises(ServerError, match="of rank 512 at most, not 513"):
        arguments(lora_rank=513)


@pytest.mark.parametrize(("control", "expected"), [(False, "0"), (True, "1")])
def test_endpoints_that_change_weights_open_only_when_asked_for(control: bool, expected: str) -> None:
    found = surroundings(control=control)
    assert found["VLLM_SERVER_DEV_MODE"] == found["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == expected


def test_secrets_and_a_trainers_ranks_stay_outside() -> None:
    given = {"HF_TOKEN": "a", "WANDB_API_KEY": "b", "RANK": "0", "TORCHELASTIC_RUN_ID": "c", "HOME": "/home"}
    found = surroundings(given)
    assert found.keys() & given.keys() == {"HOME"}
    assert (found["HF_HUB_OFFLINE"], found["VLLM_NO_USAGE_STATS"]) == ("1", "1")


@pytest.mark.parametrize(
    ("visible", "size", "expected"),
    [
        ("0,1,2,3", 1, "3"),
        ("0,1,2,3", 2, "2,3"),
        ("4,5", 2, "4,5"),
        ("GPU-a, GPU-b", 1, "GPU-b"),
        ("", 1, ""),
    ],
)
def test_the_server_takes_the_last_gpus(visible: str, size: int, expected: str) -> None:
    given = {"CUDA_VISIBLE_DEVICES": visible}
    assert surroundings(given, vllm=Vllm(tensor_parallel_size=size))["CUDA_VISIBLE_DEVICES"] == expected


def test_devices_that_are_named_are_taken() -> None:
    assert surroundings({"CUDA_VISIBLE_DEVICES": "0,1"}, devices="0")["CUDA_VISIBLE_DEVICES"] == "0"


def test_fewer_gpus_than_are_asked_for_are_noticed_before_anything_starts() -> None:
    with pytest.raises(
        ServerError, match="tensor_parallel_size is 4, but there is no more than 2 GPU"
    ) as found:
        surroundings({"CUDA_VISIBLE_DEVICES": "0,1"}, vllm=Vllm(tensor_parallel_size=4))
    assert found.value.cause == "setting"
