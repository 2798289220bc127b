"""actions/create-github-app-token v3: a token for who holds the App's key."""

from __future__ import annotations

import os

from tests.standins.actions.shims.asking import ask, begin, fail, output


def main() -> None:
    """Asks the harness for a token of the App, with no more permissions than asked for."""
    given = begin()
    identifier = given.get("client-id") or given.get("app-id")
    if not identifier:
        fail("Input required and not supplied: client-id")
    if not given.get("private-key"):
        fail("Input required and not supplied: private-key")
    if given.get("enterprise") or given.get("owner") not in ("", None, os.environ["GITHUB_REPOSITORY_OWNER"]):
        fail("The stand-in for actions/create-github-app-token knows one installation: this repository's.")
    start = "permission-"
    wanted = {
        name.removeprefix(start): level for name, level in given.items() if name.startswith(start) and level
    }
    made = ask("app-token", identifier=identifier, key=given["private-key"], permissions=wanted)
    print(f"::add-mask::{made['token']}", flush=True)
    output("token", made["token"])
    output("installation-id", made["installation"])
    output("app-slug", made["slug"])


if __name__ == "__main__":
    main()
