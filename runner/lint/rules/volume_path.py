"""A Volume stands at a path of its own, away from the files of the system and of the runner.

The path is absolute and written in the shortest way. At or under `/usr`, `/etc`, `/tmp`, `/root`,
`/runner` and the like it would hide what the container needs to work, and under another Volume it would
hide a part of that one.

Choose a folder such as `/data`; the program finds it at this path.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.plan.volumes import wrong_path

FIX = "choose a folder of its own, such as /data"


def check(subject: Subject) -> Problems:
    """Paths that are not free, and paths inside one another."""
    volumes = subject.spec.volumes
    for mount in volumes:
        path = ("spec", "volumes", mount)
        if why := wrong_path(mount):
            yield Problem(path, f"{mount} {why}", FIX)
        elif outer := next((other for other in volumes if mount.startswith(f"{other}/")), ""):
            yield Problem(path, f"{mount} lies inside {outer}, which is a Volume too", FIX)


RULE = Rule(
    severity="error",
    summary="A Volume at a path that is not free",
    page=__doc__,
    check=check,
    bad="volumes: {/data: games, /data/old: old-games, /usr/lib: libraries, /cache/../x: cache}",
    good="volumes: {/data: games, /data-old: old-games, /mnt/cache: cache}",
)
