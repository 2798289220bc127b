"""What the provider has: the GPUs that may be asked for."""

from __future__ import annotations

from modal_proto import api_pb2 as pb

from tests.standins.modal.refusals import invalid

GPUS = frozenset(
    {
        "A10", "A10G", "A100", "A100-40GB", "A100-80GB", "ANY", "B200", "B200+", "B300", "H100", "H100!",
        "H200", "L4", "L40S", "RTX-PRO-6000", "T4",
    }
)  # fmt: skip
MOST = 8


def check_resources(resources: pb.Resources) -> None:
    """Refuse hardware that does not exist, by its name."""
    gpu = resources.gpu_config
    if gpu.gpu_type and gpu.gpu_type.upper() not in GPUS:
        raise invalid(f"Invalid GPU type: '{gpu.gpu_type}'. Known types are: {', '.join(sorted(GPUS))}.")
    if gpu.count > MOST:
        raise invalid(
            f"Invalid GPU count: {gpu.count} of {gpu.gpu_type}. At most {MOST} fit into one container."
        )
