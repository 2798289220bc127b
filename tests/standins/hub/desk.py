"""What the hub does with each question: by whom it may be asked, and the answer."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.standins.github.answers import HttpAnswer, HttpRequest, json_answer
from tests.standins.hub import reading, writing
from tests.standins.hub.questions import NAME, REVISION, Question
from tests.standins.hub.refusals import Refusal, no_repository
from tests.standins.hub.state import Kind, Repository

API = rf"/api/(?P<kind>models|datasets)/{NAME}"
PLAIN = rf"/(?P<kind>datasets/)?{NAME}"
STORED = rf"/storage/(?P<kind>\w+)/{NAME}/(?P<oid>[0-9a-f]{{64}})"

Handler = Callable[[Question], HttpAnswer]
Route = tuple[str, str, str, Handler]
"""An operation's name, its methods, the form of its path, and who answers."""


class Desk:
    """All repositories and users, and the answers about them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.storage = url.replace("127.0.0.1", "localhost")
        """Where large files are: clients take it for another machine, and do not look there for headers."""
        self.repositories: dict[tuple[Kind, str], Repository] = {}
        self.users: dict[str, tuple[str, ...]] = {}
        """Names by their tokens: the user's own, then those of organizations."""

    def user_of(self, request: HttpRequest) -> str:
        """Who asks; empty for somebody. Raises Refusal for a token that nobody has."""
        given = request.header("Authorization")
        if not given:
            return ""
        names = self.users.get(given.removeprefix("Bearer "))
        if names is None:
            raise Refusal(401, "Invalid credentials in Authorization header")
        return names[0]

    def _names(self, user: str) -> tuple[str, ...]:
        return next((names for names in self.users.values() if names[0] == user), ())

    def _repository(self, question: Question, *, write: bool = False) -> Repository:
        """The repository that a question is about. Raises Refusal."""
        found = self.repositories.get((question.kind, question.parts["name"]))
        mine = found is not None and found.owner in self._names(question.user)
        if found is None or (found.private and not mine):
            raise no_repository(known=bool(question.user))
        if write and not mine:
            raise Refusal(
                403, f"You have read access but not the required permissions to write to {found.name}"
            )
        return found

    def routes(self) -> list[tuple[str, list[str], re.Pattern[str], Handler]]:
        """All questions that are known."""
        listed: list[Route] = [
            ("agents", "GET", "/api/agent-harnesses", no_agents),
            ("whoami", "GET", "/api/whoami-v2", self._whoami),
            ("create", "POST", "/api/repos/create", self._create),
            ("validate-yaml", "POST", "/api/validate-yaml", all_well),
            ("info", "GET", API, self._info),
            ("info", "GET", rf"{API}/revision/{REVISION}", self._info),
            ("tree", "GET", rf"{API}/tree/{REVISION}(?:/(?P<path>.*))?", self._tree),
            ("paths-info", "POST", rf"{API}/paths-info/{REVISION}", self._paths),
            ("refs", "GET", rf"{API}/refs", lambda asked: reading.references(self._repository(asked))),
            ("preupload", "POST", rf"{API}/preupload/{REVISION}", self._preupload),
            ("commit", "POST", rf"{API}/commit/{REVISION}", self._commit),
            ("batch", "POST", rf"{PLAIN}\.git/info/lfs/objects/batch", self._batch),
            ("head-file", "HEAD", rf"{PLAIN}/resolve/{REVISION}/(?P<path>.+)", self._file),
            ("get-file", "GET", rf"{PLAIN}/resolve/{REVISION}/(?P<path>.+)", self._file),
            ("get-large", "GET HEAD", STORED, self._large),
            ("put-large", "PUT", STORED, self._put),
            ("verify", "POST", rf"{STORED}/verify", self._verify),
        ]
        return [(name, methods.split(), re.compile(path), how) for name, methods, path, how in listed]

    def _whoami(self, question: Question) -> HttpAnswer:
        if not question.user:
            raise Refusal(401, "Invalid username or password.")
        others = [{"name": name, "type": "org"} for name in self._names(question.user)[1:]]
        return json_answer(200, {"type": "user", "name": question.user, "orgs": others})

    def _create(self, question: Question) -> HttpAnswer:
        asked = question.body
        if not question.user:
            raise Refusal(401, "Invalid username or password.")
        owner = asked.get("organization") or question.user
        if owner not in self._names(question.user):
            raise Refusal(403, f'You don\'t have the rights to create a model under the namespace "{owner}"')
        kind: Kind = "dataset" if asked.get("type") == "dataset" else "model"
        name = f"{owner}/{asked['name']}"
        url = f"{self.url}/{'datasets/' if kind == 'dataset' else ''}{name}"
        if (kind, name) in self.repositories:
            raise Refusal(409, f"You already created this {kind} repo: {name}", url=url)
        private = asked.get("visibility") == "private" or asked.get("private") is True
        made = Repository(kind, name, private=private)
        made.commit({}, "initial commit", question.user)
        self.repositories[(kind, name)] = made
        return json_answer(200, {"url": url, "name": name, "id": name})

    def _info(self, question: Question) -> HttpAnswer:
        return reading.information(
            self._repository(question), question.revision, blobs=question.asks("blobs")
        )

    def _tree(self, question: Question) -> HttpAnswer:
        folder = question.parts.get("path", "").strip("/")
        recursive = question.asks("recursive")
        return reading.tree(self._repository(question), question.revision, folder, recursive=recursive)

    def _paths(self, question: Question) -> HttpAnswer:
        paths = question.body["paths"]
        return reading.paths_information(self._repository(question), question.revision, paths)

    def _file(self, question: Question) -> HttpAnswer:
        repository = self._repository(question)
        return reading.file(
            repository, question.revision, question.parts["path"], self.storage, question.user
        )

    def _preupload(self, question: Question) -> HttpAnswer:
        self._repository(question, write=True)
        asked = question.body
        return writing.modes(asked["files"], asked.get("gitIgnore", ""))

    def _batch(self, question: Question) -> HttpAnswer:
        return writing.batch(self._repository(question, write=True), question.body, self.storage)

    def _commit(self, question: Question) -> HttpAnswer:
        repository = self._repository(question, write=True)
        return writing.commit(repository, question.revision, question.request.body, question.user, self.url)

    def _stored(self, question: Question) -> Repository:
        """Addresses of the store are as good as signed: whoever has one may use it."""
        return self.repositories[(question.kind, question.parts["name"])]

    def _large(self, question: Question) -> HttpAnswer:
        content = self._stored(question).large.get(question.parts["oid"])
        if content is None:
            raise Refusal(404, "There is no such object")
        return HttpAnswer(200, content, {"ETag": f'"{question.parts["oid"]}"', "Accept-Ranges": "bytes"})

    def _put(self, question: Question) -> HttpAnswer:
        return writing.put(self._stored(question), question.parts["oid"], question.request.body)

    def _verify(self, question: Question) -> HttpAnswer:
        return writing.verify(self._stored(question), question.body)


def no_agents(_: Question) -> HttpAnswer:
    """The command line asks for a list of agents that may be using it, and goes on without one."""
    raise Refusal(404, "There is no such list")


def all_well(_: Question) -> HttpAnswer:
    """The head of a README is taken as it is."""
    return json_answer(200, {"warnings": [], "errors": []})
