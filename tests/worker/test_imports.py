import ast
import sys
from pathlib import Path

import pytest

WORKER = Path(__file__).parents[2] / "runner" / "worker"


@pytest.mark.parametrize("path", sorted(WORKER.glob("*.py")), ids=lambda path: path.name)
def test_the_worker_imports_the_standard_library_and_itself(path: Path) -> None:
    # The oldest Python that an image may hold can parse it too.
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    assert all(name.startswith("runner.worker") for name in foreign)
