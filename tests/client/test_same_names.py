"""What a server's workspace offers by the names of the one on this machine."""

from __future__ import annotations

import inspect

import pytest

import hornbook

ONLY_HERE = {
    "Workspace": {"home", "keep_worker_ready", "model_folder", "trust"},
    "Task": {"folder", "record"},
    "Session": {"record"},
    "Model": {"folder", "load_keras", "predictor", "read_options"},
    "LoadedModel": {"folder", "predictor", "read_options"},
    "SavedModel": {"record"},
    "SavedModelVersion": {"folder", "predictor", "read_options", "record"},
}
"""What is of this machine's files and processes."""


@pytest.mark.parametrize("name", ONLY_HERE)
def test_a_server_has_the_same_names_with_the_same_arguments(name):
    here, there = getattr(hornbook, name), getattr(hornbook, f"Remote{name}")
    for member in public(here) - ONLY_HERE[name]:
        one, other = getattr(here, member), getattr(there, member)
        assert isinstance(one, property) == isinstance(other, property), member
        if not isinstance(one, property):
            wanted, found = arguments(one), arguments(other)
            assert {key: found.get(key) for key in wanted} == wanted, member


def arguments(method):
    """How each is given, and its default; one function stands for another."""
    return {
        name: (one.kind, "function" if inspect.isfunction(one.default) else one.default)
        for name, one in inspect.signature(method).parameters.items()
    }


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}
