"""Git over HTTP: real git serves it; this looks at who comes, and tells what a push moved."""

from __future__ import annotations

import gzip
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from tests.standins.github.answers import HttpAnswer, HttpRequest
from tests.standins.github.git import ABSENT, environment
from tests.standins.github.identity import Identity
from tests.standins.github.moving import follow
from tests.standins.github.references import read_references
from tests.standins.github.repository import Repository
from tests.standins.github.world import World

SERVICES = ("git-upload-pack", "git-receive-pack")
HOOK = Path(__file__).parent / "update_hook.sh"
BEST_COMPRESSION = 1024
"""A pack is at least this part of what it holds."""
CHALLENGE = {"WWW-Authenticate": 'Basic realm="GitHub"', "Content-Type": "text/plain"}


@dataclass
class SmartHttp:
    """Answers what git asks of a repository."""

    world: World

    def answer(
        self, request: HttpRequest, repository: Repository | None, who: Identity | None, tail: str
    ) -> HttpAnswer:
        """What GitHub would answer to a path below the repository's; no repository: there is none."""
        advertised = tail == "info/refs"
        service = parse_qs(request.query).get("service", [""])[0] if advertised else tail
        answer = self._refusal(repository, service, who)
        if answer is None:
            assert repository is not None and who is not None
            answer = self._serve(request, repository, service, who, advertised)
        answer.operation = f"git/{service.removeprefix('git-')}" + ("/refs" if advertised else "")
        return answer

    def _refusal(
        self, repository: Repository | None, service: str, who: Identity | None
    ) -> HttpAnswer | None:
        if who is None:
            return HttpAnswer(401, b"Invalid username or token.\n", dict(CHALLENGE))
        if repository is None or service not in SERVICES or not repository.visible_to(who):
            return HttpAnswer(404, b"Repository not found.\n", {"Content-Type": "text/plain"})
        if service == "git-upload-pack":
            allowed = who.grants("contents:read")
        else:
            allowed = who.grants("contents:write") and repository.has_role(who, "write")
        if allowed:
            return None
        if who.kind == "user":
            told = f"Permission to {repository.name}.git denied to {who.login}.\n"
        else:
            told = "Write access to repository not granted.\n"
        return HttpAnswer(403, told.encode(), {"Content-Type": "text/plain"})

    def _serve(
        self, request: HttpRequest, repository: Repository, service: str, who: Identity, advertised: bool
    ) -> HttpAnswer:
        kind = "advertisement" if advertised else "result"
        headers = {"Content-Type": f"application/x-{service}-{kind}", "Cache-Control": "no-cache"}
        if advertised or service == "git-upload-pack":
            body = self._run(request, repository, service, who, advertised)
        else:
            with self.world.lock:
                before = read_references(repository.git)
                body = self._run(request, repository, service, who, advertised)
                after = read_references(repository.git)
                for ref in sorted({*before, *after}):
                    old, new = before.get(ref, ABSENT), after.get(ref, ABSENT)
                    if old != new:
                        follow(self.world, repository, who, ref, old, new)
        return HttpAnswer(200, body, headers)

    def _run(
        self, request: HttpRequest, repository: Repository, service: str, who: Identity, advertised: bool
    ) -> bytes:
        body = request.body
        if request.header("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        protocol = request.header("Git-Protocol")
        command = [
            "git",
            "-c",
            f"core.hooksPath={hooks(repository)}",
            service.removeprefix("git-"),
            "--stateless-rpc",
        ]
        command += ["--advertise-refs"] if advertised else []
        done = subprocess.run(
            [*command, str(repository.git.folder)],
            input=body,
            capture_output=True,
            env=environment({"GIT_PROTOCOL": protocol, **pusher(repository, who, len(body))}),
        )
        if not advertised or "version=2" in protocol:
            return done.stdout
        line = f"# service={service}\n"
        return f"{len(line) + 4:04x}{line}0000".encode() + done.stdout


def hooks(repository: Repository) -> Path:
    """The folder of the repository's hooks; made when it is first needed."""
    folder = repository.git.folder / "hooks"
    if not folder.exists():
        folder.mkdir()
        hook = folder / "update"
        hook.write_text(HOOK.read_text())
        hook.chmod(0o755)
    return folder


def pusher(repository: Repository, who: Identity, size: int) -> dict[str, str]:
    """What the hook needs to know of a push."""
    admin, largest = repository.has_role(who, "admin"), repository.largest_file
    return {
        "HUB_PROTECTED": ""
        if admin
        else "".join(f"refs/heads/{name}\n" for name in sorted(repository.protected)),
        "HUB_WORKFLOWS": "yes" if who.grants("workflows:write") else "",
        "HUB_LARGEST_FILE": str(largest) if size > largest // BEST_COMPRESSION else "",
    }
