"""Durations and sizes in words: `90s`, `1h30m`, `512MiB`."""

from __future__ import annotations

import re
from typing import Final

DURATION_PATTERN: Final = r"^(?=[0-9])([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$(?!\n)"
SIZE_PATTERN: Final = r"^[0-9]{1,9}(\.[0-9]{1,6})?(KiB|MiB|GiB|TiB|KB|MB|GB|TB)$(?!\n)"

_SECONDS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_BYTES: Final = {
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
    "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
}  # fmt: skip


def seconds(duration: str) -> int:
    """Seconds in a duration such as `1h30m`.

    Raises ValueError when the text is not a duration.
    """
    if not re.match(DURATION_PATTERN, duration):
        raise ValueError(f"{duration!r} is not a duration such as 90s, 30m or 2h")
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([dhms])", duration))


def size_in_bytes(size: str) -> int:
    """Bytes in a size such as `8GiB` (powers of 1024) or `500MB` (powers of 1000).

    Raises ValueError when the text is not a size.
    """
    match = re.match(r"^(\d+(?:\.\d+)?)([KMGT]i?B)$", size)
    if match is None:
        raise ValueError(f"{size!r} is not a size such as 512MiB or 8GiB")
    return int(float(match[1]) * _BYTES[match[2]])


def duration_text(total: float) -> str:
    """A duration for people: `0.4s`, `12s`, `3m 05s`, `2h 10m`."""
    if total < 10:
        return f"{total:.1f}s"
    whole = round(total)
    if whole < 60:
        return f"{whole}s"
    if whole < 3_600:
        return f"{whole // 60}m {whole % 60:02d}s".removesuffix(" 00s")
    return f"{whole // 3_600}h {whole % 3_600 // 60:02d}m".removesuffix(" 00m")


def size_text(count: float) -> str:
    """A number of bytes for people: `312 B`, `4.0 KiB`, `8.0 GiB`."""
    if count < 1024:
        return f"{int(count)} B"
    for unit in ("KiB", "MiB", "GiB"):
        count /= 1024
        if count < 1024:
            return f"{count:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count / 1024:.1f}".removesuffix(".0") + " TiB"
