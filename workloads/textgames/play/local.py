"""A player in this process: a model's folder, with or without an adapter, generating with transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from workloads.textgames.play.adapters import Adapters
from workloads.textgames.play.apart import drawn_apart
from workloads.textgames.play.player import PlayerError, Reply, Request
from workloads.textgames.settings import Dtype, Sampling

_SEEDS: Final = 2**63
_UNBOUNDED: Final = 1 << 30


class TransformersPlayer:
    """Replies with a model that is loaded once, `batch_size` conversations at a time.

    A reply is limited to `sampling.max_tokens`, or to what is left of the model's context where that is
    less; a conversation that leaves nothing of it gets an empty reply. What the folder's own
    generation_config.json says of sampling, such as a repetition penalty, does not count. The same requests
    in the same order get the same replies on the same machine; a request by itself, or beside others, may
    get another one, since a batch draws from one stream of chance, unless each is drawn `apart`, by its own
    seed. `sampling` may be changed between calls. `device` None takes the GPU if there is one. Raises
    PlayerError where the model cannot be loaded.
    """

    def __init__(
        self,
        model: Path,
        sampling: Sampling,
        *,
        adapter: Path | None = None,
        dtype: Dtype = "auto",
        attn_implementation: str = "sdpa",
        batch_size: int = 16,
        device: str | None = None,
        apart: bool = False,
    ) -> None:
        self.sampling = sampling
        self.batch_size = batch_size
        self._apart = apart
        try:
            self._tokenizer = _tokenizer(model)
            self._model = _model(model, adapter, dtype, attn_implementation, device)
        except Exception as error:  # Of four libraries, each with its own.
            raise PlayerError(
                f"the model in {adapter or model} cannot be loaded: {_one_line(error)}"
            ) from None
        self._ends = _ends(self._model, self._tokenizer)
        self._context = int(getattr(self._model.config, "max_position_embeddings", None) or _UNBOUNDED)
        self._adapters = Adapters(self._model)

    def wear(self, adapter: Path | None, written: int = 0) -> None:
        """Lays an adapter over the model from now on, or none. One `written` at another time is another.

        Only for models that were not made with an adapter. Raises PlayerError.
        """
        try:
            self._model = self._adapters.worn(adapter, written)
        except Exception as error:  # Of two libraries.
            raise PlayerError(f"the adapter in {adapter} cannot be used: {_one_line(error)}") from None

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """One reply per request, in their order. Raises PlayerError."""
        prompts = [self._prompt(request) for request in requests]
        found = [Reply("", 0)] * len(requests)
        fitting = [place for place, prompt in enumerate(prompts) if len(prompt) < self._context]
        fitting.sort(key=lambda place: len(prompts[place]))
        for start in range(0, len(fitting), self.batch_size):
            batch = fitting[start : start + self.batch_size]
            seeds = [requests[place].seed for place in batch]
            replies = self._generate([prompts[place] for place in batch], seeds)
            for place, reply in zip(batch, replies, strict=True):
                found[place] = reply
        return found

    def _prompt(self, request: Request) -> list[int]:
        from jinja2 import TemplateError

        try:
            text = self._tokenizer.apply_chat_template(
                request.messages, tools=request.tools or None, add_generation_prompt=True, tokenize=False
            )
        except (TemplateError, ValueError) as error:
            raise PlayerError(
                f"the tokenizer's chat template does not take a conversation: {_one_line(error)}"
            ) from None
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _generate(self, prompts: list[list[int]], seeds: list[int]) -> list[Reply]:
        import torch

        model = self._model
        apart = self._apart and self.sampling.temperature > 0
        chosen = drawn_apart(seeds, self.sampling) if apart else None
        model.generation_config = _generation(self.sampling, self._tokenizer, self._ends, apart)
        inputs = self._tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt")
        rooms = [min(self.sampling.max_tokens, self._context - len(prompt)) for prompt in prompts]
        devices = [model.device] if model.device.type == "cuda" else []
        try:
            with torch.inference_mode(), torch.random.fork_rng(devices):
                torch.manual_seed(sum(seed * place for place, seed in enumerate(seeds, 1)) % _SEEDS)
                made = model.generate(
                    **inputs.to(model.device), max_new_tokens=max(rooms), logits_processor=chosen
                )
        except torch.OutOfMemoryError:
            raise PlayerError(
                f"the GPU has no memory for {len(prompts)} conversations at a time; play fewer or "
                "lower sampling.max_tokens"
            ) from None
        written = made[:, inputs["input_ids"].shape[1] :].tolist()
        return [self._reply(ids[:room]) for ids, room in zip(written, rooms, strict=True)]

    def _reply(self, ids: list[int]) -> Reply:
        """The text up to the end that the model gave it; the end is a token of it, as vLLM counts."""
        length = next((place + 1 for place, token in enumerate(ids) if token in self._ends), len(ids))
        return Reply(self._tokenizer.decode(ids[:length], skip_special_tokens=True), length)


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _model(
    folder: Path, adapter: Path | None, dtype: Dtype, attn_implementation: str, device: str | None
) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation=attn_implementation
    )
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, str(adapter))
    return model.to(device or ("cuda" if torch.cuda.is_available() else "cpu")).eval()


def _ends(model: Any, tokenizer: Any) -> set[int]:
    """The tokens that end a reply: those of the model's own configuration, and the tokenizer's."""
    own = model.generation_config.eos_token_id
    listed = own if isinstance(own, list) else [own]
    return {token for token in [*listed, tokenizer.eos_token_id] if token is not None}


def _generation(sampling: Sampling, tokenizer: Any, ends: set[int], apart: bool) -> Any:
    from transformers import GenerationConfig

    drawn: dict[str, Any] = {"do_sample": False}
    if sampling.temperature > 0 and not apart:
        drawn = {
            "do_sample": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p or None,
        }
    return GenerationConfig(pad_token_id=tokenizer.pad_token_id, eos_token_id=sorted(ends), **drawn)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
