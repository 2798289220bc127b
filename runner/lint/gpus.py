"""The provider's GPUs."""

from __future__ import annotations

from typing import Final

LARGEST_MACHINE: Final = 8
# The most of each in one machine: https://modal.com/docs/guide/gpu
GPUS: Final = {
    **dict.fromkeys(("T4", "L4", "L40S", "A100", "A100-40GB", "A100-80GB", "RTX-PRO-6000"), LARGEST_MACHINE),
    **dict.fromkeys(("H100", "H200", "B200", "B300"), LARGEST_MACHINE),
    **dict.fromkeys(("A10", "A10G"), 4),
}
