"""Chat templates of tiny models."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, get_args

Template = Literal["chatml", "qwen3", "qwen2_5"]
TEMPLATES: Final = get_args(Template)

_CHATML: Final = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def text_of(template: Template) -> str:
    """A template as Jinja. `chatml` is bare and shows no functions; the others are Qwen's, from TRL."""
    if template == "chatml":
        return _CHATML
    import trl

    return (Path(trl.__file__).parent / "chat_templates" / f"{template}.jinja").read_text(encoding="utf-8")
