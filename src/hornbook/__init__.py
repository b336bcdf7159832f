"""Hornbook: a self-hosted, semi-visual deep-learning studio."""

__version__ = "0.1.0"
