from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hornbook.api import Studio
from hornbook.jobs import ExportRuns

EXPORTS = "/api/v1/exports"

# Keras' own, when it saves weights.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def saved_model(studio: Studio, tmp_path: Path) -> str:
    """A saved model that is a network alone."""
    import keras

    (tmp_path / "network" / "model").mkdir(parents=True)
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    network.save(tmp_path / "network" / "model" / "model.keras")
    version = studio.registry.add_imported(
        tmp_path / "network", name="Net", origin="imported from net.keras"
    )
    return version.saved_model_id


def ended(studio: Studio) -> None:
    """Waits until the exports that were started have ended."""
    studio.exports._threads.submit(int).result()


def test_formats_are_listed_and_others_refused(client: TestClient, saved_model: str):
    names = [one["name"] for one in client.get("/api/v1/export-formats").json()]
    assert {"keras", "python", "mlflow", "savedmodel", "notebook"} <= set(names)
    refused = client.post(EXPORTS, json={"model": saved_model, "format": "kears"})
    assert refused.status_code == 404
    assert "keras" in refused.json()["fix"]
    unknown = client.post(EXPORTS, json={"model": "none", "format": "keras"})
    assert unknown.status_code == 404
    assert client.post(EXPORTS, json={"model": "", "format": "keras"}).status_code == 422
    for path in ("none", "..%2F..%2Fetc", "Abcd3fgh"):
        assert client.get(f"{EXPORTS}/{path}").status_code == 404


@pytest.mark.slow
def test_an_export_is_made_downloaded_and_removed(
    client: TestClient, studio: Studio, saved_model: str
):
    started = client.post(EXPORTS, json={"model": saved_model, "format": "keras"})
    assert started.status_code == 202, started.text
    path = f"{EXPORTS}/{started.json()['export_id']}"
    assert client.get(f"{path}/file").status_code == 404
    assert client.delete(path).status_code == 400
    ended(studio)
    done = client.get(path).json()
    assert done["status"] == "finished", done
    assert "plain Keras" in done["notes"][0]
    content = client.get(f"{path}/file").content
    assert len(content) == done["size_bytes"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {"model-keras/model.keras", "model-keras/README.md"} <= set(archive.namelist())
    assert [one["export_id"] for one in client.get(EXPORTS).json()] == [done["export_id"]]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


@pytest.mark.slow
def test_an_export_that_cannot_be_made_says_why(
    client: TestClient, studio: Studio, saved_model: str
):
    started = client.post(EXPORTS, json={"model": saved_model, "format": "python"}).json()
    ended(studio)
    failed = client.get(f"{EXPORTS}/{started['export_id']}").json()
    assert failed["status"] == "failed"
    assert "a network alone" in failed["error"]
    assert client.get(f"{EXPORTS}/{started['export_id']}/file").status_code == 404


def test_an_export_that_the_server_did_not_finish_has_failed(home: Path, tmp_path: Path):
    runs = ExportRuns(home)
    runs.close()
    other = ExportRuns(home)
    other._threads.submit = lambda *arguments: None  # type: ignore[method-assign, assignment]
    run = other.start("Net", tmp_path, "keras", Path("model-keras"))
    assert other.get(run.export_id).status == "waiting"
    assert runs.get(run.export_id).status == "failed"
    runs.remove(run.export_id)
    assert other.all() == []
    other.close()
