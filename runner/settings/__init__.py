"""The repository's settings and policy: `runner.toml`, or `[tool.runner]` in `pyproject.toml`."""

from runner.settings.loading import load_settings, parse_settings, settings_of
from runner.settings.model import FILE, Approval, GitHubSettings, ModalSettings, Settings

__all__ = [
    "FILE",
    "Approval",
    "GitHubSettings",
    "ModalSettings",
    "Settings",
    "load_settings",
    "parse_settings",
    "settings_of",
]
