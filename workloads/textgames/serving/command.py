"""The command line and the environment of `vllm serve`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from workloads.textgames.serving.errors import ServerError
from workloads.textgames.settings import Dtype, Vllm

HOST: Final = "127.0.0.1"
RANKS: Final = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""The bounds on an adapter's rank that vLLM can be told (`MaxLoRARanks` in vllm/config/lora.py)."""
ROOT: Final = Path(__file__).parents[3]
_SECRETS: Final = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "WANDB_API_KEY", "OPENAI_API_KEY")
_OF_A_TRAINER: Final = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True, kw_only=True)
class Served:
    """What is served, and how it may be changed while it is.

    `adapters` are served from the start, each as a model of its own name. Others of up to `lora_rank` may be
    loaded at run time where `control` is set, which also opens the endpoints that change weights.
    `devices` becomes CUDA_VISIBLE_DEVICES. `flags` are more flags of `vllm serve`.
    """

    model: Path
    vllm: Vllm
    name: str = "policy"
    dtype: Dtype = "auto"
    adapters: Mapping[str, Path] = field(default_factory=dict)
    lora_rank: int | None = None
    control: bool = False
    devices: str | None = None
    flags: Sequence[str] = ()


def command_line(served: Served, port: int) -> list[str]:
    """The command line. No key stands in it. Raises ServerError for an adapter that vLLM cannot take.

    Sampling is what requests say: a model's own generation_config.json, whose repetition penalty would
    make log-probabilities other than the trainer's, is left out. Log-probabilities are of the distribution
    that tokens are drawn from (after the temperature).
    """
    vllm = served.vllm
    given: dict[str, object] = {
        "--host": HOST,
        "--port": port,
        "--served-model-name": served.name,
        "--dtype": served.dtype,
        "--gpu-memory-utilization": vllm.gpu_memory_utilization,
        "--max-model-len": vllm.max_model_len,
        "--block-size": vllm.block_size,
        "--tensor-parallel-size": vllm.tensor_parallel_size,
        "--tool-call-parser": vllm.tool_call_parser,
        "--generation-config": "vllm",
        "--logprobs-mode": "processed_logprobs",
        "--middleware": "workloads.textgames.serving.guard.KeyGuard",
    }
    switches = {
        "--enforce-eager": vllm.enforce_eager,
        "--enable-auto-tool-choice": vllm.enable_auto_tool_choice,
    }
    line = [sys.executable, "-P", "-m", "vllm.entrypoints.cli.main", "serve", str(served.model)]
    for flag, value in given.items():
        line += [] if value is None else [flag, str(value)]
    line += [flag for flag, on in switches.items() if on]
    return [*line, "--disable-uvicorn-access-log", *_lora(served), *served.flags]


def _lora(served: Served) -> list[str]:
    ranks = [_rank(folder) for folder in served.adapters.values()]
    ranks += [] if served.lora_rank is None else [served.lora_rank]
    if not ranks:
        return []
    bound = next((rank for rank in RANKS if rank >= max(ranks)), None)
    if bound is None:
        raise ServerError("setting", f"vLLM serves adapters of rank {RANKS[-1]} at most, not {max(ranks)}")
    line = ["--enable-lora", "--max-lora-rank", str(bound), "--max-loras", str(len(ranks))]
    named = [json.dumps({"name": name, "path": str(path)}) for name, path in served.adapters.items()]
    return [*line, "--lora-modules", *named] if named else line


def _rank(adapter: Path) -> int:
    path = adapter / "adapter_config.json"
    try:
        rank = json.loads(path.read_bytes())["r"]
    except (OSError, ValueError, TypeError, KeyError):
        rank = None
    if not isinstance(rank, int) or rank < 1:
        raise ServerError(
            "model-not-found", f"{path} does not say a LoRA rank; give the folder of an adapter"
        )
    return rank


def environment(served: Served, key: str, given: Mapping[str, str]) -> dict[str, str]:
    """The environment: everything is on this machine by now, nothing is sent home, no key but its own."""
    kept = {
        name: value
        for name, value in given.items()
        if name not in _SECRETS and name not in _OF_A_TRAINER and not name.startswith("TORCHELASTIC_")
    }
    path = [str(ROOT), *filter(None, [given.get("PYTHONPATH")])]
    kept |= {
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": os.pathsep.join(path),
        "VLLM_API_KEY": key,
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_SERVER_DEV_MODE": str(int(served.control)),
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": str(int(served.control)),
    }
    devices = served.devices or _last_devices(served.vllm.tensor_parallel_size, given)
    return kept | ({} if devices is None else {"CUDA_VISIBLE_DEVICES": devices})


def _last_devices(count: int, given: Mapping[str, str]) -> str | None:
    """The last GPUs, where there are more than the server takes: a trainer takes the first."""
    visible = _visible_devices(given)
    if visible and len(visible) < count:
        raise ServerError(
            "setting",
            f"vllm.tensor_parallel_size is {count}, but there is no more than {len(visible)} GPU; "
            "ask for more GPUs or make it smaller",
        )
    return ",".join(visible[-count:]) if len(visible) > count else None


def _visible_devices(given: Mapping[str, str]) -> list[str]:
    named = given.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [part.strip() for part in named.split(",") if part.strip()]
    return [str(number) for number in range(len(list(Path("/dev").glob("nvidia[0-9]*"))))]
