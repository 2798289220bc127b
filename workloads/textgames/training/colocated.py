"""vLLM in the trainer's process, as TRL has it, with our settings and on CPUs as well. Imports TRL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal

from trl.generation.vllm_generation import VLLMGeneration

from workloads.textgames.serving.ports import free_port
from workloads.textgames.settings import Dtype, Vllm
from workloads.textgames.training.attaching import attach, generation_arguments
from workloads.textgames.training.reloading import reload
from workloads.textgames.training.sync import SyncError


@contextmanager
def _launched_alone() -> Iterator[None]:
    """What a launcher of several processes would set, for one: vLLM meets itself on a port of its own.

    Set no longer than that: other libraries would take this process for one of many.
    """
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    wanted = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", **address}
    kept = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class ColocatedGeneration(VLLMGeneration):  # type: ignore[misc]
    """TRL's generation in mode `colocate`, with settings that TRL's own does not take."""

    def __init__(self, *, folder: Path, vllm: Vllm, dtype: Dtype, **arguments: Any) -> None:
        self._folder, self._vllm, self._dtype = folder, vllm, dtype
        super().__init__(mode="colocate", **arguments)

    def _init_vllm(self) -> None:
        from vllm import LLM

        block = {} if self._vllm.block_size is None else {"block_size": self._vllm.block_size}
        with _launched_alone():
            self.llm = LLM(
                model=str(self._folder),
                dtype=self._dtype,
                gpu_memory_utilization=self._vllm.gpu_memory_utilization,
                max_model_len=self._vllm.max_model_len,
                enforce_eager=self._vllm.enforce_eager,
                max_num_seqs=self.max_num_seqs,
                max_num_batched_tokens=4096,  # with vLLM's default its memory profiler asks for too much
                distributed_executor_backend="external_launcher",  # in this process
                logprobs_mode="processed_logprobs",  # of the distribution that is drawn from
                **block,
            )
        self._llm_weights_sleeping = False

    def sync_weights(self) -> None:
        """Give vLLM the trainer's weights; an adapter is merged meanwhile."""
        if self.accelerator.device.type != "cpu":
            super().sync_weights()
            return
        reload(self.llm.llm_engine.model_executor.driver_worker, self._iter_named_params())
        self.llm.reset_prefix_cache()

    def close(self) -> None:
        """Stop vLLM and free what it holds."""
        from vllm.distributed.parallel_state import cleanup_dist_env_and_memory

        self.llm.llm_engine.engine_core.shutdown()
        del self.llm
        cleanup_dist_env_and_memory()


class ColocatedEngine:
    """vLLM in the trainer's process. Starts when it is attached."""

    mode: ClassVar[Literal["colocate", "server"]] = "colocate"
    generation: ClassVar[type[ColocatedGeneration]] = ColocatedGeneration

    def __init__(self, folder: Path, vllm: Vllm, dtype: Dtype) -> None:
        self._folder, self._vllm, self._dtype = folder, vllm, dtype
        self._attached: ColocatedGeneration | None = None

    def attach(self, trainer: Any) -> None:
        """Start vLLM beside the trainer. Raises SyncError."""
        if trainer.accelerator.num_processes > 1 or self._vllm.tensor_parallel_size > 1:
            raise SyncError(
                "vllm.mode colocate is for one process on one GPU; for vllm.tensor_parallel_size above 1, "
                "set vllm.mode: server"
            )
        self._attached = self.generation(
            folder=self._folder, vllm=self._vllm, dtype=self._dtype, **generation_arguments(trainer)
        )
        attach(trainer, self._attached)

    def close(self) -> None:
        """Stop vLLM, if it has started."""
        if self._attached is not None:
            self._attached.close()
            self._attached = None
