"""Makes a model of half a billion random weights, shaped as Qwen2.5-0.5B, in the folder that is named.

What it replies means nothing and never ends by itself, so that every reply is as long as it may be.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

VOCABULARY = 151_936
SHAPE = {
    "hidden_size": 896,
    "intermediate_size": 4_864,
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32_768,
    "rms_norm_eps": 1e-6,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
    "tie_word_embeddings": True,
}
"""Qwen/Qwen2.5-0.5B's config.json."""


def tokenizer() -> Any:
    """As many tokens as Qwen's tokenizer has; most of them stand for nothing."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    fillers = [f"x{number}" for number in range(VOCABULARY - len(special) - len(alphabet))]
    names = [*special, *alphabet, *fillers]
    made = Tokenizer(models.BPE(vocab={name: place for place, name in enumerate(names)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    template = (
        "{% for message in messages %}"
        "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token=special[0],
        eos_token=special[2],
        additional_special_tokens=special[1:2],
        chat_template=template,
    )


def write(folder: Path) -> None:
    """The model in bfloat16, and the tokenizer."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    words = tokenizer()
    configuration = Qwen2Config(
        vocab_size=VOCABULARY,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        **SHAPE,
    )
    torch.manual_seed(0)
    made: Any = Qwen2ForCausalLM(configuration).to(torch.bfloat16)
    made.generation_config.eos_token_id = words.eos_token_id
    made.generation_config.pad_token_id = words.pad_token_id
    made.save_pretrained(folder)
    words.save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
