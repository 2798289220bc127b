"""What people are told of a service whose manifest goes, or is gone: in one comment of the pull request."""

from __future__ import annotations

from runner.results.markdown import code, escape, fence, link


def topic_of(job: str) -> str:
    """What the comment is known by."""
    return f"service-{job}"


def address_text(url: str) -> str:
    """Where a service is reached, as Markdown."""
    return link(escape(url.partition("://")[2] or url), url)


def proposed_text(job: str, url: str) -> str:
    """Before the merge."""
    return (
        f"### {code(job)} stands at {address_text(url)}\n\nThis takes its manifest away. Merging it takes "
        "nothing down: the service stays as it is, and may cost money, until somebody who may write to the "
        "repository confirms that it goes. With this comment it is removed at the merge:"
        f"\n\n{_command(job)}\n"
    )


def unmanaged_text(job: str, url: str) -> str:
    """After the merge, as long as nobody has confirmed."""
    return (
        f"### {code(job)} still stands at {address_text(url)}\n\nIts manifest is gone, and nobody confirmed "
        "that the service goes, too: it stands unmanaged, and may cost money. Somebody who may write to the "
        f"repository removes it with this comment, here or on any pull request:\n\n{_command(job)}\n"
    )


def removed_text(job: str, login: str) -> str:
    """When it is gone."""
    return f"### {code(job)} was removed\n\n{code(login)} confirmed it. Nothing of it runs any more.\n"


def _command(job: str) -> str:
    return fence(f"/remove {job}")
