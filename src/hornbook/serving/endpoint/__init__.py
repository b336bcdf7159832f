"""Saved models behind an HTTP port, in a process of their own."""

from hornbook.serving.endpoint.options import EndpointOptions
from hornbook.serving.endpoint.serve import serve_endpoint
from hornbook.serving.endpoint.shares import parse_shares, write_shares

__all__ = ["EndpointOptions", "parse_shares", "serve_endpoint", "write_shares"]
