"""The program that gives a container its private root; it runs by itself, on the standard library only.

    python -I root.py SPECIFICATION.json

It opens namespaces of its own (mounts, processes, and users unless sudo started it), builds a root folder out
of what the specification names, and runs the command there. Standard input is its leash: an "i" interrupts
the command, and the end of the input kills all that runs in the container, however it daemonised.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

NEW_MOUNTS, NEW_USERS, NEW_PROCESSES = 0x00020000, 0x10000000, 0x20000000
READ_ONLY, NO_SET_USER, REMOUNT, BIND, RECURSIVE, PRIVATE = 0x1, 0x2, 0x20, 0x1000, 0x4000, 0x40000
PARENT_DEATH_SIGNAL = 1

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise the error of a call into the C library."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)} ({what})")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount, as mount(2)."""
    made = libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode())
    check(made, f"mount {target}")


def bind(source: str, target: str, read_only: bool) -> None:
    """Show a folder or a file of the machine in the new root."""
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    mount(source, target, flags=BIND | RECURSIVE)
    if read_only:
        mount(source, target, flags=BIND | REMOUNT | READ_ONLY | kept_flags(target))


def kept_flags(target: str) -> int:
    """A remount in a user namespace may not drop what the machine's own mount forbids."""
    kept = os.statvfs(target).f_flag
    return sum(flag for flag in (0x2, 0x4, 0x8, 0x400, 0x800) if kept & flag)


def build(specification: dict[str, Any]) -> None:
    """Put the root together and move into it."""
    root = specification["root"]
    mount("none", "/", flags=RECURSIVE | PRIVATE)
    mount("none", root, "tmpfs", options="mode=755")
    for name in specification["folders"]:
        Path(root + name).mkdir(parents=True, exist_ok=True, mode=0o777)
        os.chmod(root + name, 0o1777)  # noqa: PTH101
        os.chown(root + name, specification["user"], specification["group"])
    for name, target in specification["links"]:
        os.symlink(target, root + name)  # noqa: PTH211
    for source, target, read_only in specification["binds"]:
        bind(source, root + target, read_only)
    for source, target, mode in specification["files"]:
        copied = Path(root + "/" + target)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copied)
        copied.chmod(mode)
        os.chown(copied, specification["user"], specification["group"])
    Path(root + "/proc").mkdir(exist_ok=True)
    mount("proc", root + "/proc", "proc")
    os.chroot(root)
    os.chdir(specification["folder"])


def enter_namespaces(specification: dict[str, Any]) -> None:
    """Leave the machine's namespaces; root on its own behalf needs no user namespace, and maps none."""
    user, group = os.getuid(), os.getgid()
    wanted = NEW_MOUNTS | NEW_PROCESSES | (NEW_USERS if specification["user_namespace"] else 0)
    check(libc.unshare(wanted), "unshare")
    if specification["user_namespace"]:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def first_process(specification: dict[str, Any]) -> NoReturn:
    """Be process 1 of the container: start the command, pass interrupts on, reap orphans, end with it."""
    libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    build(specification)
    if not specification["user_namespace"]:
        os.setgroups([])
        os.setgid(specification["group"])
        os.setuid(specification["user"])
        libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)  # forgotten with the other user
    main = os.fork()
    if main == 0:
        os.setsid()
        os.execvpe(specification["command"][0], specification["command"], specification["environment"])
    signal.signal(signal.SIGUSR1, lambda *_: os.kill(main, signal.SIGINT))
    while True:
        process, status = os.wait()
        if process == main:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def main() -> int:
    """Run the container; the exit code is its command's, 128 and the signal where one ended it."""
    specification = json.loads(Path(sys.argv[1]).read_text())
    enter_namespaces(specification)
    first = os.fork()
    if first == 0:
        stdin = os.open("/dev/null", os.O_RDONLY)
        os.dup2(stdin, 0)
        first_process(specification)
    return watch(first)


def watch(first: int) -> int:
    """Wait for the container's end, and obey standard input until then."""
    ended = os.pidfd_open(first)  # and no thread: the kernel refuses them after unshare
    waiting = select.poll()
    waiting.register(0, select.POLLIN)
    waiting.register(ended, select.POLLIN)
    while ended not in (ready := [descriptor for descriptor, _ in waiting.poll()]):
        order = os.read(0, 1) if 0 in ready else b""
        os.kill(first, signal.SIGUSR1 if order == b"i" else signal.SIGKILL)
        if not order:
            waiting.unregister(0)
    _, status = os.waitpid(first, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
