"""Facts about the current training."""

from hornbook.training.context import get_variable

__all__ = ["get_variable"]
