"""What people read of services: in the summary, and in pull requests."""

from collections.abc import Callable

from runner.pipeline.launching import NEEDS_APPROVAL
from runner.pipeline.reconciling import Outcome
from runner.workflows.deploy_page import deploy_page, headline
from runner.workflows.launch_page import Site
from runner.workflows.removal_page import proposed_text, removed_text, unmanaged_text

Golden = Callable[[str, str], None]
SITE = Site("https://github.com/acme/demo", "ab" * 20, "modal")
URL = "https://acme--runner-service-web-serve.modal.run"


def test_a_page_lists_every_service_and_escapes_what_it_quotes(golden: Golden) -> None:
    outcomes = [
        Outcome(
            job="web",
            action="deployed",
            url=URL,
            manifest="jobs/web.yaml",
            hourly_usd=1.1,
            why="it is not deployed",
        ),
        Outcome(job="api", action="in-sync", url=URL, manifest="jobs/api.yaml"),
        Outcome(job="back", action="held", url=URL, manifest="jobs/back.yaml", why="it was rolled back"),
        Outcome(
            job="dear",
            action="failed",
            manifest="jobs/dear.yaml",
            error=NEEDS_APPROVAL,
            why="a person must agree: it could cost $100.00",
        ),
        Outcome(
            job="wrong",
            action="failed",
            manifest="jobs/a`|$(x) <b>.yaml",
            error="provider-failed",
            why="**bold** @team <script> | cell",
            fix="see [this](http://evil)",
        ),
        Outcome(job="old", action="removed", why="somebody confirmed that it goes with its manifest"),
        Outcome(job="left", action="unmanaged", url="javascript:alert(1)", why="no manifest describes it"),
        Outcome(job="more", action="unmanaged", url=URL),
    ]
    golden("deployed.md", deploy_page(outcomes, SITE))
    golden("deployed-nothing.md", deploy_page([], SITE))
    assert headline(outcomes[:2]) == "2 services: 1 deployed, 1 in sync"


def test_comments_on_a_service_whose_manifest_goes_read_as_the_golden_file(golden: Golden) -> None:
    texts = (proposed_text("web", URL), unmanaged_text("web", URL), removed_text("web", "ada"))
    golden("removal.md", "\n".join(texts))
