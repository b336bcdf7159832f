"""Images as arrays."""

from hornbook.features import load_img

__all__ = ["load_img"]
