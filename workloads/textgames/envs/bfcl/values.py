"""Whether a value is one of those that the answer allows: the leaderboard's rules, type by type.

Of what is allowed, `""` marks an argument or an entry that may be left out.
"""

from __future__ import annotations

import re
from typing import Any, Final

LEFT_OUT: Final = ""
_IGNORED: Final = re.compile(r"[ ,./\-_*^]")


def standard(value: Any) -> Any:
    """A string as it is compared: without spaces and the signs `,./-_*^`, in lower case, `'` as `"`."""
    return _IGNORED.sub("", value).lower().replace("'", '"') if isinstance(value, str) else value


def is_string(value: str, allowed: list[Any]) -> bool:
    """Whether it is one of the strings, in standard form."""
    return standard(value) in [standard(option) for option in allowed if isinstance(option, str)]


def is_list(value: list[Any], allowed: list[Any]) -> bool:
    """Whether it is one of the lists, in order; strings in standard form, but not those in nested lists."""
    found = [standard(item) for item in value]
    return any(found == [standard(item) for item in option] for option in _lists(allowed))


def is_dict(value: dict[str, Any], allowed: list[Any]) -> bool:
    """Whether it is one of the dicts, each of which has a list of what is allowed for each key."""
    return any(_is_this_dict(value, option) for option in allowed if isinstance(option, dict))


def _is_this_dict(value: dict[str, Any], option: dict[str, list[Any]]) -> bool:
    for key, item in value.items():
        if key not in option or standard(item) not in [standard(choice) for choice in option[key]]:
            return False
    return all(key in value or LEFT_OUT in choices for key, choices in option.items())


def is_list_of_dicts(value: list[Any], allowed: list[Any]) -> bool:
    """Whether it is one of the lists of dicts, in order."""
    return any(
        len(value) == len(option)
        and all(
            isinstance(item, dict) and is_dict(item, [wanted])
            for item, wanted in zip(value, option, strict=True)
        )
        for option in _lists(allowed)
    )


def _lists(allowed: list[Any]) -> list[list[Any]]:
    """The lists among the values; an empty one for an argument that may be left out."""
    options = [[] if option == LEFT_OUT else option for option in allowed]
    return [option for option in options if isinstance(option, list)]
