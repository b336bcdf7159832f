"""Serving the studio: its pages, the API behind them, the process that does both."""

from hornbook.web.server import ServerOptions, serve

__all__ = ["ServerOptions", "serve"]
