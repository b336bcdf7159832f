"""Sequences that wrap sequences."""

from hornbook.batching import DataAugmentationSequence

__all__ = ["DataAugmentationSequence"]
