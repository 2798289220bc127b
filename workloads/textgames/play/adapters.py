"""The adapters that were laid over one model, with PEFT; the one used least recently makes room."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

MOST: Final = 8


class Adapters:
    """Keeps up to MOST adapters loaded."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._over: Any = None
        self._names: OrderedDict[tuple[Path, int], str] = OrderedDict()
        self._loaded = 0

    def worn(self, adapter: Path | None, written: int) -> Any:
        """The model with an adapter, or as it is. Raises what PEFT raises, and then nothing has changed."""
        if adapter is None:
            if self._over is not None:
                self._over.base_model.disable_adapter_layers()
            return self._over or self._model
        name = self._names.get((adapter, written)) or self._load(adapter, written)
        self._names.move_to_end((adapter, written))
        self._over.base_model.enable_adapter_layers()
        self._over.set_adapter(name)
        return self._over

    def _load(self, adapter: Path, written: int) -> str:
        from peft import PeftConfig, PeftModelForCausalLM

        self._loaded += 1
        name = f"adapter{self._loaded}"
        config = PeftConfig.from_pretrained(str(adapter))
        if str(getattr(config.peft_type, "value", config.peft_type)) != "LORA":
            raise ValueError("it is no LoRA adapter")
        config.inference_mode = True
        if self._over is None:
            self._over = PeftModelForCausalLM(self._model, config, adapter_name=name)
        try:
            self._over.load_adapter(str(adapter), name)
        except BaseException:
            if name in self._over.peft_config:
                self._over.delete_adapter(name)
            raise
        self._over.eval()
        self._names[adapter, written] = name
        while len(self._names) > MOST:
            self._over.delete_adapter(self._names.popitem(last=False)[1])
        return name
