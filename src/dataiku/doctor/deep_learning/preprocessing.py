"""Processors of text columns."""

from hornbook.features.tokenizer import TokenizerProcessor

__all__ = ["TokenizerProcessor"]
