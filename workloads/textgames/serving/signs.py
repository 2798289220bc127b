"""What in vLLM's log tells why it does not serve.

The sentences that are looked for are those of vLLM 0.31, transformers 5, huggingface_hub 1 and torch 2.13.
The first sign that is found counts, so what is special stands before what is general.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workloads.textgames.serving.errors import Cause


@dataclass(frozen=True)
class Sign:
    """What in a log gives a cause away; `{0}` … in the sentence are the pattern's groups."""

    pattern: str
    cause: Cause
    sentence: str


SIGNS: Final = (
    Sign(
        r"(?m)No module named '?vllm(?:\.entrypoints[\w.]*)?'?\)?$|metadata was found for vllm",
        "vllm-missing",
        "vLLM is not installed beside this program; pip install 'runner[vllm]', or on a CPU `make llm`",
    ),
    Sign(
        r"Failed to infer device type",
        "vllm-missing",
        "vLLM finds no device that it was built for; use a machine with a GPU, or on a CPU `make llm`",
    ),
    Sign(
        r"unrecognized arguments: ([^\n]*)",
        "setting",
        "this vLLM does not know the flag {0}; leave it out, or use vLLM 0.31",
    ),
    Sign(
        r"main\.py: error: ([^\n]*)|vllm serve: error: ([^\n]*)",
        "setting",
        "vLLM refuses a flag ({0}); change the setting under vllm",
    ),
    Sign(
        r"invalid tool call parser: (\S+) \(chose from \{ ([^}]*) \}",
        "setting",
        "vLLM has no tool_call_parser {0}; it has {1}",
    ),
    Sign(
        r"--enable-auto-tool-choice requires --tool-call-parser",
        "setting",
        "vllm.enable_auto_tool_choice needs vllm.tool_call_parser, such as hermes",
    ),
    Sign(
        r"max_model_len \((\d+)\) is greater than the derived max_model_len \((?:\w+=)?(\d+)",
        "setting",
        "vllm.max_model_len {0} is more than the model can read; make it {1} at most",
    ),
    Sign(
        r"No common block size for (\d+) \(\w+: \[MultipleOf\((\d+)\)",
        "setting",
        "vllm.block_size {0} does not suit this machine; leave it out, or take a multiple of {1}",
    ),
    Sign(
        r"attention heads \((\d+)\) must be divisible by tensor parallel size \((\d+)\)",
        "setting",
        "vllm.tensor_parallel_size {1} does not divide the model's {0} attention heads; choose one that does",
    ),
    Sign(
        r"World size \((\d+)\) is larger than the number of available GPUs \((\d+)\)",
        "setting",
        "vllm.tensor_parallel_size needs {0} GPUs and {1} are there; ask for more GPUs or make it smaller",
    ),
    Sign(
        r"Bfloat16 is only supported on GPUs",
        "setting",
        "this GPU has no bfloat16; set model.dtype to float16, or take a GPU of compute capability 8 or more",
    ),
    Sign(
        r"OutOfMemoryError|CUDA out of memory|CUDA error: out of memory",
        "out-of-memory",
        "vLLM ran out of GPU memory; lower vllm.gpu_memory_utilization if a trainer shares the GPU, lower "
        "vllm.max_model_len, or take a GPU with more memory",
    ),
    Sign(
        r"Free memory on device \S+ \(([\d./]+) GiB\)[^\n]*desired GPU memory utilization \(([\d.]+)",
        "out-of-memory",
        "vLLM ran out of GPU memory before it began: of {0} GiB too little is free for "
        "vllm.gpu_memory_utilization {1}; lower it, or end what else holds the GPU",
    ),
    Sign(
        r"No available memory for the cache blocks",
        "out-of-memory",
        "vLLM ran out of memory: nothing is left for the KV cache beside the weights; raise "
        "vllm.gpu_memory_utilization, or take a GPU with more memory",
    ),
    Sign(
        r"max seq len \((\d+)\), \(([\d.]+) GiB KV cache is needed[^\n]*?memory \(([\d.]+) GiB\)",
        "out-of-memory",
        "vLLM ran out of memory: a text of vllm.max_model_len {0} takes {1} GiB of KV cache, of {2} GiB; "
        "lower vllm.max_model_len or raise vllm.gpu_memory_utilization",
    ),
    Sign(
        r"\(([\d./]+) GiB\) on kv cache allocation is less than requested memory for kv \(([\d./]+)",
        "out-of-memory",
        "vLLM ran out of memory: {1} GiB of KV cache are asked for, and of {0} GiB too little is free; lower "
        "VLLM_CPU_KVCACHE_SPACE or vllm.gpu_memory_utilization, or ask for more memory",
    ),
    Sign(
        r"\(([\d./]+) GiB\) on startup is less than desired CPU memory utilization \(([\d.]+)",
        "out-of-memory",
        "vLLM ran out of memory: of {0} GiB too little is free for vllm.gpu_memory_utilization {1}, which "
        "without a GPU is the share of the machine's memory; lower it, or set VLLM_CPU_KVCACHE_SPACE",
    ),
    Sign(
        r"DefaultCPUAllocator: |std::bad_alloc|\bMemoryError\b|Cannot allocate memory|failed to map segment"
        r"|can't start new thread|Resource temporarily unavailable",
        "out-of-memory",
        "vLLM ran out of the machine's memory; ask for more memory, or lower VLLM_CPU_KVCACHE_SPACE",
    ),
    Sign(
        r"Cannot access gated repo|GatedRepoError",
        "hub",
        "the hub gives the model only to those who agreed to its terms; accept them there and set HF_TOKEN",
    ),
    Sign(
        r"Repo id must be in the form[^\n]*?: '([^'\n]*)'",
        "model-not-found",
        "there is no model's folder {0}; name a folder, or a repository as owner/name",
    ),
    Sign(
        r"Invalid repository ID or local directory specified: '([^'\n]*)'",
        "model-not-found",
        "{0} is not the folder of a model: it has no config.json",
    ),
    Sign(
        r"Cannot find any model weights with `([^`\n]*)`",
        "model-not-found",
        "{0} has no weights; its folder needs *.safetensors",
    ),
    Sign(
        r"(?:Repository|Revision|LocalEntry)NotFoundError|is not a valid model identifier",
        "model-not-found",
        "there is no such model on this machine; name a folder, or a repository that can be fetched",
    ),
    Sign(
        r"Max retries exceeded|Name or service not known|couldn't connect to '?http|ConnectTimeout",
        "hub",
        "the hub cannot be reached; check the network, or name a folder of this machine as the model",
    ),
    Sign(
        r"SafetensorError: ([^\n]*)",
        "model-not-found",
        "the model's weights cannot be read ({0}); fetch or write them again",
    ),
    Sign(
        r"model type `([^`\n]*)` but Transformers does not recognize",
        "unsupported-model",
        "this version of transformers does not know models of type {0}; choose another model",
    ),
    Sign(
        r"Model architectures \[([^\]\n]*)\] are not supported",
        "unsupported-model",
        "vLLM cannot run the architecture {0}; choose another model, or generate with vllm.mode: off",
    ),
)
