"""What a person sees of it in a browser: pull requests, files of a commit, and pages that others add.

Like everything here they are for those who have a token. A browser asks for it; the name of the user is of no
matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from mimetypes import guess_type
from urllib.parse import quote, unquote

from runner.forge.markdown import to_html
from tests.standins.github.answers import HttpAnswer, HttpRequest
from tests.standins.github.commits import read_commit
from tests.standins.github.git import ABSENT
from tests.standins.github.identity import Identity
from tests.standins.github.repository import Repository
from tests.standins.github.state import Pull
from tests.standins.github.trees import FOLDER, look_up, read_tree
from tests.standins.github.world import World, comments_of

PLACE = re.compile(r"/(?P<name>[\w.-]+/[\w.-]+)/(?P<rest>(?:pulls?|blob|actions)(?:/.*)?)")
SAFE = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox allow-same-origin"
STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
article { border: 1px solid #ccc; border-radius: .5rem; padding: 0 1rem; margin: 1rem 0; overflow-x: auto }
table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .2rem .6rem }
pre { background: #f4f4f4; padding: .6rem; overflow-x: auto } .said { color: #666 }
"""
Page = Callable[[Repository, Identity, re.Match[str]], HttpAnswer]


class Pages:
    """Pages by their method and address below the repository's own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: list[tuple[str, re.Pattern[str], Page]] = []
        self.add("GET", r"pulls", self.pulls)
        self.add("GET", r"pull/(?P<number>[0-9]+)", self.pull)
        self.add("GET", r"blob/(?P<at>[^/]+)/(?P<path>.+)", self.file)

    def add(self, method: str, address: str, page: Page) -> None:
        """Shows another page; the address is a regular expression."""
        self.known.append((method, re.compile(address), page))

    def answer(self, request: HttpRequest, who: Identity | None) -> HttpAnswer | None:
        """The page that is asked for; None for what is no page."""
        place = PLACE.fullmatch(unquote(request.path))
        repository = self.world.repositories.get(place["name"]) if place else None
        if place is None or repository is None:
            return None
        if who is None or not repository.visible_to(who):
            return HttpAnswer(401, b"A token, please.\n", {"WWW-Authenticate": 'Basic realm="token"'})
        for method, address, page in self.known:
            if request.method == method and (found := address.fullmatch(place["rest"])):
                return page(repository, who, found)
        return HttpAnswer(404, b"There is no such page.\n")

    def pulls(self, repository: Repository, who: Identity, _: re.Match[str]) -> HttpAnswer:
        """All pull requests."""
        link = '<li><a href="/{0}/pull/{1}">#{1} {2}</a>: {3}</li>'
        newest = sorted(repository.pulls.values(), key=lambda pull: -pull.number)
        rows = (link.format(repository.name, one.number, escape(one.title), state_of(one)) for one in newest)
        return shown("Pull requests", [f"<ul>{''.join(rows)}</ul>"])

    def pull(self, repository: Repository, who: Identity, place: re.Match[str]) -> HttpAnswer:
        """One, with its statuses and comments."""
        pull = repository.pulls.get(int(place["number"]))
        if pull is None:
            return HttpAnswer(404, b"There is no such pull request.\n")
        parts = [f"<p>{state_of(pull)}: {escape(pull.head)} → {escape(pull.base)}</p>"]
        parts += [said(pull.login, pull.body or "")]
        latest = {each.context: each for each in repository.statuses if each.sha == pull.head_sha}
        texts = (f"{name}: {each.state}, {each.description or ''}" for name, each in sorted(latest.items()))
        parts += [f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"]
        parts += [said(each.login, each.body) for each in comments_of(repository, pull)]
        return shown(f"{pull.title} #{pull.number}", parts)

    def file(self, repository: Repository, who: Identity, place: re.Match[str]) -> HttpAnswer:
        """A file at a commit or on a branch, as it is; a folder as a list."""
        commit = read_commit(repository.git, repository.resolve(place["at"]) or ABSENT)
        path = place["path"].rstrip("/")
        entry = look_up(repository.git, commit.tree, path) if commit else None
        if entry is not None and entry.mode == FOLDER:
            names = sorted(read_tree(repository.git, entry.name))
            here = f"/{repository.name}/blob/{place['at']}/{quote(path)}"
            rows = (f'<li><a href="{here}/{quote(name)}">{escape(name)}</a></li>' for name in names)
            return shown(path, ["<ul>", *rows, "</ul>"])
        found = repository.git.read(entry.name) if entry else None
        if found is None:
            return HttpAnswer(404, b"There is no such file.\n")
        kind = guess_type(path)[0] or ""
        kind = kind if kind.startswith("image/") else "text/plain; charset=utf-8"
        return HttpAnswer(200, found[1], {"Content-Type": kind, "Content-Security-Policy": SAFE})


def state_of(pull: Pull) -> str:
    """A pull request's state in a word."""
    return "merged" if pull.merged else "draft" if pull.draft and pull.state == "open" else pull.state


def said(login: str, text: str) -> str:
    """What somebody wrote, rendered."""
    return f'<article><p class="said">{escape(login)}</p>{to_html(text, {})}</article>'


def shown(title: str, parts: Iterable[str]) -> HttpAnswer:
    """A page of pieces of HTML."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    body = f"<!doctype html>{head}<h1>{escape(title)}</h1>{''.join(parts)}"
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": SAFE}
    return HttpAnswer(200, body.encode(), headers)
