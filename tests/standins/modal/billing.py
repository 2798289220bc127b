"""What containers cost: the published rates, over the time that containers were there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import TYPE_CHECKING

from modal_proto import api_pb2 as pb

from tests.standins.modal.servicer import Caller

if TYPE_CHECKING:
    from tests.standins.modal.container import Container
    from tests.standins.modal.plane import ControlPlane

CPU, MEMORY = "cpu_hour_cost", "mem_gib_hour_cost"
PER_SECOND = {
    CPU: "0.0000131",
    MEMORY: "0.00000222",
    "gpu_hour_cost_b300": "0.001972",
    "gpu_hour_cost_b200": "0.001736",
    "gpu_hour_cost_h200": "0.001261",
    "gpu_hour_cost_h100": "0.001097",
    "gpu_hour_cost_rtx6000": "0.000842",
    "gpu_hour_cost_a100_80gb": "0.000694",
    "gpu_hour_cost_a100_40gb": "0.000583",
    "gpu_hour_cost_l40s": "0.000542",
    "gpu_hour_cost_a10g": "0.000306",
    "gpu_hour_cost_l4": "0.000222",
    "gpu_hour_cost_t4": "0.000164",
}
"""Published prices of a core, GiB or GPU in USD a second, by the service's names for its rates of an hour."""
SAME_AS = {"a100": "a100_40gb", "a10": "a10g", "any": "t4", "rtx_pro_6000": "rtx6000"}
LENGTHS = {"d": 86400, "h": 3600}
DEFAULT_MEMORY = 128
DEFAULT_CPU = 125


def gpu_key(name: str) -> str:
    """The rate of a GPU."""
    model = name.lower().rstrip("!+").replace("-", "_")
    return f"gpu_hour_cost_{SAME_AS.get(model, model)}"


class Billing:
    """Rates per hour, and a report of what each app used in each interval."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self.rates = {key: format(Decimal(rate) * 3600, "f") for key, rate in PER_SECOND.items()}

    def _amounts(self, container: Container) -> dict[str, Decimal]:
        """USD per second of a container, by resource."""
        resources = container.definition.resources
        gpu = resources.gpu_config
        used = {
            "CPU": (CPU, Decimal(resources.milli_cpu or DEFAULT_CPU) / 1000),
            "Memory": (MEMORY, Decimal(resources.memory_mb or DEFAULT_MEMORY) / 1024),
        }
        if gpu.gpu_type:
            used[gpu.gpu_type] = (gpu_key(gpu.gpu_type), Decimal(gpu.count or 1))
        return {name: Decimal(self.rates.get(key, "0")) / 3600 * units for name, (key, units) in used.items()}

    async def WorkspaceBillingRates(
        self, request: pb.WorkspaceBillingRatesRequest, caller: Caller
    ) -> pb.WorkspaceBillingRatesResponse:
        lines = [f"{key}: ${rate} per hour" for key, rate in self.rates.items()]
        return pb.WorkspaceBillingRatesResponse(rates=self.rates, formatted="\n".join(lines))

    async def WorkspaceBillingReport(
        self, request: pb.WorkspaceBillingReportRequest, caller: Caller
    ) -> AsyncIterator[pb.WorkspaceBillingReportItem]:
        length = LENGTHS[request.resolution or "d"]
        first = request.start_timestamp.seconds // length * length
        costs: dict[tuple[str, int], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for container in self.plane.containers.ended.values():
            for start in range(first, request.end_timestamp.seconds - length + 1, length):
                seconds = min(container.ended_at, start + length) - max(container.started_at, start)
                if container.started_at and seconds > 0:
                    for key, rate in self._amounts(container).items():
                        costs[container.function.app.id, start][key] += rate * Decimal(seconds)
        for (app_id, start), by_resource in sorted(costs.items()):
            yield self._item(request, app_id, start, by_resource)

    def _item(
        self, request: pb.WorkspaceBillingReportRequest, app_id: str, start: int, costs: dict[str, Decimal]
    ) -> pb.WorkspaceBillingReportItem:
        app = self.plane.apps.get(app_id)
        all_tags = "*" in request.tag_names
        item = pb.WorkspaceBillingReportItem(
            object_id=app.id,
            description=app.name or app.description,
            environment_name=app.environment,
            cost=format(sum(costs.values(), Decimal()), "f"),
            cost_by_resource={key: format(cost, "f") for key, cost in costs.items()},
            tags={key: text for key, text in app.tags.items() if all_tags or key in request.tag_names},
        )
        item.interval.FromSeconds(start)
        return item
