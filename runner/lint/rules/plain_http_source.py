"""What is fetched over `http://` or `git://` can be changed on the way, and it is code that runs with
the job's secrets. A user name and password in a URL end up in logs.

Use `https://` without credentials.
"""

from __future__ import annotations

from runner.lint.rule import Problem, Problems, Rule, Subject
from runner.wording import shown


def check(subject: Subject) -> Problems:
    """Repositories over plain protocols, other helpers, or with credentials."""
    source = subject.spec.source
    if source is None:
        return
    scheme, found, rest = source.repository.partition("://")
    path = ("spec", "source", "repository")
    if found and scheme.lower() not in ("https", "ssh", "file"):
        yield Problem(path, f"the source is fetched over {shown(scheme)}", "use an https:// URL")
    elif found and scheme.lower() == "https" and "@" in rest.partition("/")[0]:
        yield Problem(path, "the URL holds credentials", "remove them, and use a public URL or ssh")
    elif "::" in source.repository or source.repository.startswith("-"):
        yield Problem(path, "this is an option or a helper of git, not a URL", "use an https:// URL")


RULE = Rule(
    severity="error",
    summary="Code fetched without encryption or with a password",
    page=__doc__,
    check=check,
    bad="source: {repository: 'http://example.org/game.git'}",
    good="source: {repository: 'https://example.org/game.git'}",
)
