"""The leaderboard's own checker, in a process of its own: `python reference.py FOLDER < cases > verdicts`.

FOLDER is where the wheel `bfcl-eval` is unpacked; of what it depends on nothing is there, nor needed. Cases
are pickled, for their tuples: (category, index of the row, [(name, arguments), …]). A verdict is a bool, or
the name of the exception that the checker ended with.
"""

import json
import pickle
import sys
import types
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
sys.path.insert(0, str(FOLDER))


class Configurations(dict[str, type]):
    """Stands for the table of models, which imports every provider's client: names keep their dots."""

    def __missing__(self, name: str) -> type:
        return type("Configuration", (), {"underscore_to_dot": False})


table = types.ModuleType("bfcl_eval.constants.model_config")
table.MODEL_CONFIG_MAPPING = Configurations()  # type: ignore[attr-defined]
sys.modules[table.__name__] = table

from bfcl_eval.constants.enums import Language  # type: ignore[import-not-found]  # noqa: E402
from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker  # type: ignore[import-not-found]  # noqa: E402

LANGUAGES = {"simple_java": Language.JAVA, "simple_javascript": Language.JAVASCRIPT}


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    data = FOLDER / "bfcl_eval" / "data"
    rows: dict[str, list[tuple[Any, Any]]] = {}
    verdicts: list[bool | str] = []
    for category, index, calls in pickle.load(sys.stdin.buffer):
        if category not in rows:
            name = f"BFCL_v4_{category}.json"
            pairs = zip(lines(data / name), lines(data / "possible_answer" / name), strict=True)
            rows[category] = [(row["function"], answer["ground_truth"]) for row, answer in pairs]
        function, answers = rows[category][index]
        output = [{name: arguments} for name, arguments in calls]
        language = LANGUAGES.get(category, Language.PYTHON)
        try:
            verdicts.append(ast_checker(function, output, answers, language, category, "any")["valid"])
        except Exception as error:
            verdicts.append(type(error).__name__)
    pickle.dump(verdicts, sys.stdout.buffer)


if __name__ == "__main__":
    main()
