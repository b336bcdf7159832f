"""Models as `hornbook init` designs them, in ONNX Runtime on the raw rows of their files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import polars as pl
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.slow

_TOLERANCE = 1e-5


def exported(terminal: Any, *design: object) -> tuple[Path, dict[str, Any]]:
    """Designs, trains and exports; returns the model and what its certificate says."""
    terminal.run("init", "design", *design)
    terminal.run("train", "design", "--set", "training.epochs=2")
    output = terminal.folder / "model.onnx"
    terminal.run("export", "latest", "--format", "onnx", "--output", output)
    return output, json.loads(output.with_suffix(".parity.json").read_text())


def run(model: Path, file: Path) -> dict[str, NDArray[Any]]:
    """The model's outputs for all rows of a file, read without Hornbook."""
    session = onnxruntime.InferenceSession(model)
    texts = pl.read_csv(file, infer_schema=False)
    feeds = {}
    for one in session.get_inputs():
        column = texts[one.name]
        if one.type == "tensor(double)":
            feeds[one.name] = column.cast(pl.Float64).to_numpy()[:, np.newaxis]
        else:
            feeds[one.name] = column.fill_null("").to_numpy().astype(object)[:, np.newaxis]
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def predicted(terminal: Any, file: Path) -> pl.DataFrame:
    terminal.run("predict", "latest", file, "out.parquet")
    return pl.read_parquet(terminal.folder / "out.parquet")


def test_wines(terminal, data_folder):
    file = data_folder / "wine_quality_white.csv"
    model, certificate = exported(
        terminal, "--data", file, "--target", "quality", "--type", "regression"
    )
    assert certificate["rows"] == 980
    assert certificate["contributed_operators"] == []
    given, expected = run(model, file)["prediction"], predicted(terminal, file)["prediction"]
    assert len(given) == 4898
    np.testing.assert_allclose(given, expected, rtol=0, atol=_TOLERANCE)


def test_adults(terminal, data_folder):
    file = data_folder / "adult_test.csv"
    model, certificate = exported(
        terminal, "--data", data_folder / "adult_train.csv", "--test", file, "--target", "income"
    )
    assert certificate["rows"] == 16_281
    assert certificate["contributed_operators"] == []
    given, expected = run(model, file), predicted(terminal, file)
    np.testing.assert_allclose(
        given["probabilities"][:, 1], expected["proba_>50K"], rtol=0, atol=_TOLERANCE
    )
    assert given["prediction"].tolist() == expected["prediction"].to_list()


def test_sentences(terminal, data_folder):
    file = data_folder / "sst2_test.csv"
    model, certificate = exported(
        terminal, "--data", data_folder / "sst2_train.csv", "--test", file, "--target", "label"
    )
    assert certificate["rows"] == 1821
    assert certificate["contributed_operators"] == []
    given, expected = run(model, file), predicted(terminal, file)
    np.testing.assert_allclose(
        given["probabilities"][:, 1], expected["proba_1"], rtol=0, atol=_TOLERANCE
    )
    assert given["prediction"].tolist() == expected["prediction"].to_list()
