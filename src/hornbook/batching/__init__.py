"""Batches for Keras: prepared rows, sequences of them, and their augmentation."""

from hornbook.batching.augmentation import Augmentator, DataAugmentationSequence
from hornbook.batching.rows import Batch, PreparedRows, balanced_class_weights, row_weights
from hornbook.batching.sequence import RowSequence
from hornbook.batching.target_format import TargetFormat

__all__ = [
    "Augmentator",
    "Batch",
    "DataAugmentationSequence",
    "PreparedRows",
    "RowSequence",
    "TargetFormat",
    "balanced_class_weights",
    "row_weights",
]
