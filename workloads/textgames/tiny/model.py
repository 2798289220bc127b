"""Makes the folder of a tiny model: random weights, tokenizer, chat template."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from workloads.textgames.settings import Environment
from workloads.textgames.tiny import corpus
from workloads.textgames.tiny.templates import Template, text_of
from workloads.textgames.tiny.warm_start import warm_start

_MERGED: Final = 320
"""Tokens before the phrases: the bytes and a few syllables."""
_ROWS: Final = 64
"""The vocabulary is a multiple of this, with rows that no token uses."""
CONTEXT: Final = 4096
"""Tokens of a prompt and its reply together, at most."""
PLAIN: Final = 0.02
"""The standard deviation of Qwen's first weights."""
WIDE: Final = 0.1
"""Taught from weights of this size, a small model looks at what it is shown after far fewer steps."""
_PAD: Final = "<|endoftext|>"
_START: Final = "<|im_start|>"
_END: Final = "<|im_end|>"


def tokenizer(template: Template) -> Any:
    """A byte-level BPE tokenizer with the chat template, as one that transformers has read."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_MERGED,
        special_tokens=[_PAD, _START, _END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(corpus.lines(), trainer)
    made.add_tokens([AddedToken(phrase, normalized=False) for phrase in corpus.PHRASES])
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token=_END,
        pad_token=_PAD,
        additional_special_tokens=[_START],
        chat_template=text_of(template),
        model_max_length=CONTEXT,
        padding_side="left",
    )


def model(seed: int, words: Any, spread: float = PLAIN) -> Any:
    """A Qwen2 model of two layers, in float32. Its random weights have the standard deviation `spread`."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    configuration = Qwen2Config(
        vocab_size=-(-len(words) // _ROWS) * _ROWS,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        tie_word_embeddings=True,
        initializer_range=spread,
    )
    torch.manual_seed(seed)
    made = Qwen2ForCausalLM(configuration).to(torch.float32)
    made.generation_config.eos_token_id = words.eos_token_id
    made.generation_config.pad_token_id = words.pad_token_id
    return made


def write(folder: Path, template: Template, seed: int, taught: Environment | None = None) -> None:
    """Write a model with random weights and its tokenizer; `taught` to play an environment, if one is given.

    Raises GameError.
    """
    words = tokenizer(template)
    weights = model(seed, words, PLAIN if taught is None else WIDE)
    if taught is not None:
        warm_start(weights, words, taught, seed)
    folder.mkdir(parents=True, exist_ok=True)
    weights.save_pretrained(folder)
    words.save_pretrained(folder)
