"""The provider's Volumes that a job mounts: their names, and the paths where they may stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from runner.errors import InputError
from runner.manifest.common import Common
from runner.wording import did_you_mean, printable, shown

TAKEN: Final = (
    *("/runner", "/__modal", "/pkg", "/root", "/tmp", "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32"),
    *("/lib64", "/libx32", "/boot", "/dev", "/proc", "/run", "/sys", "/var"),
)
"""Where the runner, the provider's client and the system have their files."""

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
# What the provider takes; a name that looks like the id of an app would be read as one.
_NAME: Final = re.compile(r"(?!ap-[A-Za-z0-9]{22}\Z)[A-Za-z0-9_.-]{1,64}")


def mounted(spec: Common, job: str) -> dict[str, str]:
    """The name of every Volume by its path, placeholders filled. Raises InputError where one cannot be."""
    known = placeholders(spec, job)
    return {path: volume_name(text, known, job) for path, text in spec.volumes.items()}


def placeholders(spec: Common, job: str) -> dict[str, str | None]:
    """What a Volume's name may hold as `${…}`; None where nothing was set."""
    return {"experimenter": spec.experimenter, "experiment": spec.experiment or job}


def volume_name(text: str, known: Mapping[str, str | None], place: str = "") -> str:
    """`text` with its placeholders filled. Raises InputError where that is no name of a Volume."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name not in known:
            problem = f"nothing fills the placeholder ${{{printable(name)}}} in the name of a Volume"
            raise InputError("bad-volume", problem, place=place, fix=did_you_mean(name, known))
        value = known[name]
        if value is None:
            problem = f"the name of a Volume holds ${{{name}}}, and spec.{name} is not set"
            fix = f"write {name}: alice into the spec, or give --set spec.{name}=alice"
            raise InputError("bad-volume", problem, place=place, fix=fix)
        return value

    name = _PLACEHOLDER.sub(fill, text)
    if not _NAME.fullmatch(name):
        fix = "write 1 to 64 letters, digits, hyphens, dots and underscores"
        raise InputError("bad-volume", f"a Volume cannot be called {shown(name)}", place=place, fix=fix)
    return name


def wrong_path(path: str) -> str:
    """What is wrong with a mount path, as the end of a sentence; nothing where it is fine."""
    if not path.startswith("/") or not path.isprintable():
        return "is not an absolute path"
    steps = path.split("/")[1:]
    if not {"", ".", ".."}.isdisjoint(steps):
        return "is not written in the shortest way"
    taken = next((known for known in TAKEN if f"/{steps[0]}" == known), "")
    return f"lies under {taken}, which is not free" if taken else ""
