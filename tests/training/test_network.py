from __future__ import annotations

import pytest

from hornbook.training.network import describe_network, read_network, write_network

keras = pytest.importorskip("keras")


def test_a_network_is_described_and_kept(tmp_path):
    main, more = keras.Input((3,), name="main"), keras.Input((2,), name="more")
    dense = keras.layers.Dense(4, name="dense", trainable=False)(main)
    joined = keras.layers.Concatenate(name="joined")([dense, more])
    model = keras.Model([main, more], keras.layers.Dense(1, name="prediction")(joined))
    found = describe_network(model)
    layers = {layer["name"]: layer for layer in found["layers"]}
    assert layers["joined"]["inputs"] == ["dense", "more"]
    assert layers["joined"]["shape"] == [None, 6]
    assert layers["dense"]["parameters"] == 16
    assert (found["parameters"], found["trainable_parameters"]) == (23, 7)
    assert read_network(tmp_path) is None
    write_network(model, tmp_path)
    assert read_network(tmp_path) == found
