"""What a repository may set: the tables of `runner.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from runner.wording import dollars_apart

FILE: Final = "runner.toml"
SIZE: Final = r"^[0-9]{1,9}(\.[0-9]{1,6})?(KiB|MiB|GiB|TiB|KB|MB|GB|TB)$(?!\n)"

VARIABLE: Final = r"^[A-Z_][A-Z0-9_]{0,99}$(?!\n)"
PREFIX: Final = r"^[a-z][a-z0-9-]{0,30}$(?!\n)"
ENVIRONMENT: Final = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$(?!\n)"
SECRET: Final = r"^[A-Za-z0-9_.-]{1,64}$(?!\n)"
WAKE: Final = r"^([A-Z_][A-Z0-9_]{0,99})?$(?!\n)"
REMOTE: Final = r"^([A-Za-z0-9_][A-Za-z0-9_./-]{0,99})?$(?!\n)"

SAME_GPUS: Final = {"A100": "A100-40GB", "A10G": "A10"}
"""Second names of GPUs, under which nobody passes by an approval."""

Size = Annotated[str, Meta(pattern=SIZE)]
Dollars = Annotated[float, Meta(ge=0)]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Sizes. A file over `file_size` is not committed.

    In its place lands what `large_files` says: a `pointer` to where it is kept, or Git `lfs`'s own.
    """

    file_size: Size = "10MiB"
    large_files: Literal["pointer", "lfs"] = "pointer"
    output_size: Size = "10GiB"


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """What needs a person's approval: plans that could cost more than `usd`, and some GPUs."""

    usd: Dollars | None = None
    gpus: tuple[str, ...] = ()


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """What every manifest must meet; None allows everything.

    `sources` are git URLs, with `*` for any text. GPUs are named without a count.
    """

    max_usd: Dollars | None = None
    gpus: tuple[str, ...] | None = None
    secrets: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    approval: Approval = Approval()


class ModalSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How runs stand at Modal.

    `environment` is Modal's own default where it is empty; the names of apps and Volumes begin with
    `prefix`; a stage has at most `max_containers` at once; `secrets` says which Modal secret holds a
    variable, where the secret is not called as the variable is.
    """

    environment: Annotated[str, Meta(pattern=ENVIRONMENT)] = ""
    prefix: Annotated[str, Meta(pattern=PREFIX)] = "runner"
    max_containers: Annotated[int, Meta(ge=1)] = 100
    secrets: dict[Annotated[str, Meta(pattern=VARIABLE)], Annotated[str, Meta(pattern=SECRET)]] = {}

    def secret(self, variable: str) -> str:
        """The name of the Modal secret that holds a variable."""
        return self.secrets.get(variable, variable)


class LedgerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Where launched runs are recorded: on a branch of the git remote `remote`.

    Empty is `origin`, or this repository itself where there is no such remote.
    """

    remote: Annotated[str, Meta(pattern=REMOTE)] = ""


class GitHubSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How pull requests are made on GitHub.

    `labels` decorate them. `wake` is the variable with the token with which a finished run has itself
    collected at once; a secret of the provider holds it. Empty: it waits for the schedule.
    """

    labels: tuple[Annotated[str, Meta(min_length=1, max_length=50)], ...] = ("runner",)
    wake: Annotated[str, Meta(pattern=WAKE)] = ""


class PriceTable(Struct, frozen=True, forbid_unknown_fields=True):
    """What `prices` may hold: US dollars per second, where they differ from the published ones.

    `region_multiplier` is how many times the price a task costs that is bound to a region.
    """

    dated: str = ""
    source: str = ""
    cpu_core_second: Dollars = 0.0
    memory_gib_second: Dollars = 0.0
    gpu_second: dict[str, Any] = {}
    region_multiplier: Annotated[float, Meta(ge=1)] = 1.0


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a repository may set. `prices` is laid over the published prices.

    The forge `auto` is `github` in a workflow of GitHub Actions, and `local` elsewhere. `file` is where
    they stand, as it is in `commit` (the first digits of one), or in the working tree where that is empty.
    """

    backend: str = "local"
    forge: str = "auto"
    limits: Limits = Limits()
    prices: dict[str, Any] = {}
    policy: Policy = Policy()
    modal: ModalSettings = ModalSettings()
    ledger: LedgerSettings = LedgerSettings()
    github: GitHubSettings = GitHubSettings()
    file: str = FILE
    commit: str = ""
    lines: dict[str, int] = {}

    def origin(self, key: str) -> str:
        """Where a setting such as `policy.gpus` stands, as `runner.toml:7`."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.place(self.lines.get(key, 0))

    def place(self, line: int = 0) -> str:
        """A line of the file, as `runner.toml:7` or `runner.toml:7 at 0123456789ab`; 0 is all of it."""
        place = f"{self.file}:{line}" if line else self.file
        return f"{place} at {self.commit}" if self.commit else place

    def approvals(self, usd: float, gpus: Iterable[str], per: str = "") -> tuple[str, ...]:
        """Why a plan that could cost `usd` needs a person's approval; empty where it does not.

        `per` is what the dollars are of, such as ` a day`; nothing where they are all of it.
        """
        approval = self.policy.approval
        reasons = []
        if approval.usd is not None and usd > approval.usd:
            origin = self.origin("policy.approval.usd")
            could, allowed = dollars_apart(usd, approval.usd)
            reasons.append(f"it could cost {could}{per}, more than {allowed} ({origin})")
        held = {SAME_GPUS.get(gpu, gpu) for gpu in approval.gpus}
        asked = {gpu.partition(":")[0] for gpu in gpus}
        named = sorted(gpu for gpu in asked if SAME_GPUS.get(gpu, gpu) in held)
        if named:
            reasons.append(f"it may use {', '.join(named)} ({self.origin('policy.approval.gpus')})")
        return tuple(reasons)


TABLES: Final[dict[str, type[Struct]]] = {
    "": Settings,
    "limits": Limits,
    "policy": Policy,
    "policy.approval": Approval,
    "prices": PriceTable,
    "modal": ModalSettings,
    "ledger": LedgerSettings,
    "github": GitHubSettings,
}
OWN: Final = ("file", "commit", "lines")
"""Fields of `Settings` that no file sets."""
