"""Git LFS: the batch API over a store on disk. What is stored is what its name says."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standins.github.answers import HttpAnswer, HttpRequest, json_answer
from tests.standins.github.identity import Identity
from tests.standins.github.repository import Repository
from tests.standins.github.world import World

JSON = {"Content-Type": "application/vnd.git-lfs+json"}
NAME = re.compile(r"[0-9a-f]{64}")
HEADER = "X-Storage-Token"
EXPIRES = 900
STORE = "/lfs/"


@dataclass
class Lfs:
    """Answers the batch API of a repository, and the store that the batch points to."""

    world: World
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def path(self, repository: Repository, name: str) -> Path:
        """Where an object lies."""
        return repository.large_files / name[:2] / name

    def answer(self, request: HttpRequest, repository: Repository | None, who: Identity | None) -> HttpAnswer:
        """An answer of the repository's LFS endpoint."""
        if who is None:
            challenge = {**JSON, "LFS-Authenticate": 'Basic realm="GitHub"'}
            return json_answer(401, {"message": "Credentials needed"}, challenge)
        if repository is None or not repository.visible_to(who) or not who.grants("contents:read"):
            return json_answer(404, {"message": "Not Found"}, JSON)
        if request.path.endswith("/locks/verify"):
            answer = json_answer(200, {"ours": [], "theirs": []}, JSON)
        elif request.path.endswith("/objects/batch") and request.method == "POST":
            answer = self._batch(json.loads(request.body), repository, who)
        else:
            answer = json_answer(404, {"message": "Not Found"}, JSON)
        answer.operation = "lfs/" + "/".join(request.path.split("/")[-2:])
        return answer

    def _batch(self, asked: dict[str, Any], repository: Repository, who: Identity) -> HttpAnswer:
        upload = asked["operation"] == "upload"
        if upload and not (who.grants("contents:write") and repository.has_role(who, "write")):
            return json_answer(403, {"message": f"{who.login} may not push to {repository.name}"}, JSON)
        if asked.get("hash_algo", "sha256") != "sha256":
            return json_answer(409, {"message": "Only sha256 is supported"}, JSON)
        told = [self._object(repository, each["oid"], each["size"], upload) for each in asked["objects"]]
        return json_answer(200, {"transfer": "basic", "objects": told, "hash_algo": "sha256"}, JSON)

    def _object(self, repository: Repository, name: str, size: int, upload: bool) -> dict[str, Any]:
        told: dict[str, Any] = {"oid": name, "size": size, "authenticated": True}
        if not NAME.fullmatch(name):
            return {**told, "error": {"code": 422, "message": "Invalid object ID"}}
        there = self.path(repository, name).is_file()
        if upload:
            actions = (
                {} if there else {each: self._action(repository, name, each) for each in ("upload", "verify")}
            )
        elif there:
            actions = {"download": self._action(repository, name, "download")}
        else:
            return {**told, "error": {"code": 404, "message": "Object does not exist on the server"}}
        return {**told, "actions": actions} if actions else told

    def _action(self, repository: Repository, name: str, action: str) -> dict[str, Any]:
        place = f"{self.world.base_url}{STORE}{action}/{repository.name}/{name}"
        return {
            "href": place,
            "header": {HEADER: self._token(action, repository.name, name)},
            "expires_in": EXPIRES,
        }

    def _token(self, *parts: str) -> str:
        return hmac.new(self.key, "/".join(parts).encode(), "sha256").hexdigest()

    def store(self, request: HttpRequest) -> HttpAnswer:
        """An answer of the store: what the batch's actions point to, with the headers that they name."""
        action, owner, short, name = request.path.removeprefix(STORE).split("/")
        repository = self.world.repositories[f"{owner}/{short}"]
        if not hmac.compare_digest(request.header(HEADER), self._token(action, repository.name, name)):
            answer = json_answer(403, {"message": "Access denied"}, JSON)
        elif action == "upload":
            answer = self._put(repository, name, request.body)
        elif action == "verify":
            answer = self._verify(repository, json.loads(request.body))
        else:
            answer = HttpAnswer(
                200, self.path(repository, name).read_bytes(), {"Content-Type": "application/octet-stream"}
            )
        answer.operation = f"lfs/{action}"
        return answer

    def _put(self, repository: Repository, name: str, content: bytes) -> HttpAnswer:
        if hashlib.sha256(content).hexdigest() != name:
            return json_answer(422, {"message": "The content does not match its object ID"}, JSON)
        path = self.path(repository, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return HttpAnswer(200)

    def _verify(self, repository: Repository, told: dict[str, Any]) -> HttpAnswer:
        path = self.path(repository, told["oid"])
        if path.is_file() and path.stat().st_size == told["size"]:
            return json_answer(200, {}, JSON)
        return json_answer(404, {"message": "Object does not exist"}, JSON)
