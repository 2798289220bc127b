import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from runner.workflows.check_file import (
    Check,
    Expected,
    Fault,
    JobPlan,
    ManifestCheck,
    StagePlan,
    Upkeep,
    line,
    lines,
)
from runner.workflows.plan_page import headline, plan_page

Golden = Callable[[str, str], None]

COMMIT = "0123456789" * 4
MORE = "The [summary of the run](https://github.example/acme/demo/actions/runs/5) has them all."
TRAIN = ManifestCheck(
    file="jobs/skirmish-weights.yaml",
    change="changed",
    job="skirmish-weights",
    plan=JobPlan(
        kind="Tune",
        usd=2.5,
        stages=(
            StagePlan("train", 4, "2 CPU, 4 GiB, T4 or L4, up to 1h x 2 attempts", 2.1),
            StagePlan("validate", 3, "1 CPU, 2 GiB, up to 10m", 0.4),
        ),
        expected=Expected(1.2, 4, 0.9, 1.5),
        source="https://example.org/game.git at main",
        schedule="0 3 * * 1 in UTC",
        lands=("data/weights/ember.toml", "data/weights/tide.toml"),
        gates=("win_rate against the champion at least +0, at 95%",),
        secrets=("WANDB_API_KEY",),
        volumes=("games at /data",),
        approvals=("it could cost $2.50, more than $2.00 (runner.toml:7 at 0123456789ab)",),
    ),
    changes=("at most $1.25 → $2.50", "stage train: timeout 30m → 1h"),
    faults=(Fault(12, 5, "unpinned-pip", "warning", "numpy is not pinned", "write numpy==2.4.6"),),
)
WRONG = ManifestCheck(
    file="jobs/wrong.yaml",
    change="added",
    faults=(
        Fault(3, 9, "unknown-field", "error", "unknown field comand in spec", "did you mean command?"),
        Fault(0, 0, "over-budget", "error", "the plan could cost $9.00, and spec.budget.usd allows $1.00"),
    ),
)
GONE = ManifestCheck(file="jobs/old.yaml", change="removed", job="old")

SERVICE = replace(GONE, file="jobs/web.yaml", job="web", leaves="web")
WEB = ManifestCheck(
    file="jobs/web.yaml",
    change="added",
    job="web",
    plan=JobPlan(
        kind="Service",
        usd=52.8,
        stages=(StagePlan("serve", 2, "1 CPU, 4 GiB, T4, up to 5m", 52.8),),
        notes=("Stands in 0 to 2 containers, each for 64 requests at a time",),
        secrets=("SERVICE_PASSWORDS",),
        upkeep=Upkeep(1.1, 0.0),
    ),
)


def small(number: int) -> ManifestCheck:
    plan = JobPlan("Command", 0.25, (StagePlan("run", 1, "1 CPU, 2 GiB, up to 1h", 0.25),))
    return ManifestCheck(file=f"jobs/j{number}.yaml", change="added", job=f"j{number}", plan=plan)


def check(*manifests: ManifestCheck) -> Check:
    return Check(pull_request=7, head=COMMIT, base=COMMIT[::-1], dated="2026-11-01", manifests=manifests)


def test_one_changed_job_reads_as_the_golden_file(golden: Golden) -> None:
    golden("plan-one.md", plan_page(check(TRAIN), 60_000, MORE))


def test_many_jobs_and_errors_read_as_the_golden_file(golden: Golden) -> None:
    moved = replace(small(2), change="renamed", before="jobs/old-name.yaml")
    made = replace(
        check(WRONG, TRAIN, GONE, small(1), moved),
        settings="runner.toml",
        settings_faults=(Fault(2, 0, "bad-settings", "error", "unknown setting file_sise", ""),),
    )
    golden("plan-many.md", plan_page(made, 60_000, MORE, "_From a fork._"))


def test_a_service_whose_manifest_goes_is_told_how_it_is_removed(golden: Golden) -> None:
    golden("plan-service-gone.md", plan_page(check(SERVICE), 60_000, MORE))


def test_a_service_reads_as_the_golden_file(golden: Golden) -> None:
    golden("plan-service.md", plan_page(check(WEB), 60_000, MORE))
    assert headline(check(WEB, TRAIN)) == "1 plan, at most $2.50; 1 service, at most $52.80 a day"


