"""The code of another repository, named by a manifest: pinned to a commit, fetched, archived."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from runner.errors import InputError, ProviderError
from runner.repository import process
from runner.repository.access import authorization, credentials, variables
from runner.repository.git import Repository
from runner.repository.reaching import named_commit
from runner.repository.snapshot import Snapshot
from runner.repository.store import Store

_HOST: Final = r"[A-Za-z0-9\[][A-Za-z0-9.:\]_-]*"
_ADDRESSES: Final = re.compile(
    rf"https://{_HOST}/\S+|ssh://([A-Za-z0-9_][\w.-]*@)?{_HOST}/\S+|file:///\S+"
    rf"|[A-Za-z0-9_][\w.-]*@{_HOST.replace(':', '')}:(?!:)\S+"
)
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_TRANSPORTS: Final = {"GIT_ALLOW_PROTOCOL": "https:ssh:file"}

TOKEN: Final = "RUNNER_SOURCE_TOKEN"
HOST: Final = "RUNNER_SOURCE_HOST"
"""Variables with a token that may read private repositories, and the one host that is given it."""


def pin_source(repository: Repository, url: str, ref: str = "HEAD") -> Snapshot:
    """The commit and tree that `ref` of the repository at `url` names now, fetched and kept.

    `url` is https, ssh, file, `git@host:path`, or a path relative to the root. Raises InputError
    when it is anything else or has no such ref, ProviderError when the network fails.
    """
    address = _address(repository, url)
    commit = _resolve(address, _vetted_ref(ref))
    with _store(repository, address, commit) as store:
        _fetch(store, address, commit)
        vetted = store.vet(_tree(store, commit))
    return Snapshot(commit=commit, tree=vetted.tree, warnings=vetted.warnings)


def archive_source(repository: Repository, url: str, commit: str, tree: str, destination: Path) -> None:
    """Write a tree that `pin_source` gave to `destination`, in the form of `snapshot.archive`.

    Fetches `commit` again where it is no longer kept. Raises as `pin_source`.
    """
    address = _address(repository, url)
    with _store(repository, address, commit) as store:
        if not _has(store, tree):
            _fetch(store, address, commit)
            store.vet(_tree(store, commit))
        store.archive(tree, destination)


def _address(repository: Repository, url: str) -> str:
    """What git is given for `url`. Raises InputError for every transport that could run a program."""
    if re.match(r"\w+://[^/@]*:[^/@]*@", url):
        raise InputError(
            "source-credentials",
            "the address of the repository holds a password",
            fix="Leave it out: git's own credential helper or an ssh key gives it.",
        )
    if _ADDRESSES.fullmatch(url):
        return url
    path = repository.root / url
    if url and ":" not in url and not url.startswith("-") and url.isprintable() and path.is_dir():
        return str(path.resolve())
    raise InputError(
        "source-url",
        "this is not the address of a repository that the runner fetches from",
        place=url,
        fix="Write https://…, ssh://…, git@host:owner/name, file:///… or a folder relative to the root.",
    )


def _vetted_ref(ref: str) -> str:
    """`ref`, when it is a plain name. Raises InputError."""
    named = not ref.startswith("-")
    if named:
        try:
            process.git("check-ref-format", "--allow-onelevel", ref)
        except ProviderError:
            named = False
    if not named:
        raise InputError("source-ref", "this is not the name of a branch, tag or commit", place=ref)
    return ref


def _resolve(address: str, ref: str) -> str:
    """The commit that `ref` names: a tag's own commit before a branch's, as git itself decides."""
    if _COMMIT.fullmatch(ref):
        return ref
    answer = process.git("ls-remote", "--", address, ref, f"{ref}^{{}}", env=_access(address))
    commit = named_commit(answer.decode("utf-8", "replace"), ref)
    if commit is not None:
        return commit
    raise InputError(
        "source-ref",
        "the repository has no such branch or tag",
        place=f"{address} {ref}",
        fix="Write a branch, a tag or all 40 digits of a commit.",
    )


def _access(address: str) -> dict[str, str]:
    """What git's environment says for this address: the transports, and a token where one is meant for it.

    A manifest chooses the address, so a token goes to one host alone, the workflow's to this very
    repository alone, and neither into an argument.
    """
    token, host = os.environ.get(TOKEN, ""), os.environ.get(HOST) or "github.com"
    settings = credentials()
    if token and address.startswith(f"https://{host}/"):
        settings = authorization(f"https://{host}/", token)
    return _TRANSPORTS | variables(settings)


@contextmanager
def _store(repository: Repository, address: str, commit: str) -> Iterator[Store]:
    """The store that keeps what was fetched from `address`, for us alone while it is open."""
    import fcntl
    import hashlib

    sources = repository.state_directory() / "sources"
    sources.mkdir(exist_ok=True)
    name = hashlib.sha256(address.encode()).hexdigest()[:16]
    with (sources / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = Store(sources / f"{name}.git", repository)
        store.lay_out(object_format="sha1" if len(commit) == 40 else "sha256")
        yield store


def _tree(store: Store, commit: str) -> str:
    return store.git("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()


def _has(store: Store, object_id: str) -> bool:
    try:
        store.git("cat-file", "-e", object_id)
    except ProviderError:
        return False
    return True


def _fetch(store: Store, address: str, commit: str) -> None:
    """Bring `commit` without its history; with it, where the server gives out no single commits."""
    if _has(store, f"{commit}^{{tree}}"):
        return
    fetch = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
    try:
        pin = f"{commit}:refs/pins/{commit}"
        store.git(*fetch, "--depth=1", "--", address, pin, env=_access(address))
    except ProviderError:
        store.git(*fetch, "--", address, "+refs/*:refs/remote/*", env=_access(address))
        if not _has(store, f"{commit}^{{tree}}"):
            place = f"{address} {commit}"
            raise InputError("source-ref", "the repository has no such commit", place=place) from None
