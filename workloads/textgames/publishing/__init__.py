"""Puts trained weights where they are kept beside the run: into W&B and onto the Hugging Face hub."""

from workloads.textgames.publishing.publish import publish

__all__ = ["publish"]
