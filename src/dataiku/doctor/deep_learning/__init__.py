"""Helpers for deep-learning code, re-exported from `hornbook`."""
