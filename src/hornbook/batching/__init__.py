"""Batches for Keras: prepared rows, sequences of them, and their augmentation."""

from hornbook.batching.augmentation import Augmentator, DataAugmentationSequence
from hornbook.batching.clock import Activity, Clock
from hornbook.batching.prefetch import PrefetchedSequence, prefetched
from hornbook.batching.record_layout import RecordLayout
from hornbook.batching.row_cache import RowCache
from hornbook.batching.rows import Batch, PreparedRows, balanced_class_weights, row_weights
from hornbook.batching.sequence import RowSequence

__all__ = [
    "Activity",
    "Augmentator",
    "Batch",
    "Clock",
    "DataAugmentationSequence",
    "PrefetchedSequence",
    "PreparedRows",
    "RecordLayout",
    "RowCache",
    "RowSequence",
    "balanced_class_weights",
    "prefetched",
    "row_weights",
]
