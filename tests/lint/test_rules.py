"""Every rule finds its bad sample, and nothing but it, and lets its good sample pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.kinds import KINDS
from runner.lint import RULES, check, rules
from runner.lint.rule import Rule
from runner.manifest.document import parse
from runner.manifest.finding import Finding
from runner.manifest.load import load_document
from runner.settings import parse_settings

TYPES = {name: kind.job_type for name, kind in KINDS.items()}
Whole = Callable[[Rule, str], str]


def findings(name: str, manifest: str, root: Path) -> list[Finding]:
    """What lint says of a manifest in the surroundings that a rule's samples ask for."""
    rule = rules.rule(name)
    for file, text in rule.files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    loaded = load_document(parse(manifest, "jobs/sample.yaml"), TYPES)
    found = check(loaded, parse_settings(rule.settings), root if rule.files else None, rule.names)
    # Both samples of this rule stand in one file, and the name is what they differ in.
    return [each for each in found if name != "duplicate-job-name" or each.rule != "name-matches-file"]


@pytest.mark.parametrize("name", RULES)
def test_the_bad_sample_triggers_exactly_its_rule(name: str, whole: Whole, tmp_path: Path) -> None:
    rule = rules.rule(name)
    found = findings(name, whole(rule, rule.bad), tmp_path)
    assert {finding.rule for finding in found} == {name}
    for finding in found:
        assert finding.severity == rule.severity
        assert finding.message
        assert finding.fix
        assert finding.line > 0


@pytest.mark.parametrize("name", RULES)
def test_the_good_sample_passes_every_rule(name: str, whole: Whole, tmp_path: Path) -> None:
    rule = rules.rule(name)
    assert findings(name, whole(rule, rule.good), tmp_path) == []


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_explained(name: str) -> None:
    rule = rules.rule(name)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert rule.page is not None
    assert len(rule.page.split()) >= 15
    assert not rule.summary.endswith(".")


def test_every_file_of_the_rules_is_listed() -> None:
    folder = Path(str(rules.__file__)).parent
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--"}
    assert files == set(RULES)


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("python train.py", "write [python, train.py]"),
        ("python train.py > log.txt", 'write {shell: "python train.py > log.txt"}'),
        ("make && make test", 'write {shell: "make && make test"}'),
        ("python train.py $SEED", 'write {shell: "python train.py $SEED"}'),
        (
            "python train.py ${seed} | tee log",
            'write {shell: "python train.py ${seed} | tee log"}, with $RUNNER_… variables in place of ${…}',
        ),
        ("python train.py ${seed}", "write [python, train.py, ${seed}]"),
    ],
)
def test_a_line_that_only_a_shell_understands_is_proposed_for_a_shell(
    line: str, fix: str, whole: Whole, tmp_path: Path
) -> None:
    manifest = whole(rules.rule("command-not-split"), f"command: ['{line}']")
    fixes = [found.fix for found in findings("command-not-split", manifest, tmp_path)]
    assert fixes == [fix]


def test_what_an_override_brought_in_says_so(command: str) -> None:
    loaded = load_document(parse(command, "jobs/sample.yaml"), TYPES, ("spec.resources.timeout=30h",))
    (found,) = check(loaded, parse_settings(""))
    assert found.message.endswith(" (from --set spec.resources.timeout=30h)")
    assert (found.rule, found.place()) == ("timeout-over-provider-limit", "jobs/sample.yaml")


def test_what_stands_in_the_file_does_not_blame_an_override(command: str) -> None:
    text = command + "  resources: {timeout: 30h}\n"
    loaded = load_document(parse(text, "jobs/sample.yaml"), TYPES, ("spec.resources.cpu=2",))
    (found,) = check(loaded, parse_settings(""))
    assert (found.line, "--set" in found.message) == (7, False)


def test_a_key_in_an_override_is_not_repeated(command: str) -> None:
    key = "q7Zk2Lw9Xv4Rt8Bn3Mc6Jh1P"
    loaded = load_document(parse(command, "sample.yaml"), TYPES, (f"spec.env.API_TOKEN={key}",))
    (found,) = check(loaded, parse_settings(""))
    assert "(from --set spec.env.API_TOKEN=" in found.message
    assert key not in found.message
