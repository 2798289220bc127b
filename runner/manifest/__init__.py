"""Manifests: YAML files under `jobs/` that say what should run."""
