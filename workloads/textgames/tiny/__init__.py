"""A language model of about a hundred thousand parameters and its tokenizer, made in a second, offline.

It is shaped as any model of the hub: Qwen2, a byte-level BPE tokenizer, a chat template. With a warm start
it replies in the form that an environment wants, with a legal move drawn at random: there GRPO has something
to improve. The same arguments make the same bytes.

    python -m workloads.textgames.tiny FOLDER --template chatml --warm-start key_door --seed 0
"""
