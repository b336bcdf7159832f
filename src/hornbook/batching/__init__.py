"""Batches for Keras: prepared rows, sequences of them, and their augmentation."""

from hornbook.batching.augmentation import Augmentator, DataAugmentationSequence
from hornbook.batching.prefetch import PrefetchedSequence, prefetched
from hornbook.batching.rows import Batch, PreparedRows, balanced_class_weights, row_weights
from hornbook.batching.sequence import RowSequence

__all__ = [
    "Augmentator",
    "Batch",
    "DataAugmentationSequence",
    "PrefetchedSequence",
    "PreparedRows",
    "RowSequence",
    "balanced_class_weights",
    "prefetched",
    "row_weights",
]
