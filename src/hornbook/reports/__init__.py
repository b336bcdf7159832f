"""What a kept model is like, from what its training left behind."""

from hornbook.reports.confusion import confusion_of

__all__ = ["confusion_of"]
