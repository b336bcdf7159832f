"""Exports of real models, run where there is no Hornbook, and a notebook run to its end."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import polars as pl
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MORE = ("mlflow-skinny", "pandas")
MLFLOW = """
import sys
import mlflow.pyfunc
import pandas as pd
frame = pd.read_csv(sys.argv[2])
first = mlflow.pyfunc.load_model(sys.argv[1]).predict(frame)
first.to_csv(sys.argv[3], index=False)
"""


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with what an export asks for, and no Hornbook; one for all processes of the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "bare"
    python = folder / "bin" / "python"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            make_bare(folder, python)
            (folder / "complete").touch()
    return python


def make_bare(folder: Path, python: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [
            *(str(uv), "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode"),
            *("--constraint", str(ROOT / "constraints.txt"), "numpy", "keras", "jax", *MORE),
        ],
        check=True,
    )
    for package in ("hornbook", "polars", "pyarrow", "tensorflow"):
        found = subprocess.run(
            [python, "-c", f"import {package}"], capture_output=True, check=False
        )
        assert found.returncode != 0, package


def run_bare(terminal, *arguments):
    """Runs something without Hornbook, in the folder of the terminal."""
    environment = {**terminal.environment, "KERAS_BACKEND": "jax"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        list(map(str, arguments)),
        cwd=terminal.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def expect_equal(terminal, mine, columns):
    """Holds the predictions of a file against those of `hornbook predict`, row by row."""
    wanted = pl.read_csv(terminal.folder / "hornbook.csv")
    found = pl.read_csv(terminal.folder / mine)
    assert len(found) == len(wanted)
    assert set(columns) <= set(found.columns)
    for name in columns:
        if wanted[name].dtype.is_float():
            difference = (wanted[name] - found[name].cast(pl.Float64)).abs().max()
            assert difference < 1e-5, (name, difference)
            assert wanted[name].null_count() == found[name].null_count()
        else:
            assert (wanted[name].cast(pl.String) == found[name].cast(pl.String)).all(), name


def check_certificate(report, rows):
    certificate = report["certificate"]
    assert certificate["rows"] == rows
    assert certificate["largest_difference"] < 1e-5
    assert certificate["rows_of_another_class"] == 0


def test_adult_predicts_without_hornbook_and_with_mlflow(terminal, data_folder, bare_python):
    test_file = data_folder / "adult_test.csv"
    train_file = data_folder / "adult_train.csv"
    terminal.run("init", "adult", "--data", train_file, "--target", "income")
    terminal.run("train", "adult", "--set", "training.epochs=2")
    saved = terminal.json("deploy", "latest", "--name", "Adult")
    terminal.run("predict", "latest", test_file, "hornbook.csv")
    columns = ["prediction", "proba_<=50K", "proba_>50K"]

    report = terminal.json("export", "Adult", "--format", "python", "--output", "py")
    check_certificate(report, 5000)
    folder = terminal.folder / "py"
    assert {path.name for path in folder.iterdir()} == {
        *("README.md", "certificate.json", "export.json", "model", "predict.py"),
        *("requirements.txt", "runtime"),
    }
    needed = (folder / "requirements.txt").read_text().split()
    assert [one.partition("==")[0] for one in needed] == ["numpy", "keras", "jax"]
    run_bare(terminal, bare_python, folder / "predict.py", test_file, "py.csv")
    expect_equal(terminal, "py.csv", columns)
    given = pl.read_csv(test_file, infer_schema=False)
    kept = pl.read_csv(terminal.folder / "py.csv", infer_schema=False).select(given.columns)
    assert kept.equals(given)

    report = terminal.json(
        "export", saved["saved_model_id"], "--format", "mlflow", "--output", "ml"
    )
    check_certificate(report, 1000)
    run_bare(terminal, bare_python, "-c", MLFLOW, "ml", test_file, "ml.csv")
    expect_equal(terminal, "ml.csv", columns)
    described = (terminal.folder / "ml" / "MLmodel").read_text("utf-8")
    assert "loader_module: exported_model_" in described
    assert not list((terminal.folder / "ml").rglob("*.pkl"))


def test_reviews_of_texts_categories_and_numbers_predict_without_hornbook(
    terminal, data_folder, bare_python
):
    data = data_folder / "clothing_reviews.csv"
    targets = ("--target", "Rating", "--target", "Recommended IND")
    terminal.run("init", "reviews", "--data", data, *targets)
    terminal.run("train", "reviews", "--set", "training.epochs=1", "--set", "runtime.backend='jax'")
    terminal.run("predict", "latest", data, "hornbook.csv")
    report = terminal.json("export", "latest", "--format", "python", "--output", "py")
    check_certificate(report, 200)
    run_bare(terminal, bare_python, "py/predict.py", data, "py.csv")
    columns = ["prediction_rating", "prediction_recommended_ind", "proba_recommended_ind_1"]
    expect_equal(terminal, "py.csv", columns)


def test_wine_predicts_files_of_both_kinds_without_hornbook(terminal, data_folder, bare_python):
    data = data_folder / "wine_quality_white.csv"
    terminal.run("init", "wine", "--data", data, "--target", "quality")
    terminal.run("train", "wine", "--set", "training.epochs=1")
    terminal.run("predict", "latest", data, "hornbook.csv")
    terminal.run("export", "latest", "--format", "python", "--output", "py")
    run_bare(terminal, bare_python, "py/predict.py", data, "py.csv")
    expect_equal(terminal, "py.csv", ["prediction"])
    wanted = pl.read_csv(terminal.folder / "hornbook.csv").head(3)
    rows = [json.dumps({**row, "more": [1]}) for row in wanted.drop("prediction").to_dicts()]
    (terminal.folder / "rows.jsonl").write_text("\n".join(rows))
    run_bare(terminal, bare_python, "py/predict.py", "rows.jsonl", "out.jsonl")
    said = [json.loads(line) for line in (terminal.folder / "out.jsonl").read_text().splitlines()]
    found = [one["prediction"] for one in said]
    assert found == pytest.approx(wanted["prediction"].to_list(), abs=1e-5)


def test_the_network_of_wine_goes_to_keras_and_tensorflow_and_comes_back(
    terminal, data_folder, bare_python
):
    data = data_folder / "wine_quality_white.csv"
    terminal.run("init", "wine", "--data", data, "--target", "quality")
    trained = terminal.json("train", "wine", "--set", "training.epochs=3")
    keras = terminal.json("export", "latest", "--format", "keras", "--output", "keras")
    load = "import keras; keras.saving.load_model('keras/model.keras').summary()"
    assert "can be loaded by plain Keras" in keras["notes"][0]
    run_bare(terminal, bare_python, "-c", load)

    saved = terminal.json("export", "latest", "--format", "savedmodel", "--output", "tf")
    assert saved["certificate"]["largest_difference"] < 1e-5
    assert saved["certificate"]["inputs"] == {"main": {"shape": [None, 11], "dtype": "float32"}}
    assert "preprocessing is outside" in saved["notes"][0]
    assert (terminal.folder / "tf" / "saved_model.pb").is_file()

    imported = terminal.json("import", "keras/model.keras", "--name", "Net")
    architecture = terminal.folder / "wine" / "architecture.py"
    code = architecture.read_text("utf-8")
    transfer = (
        "from dataiku.doctor.deep_learning.load_model import get_keras_model_from_saved_model\n"
    )
    build = "def build_model(input_shapes, n_classes=None):\n    return "
    call = f"get_keras_model_from_saved_model('{imported['saved_model_id']}')\n\n\n"
    compiled = code[code.index("def compile_model") :]
    head = code[: code.index("def build_model")]
    architecture.write_text(head + transfer + build + call + compiled, "utf-8")
    again = terminal.json("train", "wine", "--set", "training.epochs=1")
    assert again["status"] == "finished"
    assert again["metrics"]["MSE"] < trained["history"]["Test MSE"][0]


def test_the_notebook_trains_the_same_model_again(terminal, data_folder):
    shutil.copy(data_folder / "wine_quality_white.csv", terminal.folder / "wine.csv")
    terminal.run("init", "wine", "--data", "wine.csv", "--target", "quality")
    trained = terminal.json("train", "wine", "--set", "training.epochs=2")
    terminal.run("export", "latest", "--format", "notebook", "--output", "wine.ipynb")
    notebook = nbformat.read(terminal.folder / "wine.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert sum(cell.cell_type == "markdown" for cell in notebook.cells) >= 8
    # What the user reads and what is run are one: two more lines ask for the metrics.
    notebook.cells.append(nbformat.v4.new_code_cell("import json\njson.dumps(metrics.to_dict())"))
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(terminal.folder)}},
    ).execute()
    said = json.loads(notebook.cells[-1].outputs[0]["data"]["text/plain"].strip("'"))
    assert said["now"] == pytest.approx(trained["metrics"], rel=1e-6)
    assert said["then"] == pytest.approx(trained["metrics"], rel=1e-12)
    assert (terminal.folder / "rebuilt" / "design" / "architecture.py").is_file()
