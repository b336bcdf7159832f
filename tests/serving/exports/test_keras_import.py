"""Plain `.keras` files as saved models: what is taken, and what is refused before it is loaded."""

from __future__ import annotations

import json
import secrets
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from hornbook.errors import ExportError
from hornbook.registry import Registry, rebuild
from hornbook.registry.transfer import get_keras_model_from_saved_model
from hornbook.serving.exports.keras_import import import_keras_file

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@keras.saving.register_keras_serializable("tests")
class Registered(keras.layers.Dense):
    """A layer of somebody's own, with a registered name."""


class Own(keras.layers.Dense):
    """A layer of somebody's own."""


def double(x: Any) -> Any:
    return 2 * x


def save(path: Path, *layers: Any) -> Path:
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    model.compile("adam", loss=double)
    model.save(path)
    return path


@pytest.fixture
def registry(home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HORNBOOK_HOME", str(home))
    with Registry(home) as opened:
        yield opened


@pytest.mark.slow
def test_a_network_of_keras_layers_gives_its_weights(registry: Registry, tmp_path: Path):
    nested = keras.Sequential([keras.Input((4,)), keras.layers.Reshape((2, 2))])
    lstm = keras.layers.Bidirectional(keras.layers.LSTM(2))
    layers = (keras.layers.Dense(4, activation="relu", kernel_regularizer="l2"), nested, lstm)
    path = save(tmp_path / "net.keras", *layers)
    first = import_keras_file(registry, path, "Net")
    second = import_keras_file(registry, path, "Net")
    assert (first.version_id, second.version_id) == ("v1", "v2")
    assert registry.saved_model("Net").active_version == second
    assert "net.keras" in second.session_reference
    again = get_keras_model_from_saved_model("Net")
    saved = keras.saving.load_model(path, compile=False)
    for mine, other in zip(again.get_weights(), saved.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    # The loss was a function of somebody's own; none of it is kept.
    with zipfile.ZipFile(second.folder / "model" / "model.keras") as archive:
        assert "double" not in archive.read("config.json").decode()
    assert not [one for one in (registry.home / "saved_models").iterdir() if "partial" in one.name]


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (keras.layers.Lambda(lambda x: 2 * x, name="twice"), "layer 'twice': a Lambda is Python"),
        (Registered(2, name="mine"), "layer 'mine': Registered is "),
        (Own(2, name="own"), "layer 'own': Own is "),
        (keras.layers.Dense(2, activation=double, name="d"), "layer 'd': it calls the function"),
        (
            keras.Sequential([keras.Input((3,)), keras.layers.Lambda(double, name="inner")]),
            "layer 'inner': a Lambda",
        ),
    ],
)
def test_code_of_somebody_s_own_is_refused(
    registry: Registry, tmp_path: Path, layer: Any, reason: str
):
    path = save(tmp_path / "net.keras", layer)
    with pytest.raises(ExportError, match=reason):
        import_keras_file(registry, path, "Net")
    assert registry.saved_models() == []


def rewritten(path: Path, name: str, content: bytes) -> Path:
    """A copy of a file with a member more, or another one."""
    target = path.with_name(f"{secrets.token_hex(4)}.keras")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", 8) as copy:
        for member in source.namelist():
            if member != name:
                copy.writestr(member, source.read(member))
        copy.writestr(name, content)
    return target


def test_files_that_are_no_keras_files_are_refused(registry: Registry, tmp_path: Path):
    text = tmp_path / "text.keras"
    text.write_text("no zip")
    path = save(tmp_path / "net.keras")
    evil = {"class_name": "Popen", "module": "subprocess", "config": {"args": "true"}}
    cases = {
        "is no .keras file": text,
        "leads out of the file": rewritten(path, "../evil", b"x"),
        "unpacks suspiciously far": rewritten(path, "assets/zeros", bytes(50_000_000)),
        "holds no object": rewritten(path, "config.json", b"[]"),
        "Popen is a class of subprocess": rewritten(path, "config.json", json.dumps(evil).encode()),
    }
    for message, file in cases.items():
        with pytest.raises(ExportError, match=message):
            import_keras_file(registry, file, "Net")


@pytest.mark.slow
def test_what_keras_cannot_load_is_refused_by_its_words(registry: Registry, tmp_path: Path):
    path = save(tmp_path / "net.keras")
    broken = rewritten(path, "model.weights.h5", b"no weights")
    with pytest.raises(ExportError, match=r"could not load .* in its safe mode"):
        import_keras_file(registry, broken, "Net")
    assert registry.saved_models() == []


@pytest.mark.slow
def test_an_imported_version_comes_back_with_a_lost_database(home: Path, tmp_path: Path):
    with Registry(home) as registry:
        version = import_keras_file(registry, save(tmp_path / "net.keras"), "Net")
    (home / "hornbook.db").unlink()
    rebuild(home)
    with Registry(home) as registry:
        assert registry.saved_model("Net").active_version.version_id == version.version_id