def test_nothing_to_plan_reads_as_the_golden_file(golden: Golden) -> None:
    golden("plan-nothing.md", plan_page(check(), 60_000, MORE))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (check(), "nothing to plan"),
        (check(small(1), small(2)), "2 plans, at most $0.50"),
        (check(WRONG), "1 manifest has errors"),
        (check(WRONG, WRONG, small(1)), "2 manifests have errors; 1 plan, at most $0.25"),
        (check(GONE), "1 manifest removed"),
        (replace(check(), settings_faults=WRONG.faults), "the settings have errors"),
    ],
)
def test_the_headline_counts(made: Check, said: str) -> None:
    assert headline(made) == said


@pytest.mark.parametrize("count", [4, 300])
def test_a_page_stays_below_its_limit_and_says_what_is_left_out(count: int) -> None:
    long = replace(TRAIN, changes=lines(["x" * 490] * 20))
    page = plan_page(check(WRONG, *[long] * (count - 1)), 60_000, MORE)
    assert len(page) <= 60_000
    assert "`jobs/wrong.yaml:3`" in page
    assert (MORE in page) == ("manifests more than is shown here" in page) == (count > 4)


def test_a_thousand_broken_manifests_stay_below_the_limit() -> None:
    wrong = [replace(WRONG, file=f"jobs/{number}.yaml", faults=WRONG.faults[:1]) for number in range(1000)]
    assert 50_000 < len(plan_page(check(*wrong), 60_000, MORE)) <= 60_000


def test_three_hundred_small_jobs_are_all_in_the_table() -> None:
    page = plan_page(check(*map(small, range(300))), 60_000, MORE)
    assert all(f"| `j{number}` | added | 1 | \\$0.25 |" in page for number in range(300))


LINKED = re.compile(r"@acme|#12|https?://|(?<!\w)(GH-7|www\.e)|[\u202e\x1b]")
NASTY = st.lists(
    st.sampled_from(
        [
            *("</details>", "<img src=x>", "<!-- runner:plan -->", "&lt;", "@acme/all", "#12", "GH-7"),
            *("![x](http://e.example/x)", "[x](javascript:1)", "https://e.example", "www.e.example"),
            *(
                "|",
                "`",
                "~~~",
                "***",
                "_",
                "\\",
                "$$x$$",
                "# Merged",
                "> ",
                "1. ",
                "- [x] done",
                "    ",
                "\n\n",
            ),
            *("\u202e", "\x1b[31m", "a"),
        ]
    ),
    max_size=6,
).map("".join)


@settings(max_examples=60)
@given(st.lists(NASTY, min_size=12, max_size=12), st.sampled_from([1, 4]))
def test_nothing_in_a_manifest_marks_up_the_page(texts: list[str], count: int) -> None:
    file, job, kind, name, needs, lands, gate, secret, reason, change, message, fix = map(line, texts)
    plan = JobPlan(kind, 1.0, (StagePlan(name, 1, needs, 1.0),), None, reason, gate, (lands,), (gate,))
    nasty = ManifestCheck(
        file=file,
        change="renamed",
        before=file,
        job=job,
        plan=replace(plan, secrets=(secret,), volumes=(secret,), approvals=(reason,)),
        changes=(change,),
        faults=(Fault(1, 1, name, "error", message, fix),),
    )
    other = replace(nasty, faults=())
    made = replace(check(nasty, *[other] * count), dated=reason, settings=file)
    assert_plain(plan_page(made, 60_000, "", ""), headings=2 + count, folded=count > 3)


def assert_plain(page: str, headings: int, folded: bool) -> None:
    """Nothing but our own headings, tables, lists and folds, and no text that GitHub links."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page)
    inline = [child for token in tokens for child in token.children or ()]
    assert sum(token.type == "heading_open" for token in tokens) == headings
    assert not {"link_open", "image"} & {child.type for child in inline}
    assert not {"fence", "code_block", "blockquote_open", "hr", "ordered_list_open"} & {
        t.type for t in tokens
    }
    html = [token.content.strip() for token in (*tokens, *inline) if token.type.startswith("html")]
    fold = ["<details>\n<summary>What each of them runs</summary>", "</details>"] if folded else []
    assert html == [*fold, "<sub>", "</sub>"]
    text = " ".join(child.content for child in inline if child.type == "text")
    assert not LINKED.search(text)
