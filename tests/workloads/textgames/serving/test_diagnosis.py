"""Why vLLM does not serve. The logs are vLLM 0.31's, captured on a CPU, without the frames of tracebacks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.textgames.serving.diagnosis import diagnose

LOGS = Path(__file__).parent / "logs"

CAPTURED = {
    "allocation_refused": ("out-of-memory", "ran out of the machine's memory; ask for more memory"),
    "cache_larger_than_the_memory": ("out-of-memory", "500.0 GiB of KV cache are asked for"),
    "cache_smaller_than_a_text": ("out-of-memory", "a text of vllm.max_model_len 512 takes"),
    "heads_not_divisible": ("setting", "vllm.tensor_parallel_size 3 does not divide the model's 2"),
    "no_configuration": ("model-not-found", "empty is not the folder of a model: it has no config.json"),
    "no_folder": ("model-not-found", "there is no model's folder /nonexistent/model; name a folder"),
    "no_room_for_the_cache": ("out-of-memory", "nothing is left for the KV cache"),
    "no_tool_parser": ("setting", "vllm.enable_auto_tool_choice needs vllm.tool_call_parser"),
    "no_vllm": ("vllm-missing", "vLLM is not installed beside this program; pip install"),
    "no_weights": ("model-not-found", "nowt has no weights; its folder needs *.safetensors"),
    "not_in_the_cache": ("model-not-found", "there is no such model on this machine"),
    "port_taken": ("port-taken", "port 8912 is taken by another program; set vllm.port to a free one"),
    "share_larger_than_the_memory": (
        "out-of-memory",
        "too little is free for vllm.gpu_memory_utilization 1.0",
    ),
    "text_longer_than_the_model_reads": (
        "setting",
        "vllm.max_model_len 100000 is more than the model can read",
    ),
    "unknown_architecture": ("unsupported-model", "cannot run the architecture 'MysteryForCausalLM'"),
    "unknown_flag": ("setting", "this vLLM does not know the flag --no-such-flag 3"),
    "unknown_model_type": ("unsupported-model", "does not know models of type mystery"),
    "unknown_tool_parser": ("setting", "vLLM has no tool_call_parser hermez; it has apertus,"),
    "weights_cut_short": ("model-not-found", "the model's weights cannot be read (Error while deserializing"),
    "worker_killed_while_loading": (
        "out-of-memory",
        "vLLM was killed, most likely since the machine ran out",
    ),
    "worker_killed_while_serving": (
        "out-of-memory",
        "vLLM was killed, most likely since the machine ran out",
    ),
}

WRITTEN = {
    "ValueError: No common block size for 16 (CPU_ATTN: [MultipleOf(32)]).": (
        "setting",
        "vllm.block_size 16 does not suit this machine; leave it out, or take a multiple of 32",
    ),
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has": (
        "out-of-memory",
        "ran out of GPU memory; lower vllm.gpu_memory_utilization if a trainer shares the GPU",
    ),
    "ValueError: Free memory on device cuda:0 (3.1/79.2 GiB) on startup is less than desired GPU memory "
    "utilization (0.9, 71.3 GiB). Decrease GPU memory utilization or reduce": (
        "out-of-memory",
        "of 3.1/79.2 GiB too little is free for vllm.gpu_memory_utilization 0.9",
    ),
    "ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4": (
        "setting",
        "this GPU has no bfloat16; set model.dtype to float16",
    ),
    "ValueError: World size (2) is larger than the number of available GPUs (1) in this node.": (
        "setting",
        "needs 2 GPUs and 1 are there",
    ),
    "RuntimeError: Failed to infer device type, please set the environment variable": (
        "vllm-missing",
        "vLLM finds no device that it was built for",
    ),
    "huggingface_hub.errors.GatedRepoError: 403 Client Error. Cannot access gated repo for url": (
        "hub",
        "accept them there and set HF_TOKEN",
    ),
    "OSError: We couldn't connect to 'https://huggingface.co' to load the files": (
        "hub",
        "check the network",
    ),
}
"""Sentences that the libraries have in their sources, where they could not be made to say them here."""


@pytest.mark.parametrize("name", CAPTURED)
def test_each_log_gives_its_cause_away(name: str) -> None:
    cause, part = CAPTURED[name]
    found = diagnose((LOGS / f"{name}.log").read_text(), 1, None, 8912)
    assert found.cause == cause
    assert part in found.sentence


@pytest.mark.parametrize("text", WRITTEN)
def test_each_sentence_of_a_gpu_or_the_hub_gives_its_cause_away(text: str) -> None:
    cause, part = WRITTEN[text]
    found = diagnose(f"(EngineCore pid=7) INFO something\n(EngineCore pid=7) ERROR {text}\n", 1, None, 8912)
    assert found.cause == cause
    assert part in found.sentence


def test_every_captured_log_is_looked_at() -> None:
    assert {path.stem for path in LOGS.glob("*.log")} == CAPTURED.keys()


def test_a_deadline_that_passed_in_silence_is_that() -> None:
    found = diagnose("INFO loading weights\n", None, 600, 1)
    assert found.cause == "never-ready"
    assert "not ready within 600 s; raise vllm.ready_timeout" in found.sentence


def test_a_deadline_that_passed_while_the_log_says_why_is_that_cause() -> None:
    found = diagnose("torch.OutOfMemoryError: CUDA out of memory.\n", None, 600, 1)
    assert found.cause == "out-of-memory"


def test_a_server_that_was_killed_ran_out_of_memory_most_likely() -> None:
    assert diagnose("INFO loading weights\n", 137, None, 1).cause == "out-of-memory"


def test_an_error_that_is_not_known_is_quoted() -> None:
    found = diagnose(
        "(Worker pid=1) ERROR 11-21 [a.py:9] KeyError: 'layers.7'\nRuntimeError: late\n", 1, None, 1
    )
    assert found.cause == "died"
    assert found.sentence == "vLLM ended with status 1 (KeyError: 'layers.7'); its log says where"


def test_an_end_without_a_word_is_said() -> None:
    found = diagnose("", 3, None, 1)
    assert (found.cause, found.sentence) == (
        "died",
        "vLLM ended with status 3 without a reason; start it again, and see its log",
    )


@given(st.text(max_size=400), st.none() | st.integers(0, 255), st.none() | st.floats(0, 1e4))
def test_anything_in_a_log_makes_one_short_line(log: str, status: int | None, waited: float | None) -> None:
    noise = f"{log}\nmain.py: error: {log}\nSafetensorError: {log}\n"
    sentence = diagnose(noise, status, waited, 1).sentence
    assert sentence and len(sentence) < 900
    assert len(sentence.splitlines()) == 1
