"""Import paths of existing code, answered by Hornbook; every name is defined in `hornbook`."""

from hornbook.training.user_data import Dataset, Folder

__all__ = ["Dataset", "Folder"]
