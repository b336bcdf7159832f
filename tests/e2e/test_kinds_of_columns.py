"""What `init` makes of real tables with texts, images and many columns, trained as it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

pytestmark = pytest.mark.slow


def test_reviews_with_text_categories_and_numbers_for_two_targets(terminal, data_folder):
    data = data_folder / "clothing_reviews.csv"
    made = terminal.json(
        *("init", "reviews", "--data", data),
        *("--target", "Rating", "--target", "Recommended IND"),
    )
    assert [target["type"] for target in made["targets"]] == ["regression", "binary"]
    assert made["features"]["Review Text"] == made["features"]["Title"] == "text"
    checked = terminal.json("check", "reviews")
    inputs = {one["name"]: one for one in checked["inputs"]}
    assert checked["valid"]
    assert set(inputs) == {"main", "Title_preprocessed", "Review Text_preprocessed"}
    assert inputs["Review Text_preprocessed"]["dtype"] == "int32"
    assert inputs["Review Text_preprocessed"]["columns"] == ["Review Text"]
    assert all(one["line"] for one in inputs.values())
    result = terminal.json("train", "reviews", "--set", "training.epochs=15")
    assert result["status"] == "finished"
    assert result["metrics"]["recommended_ind ROC AUC"] > 0.75
    assert result["metrics"]["rating R2 Score"] > 0.1
    terminal.run("predict", "latest", data, "predicted.csv")
    predicted = pl.read_csv(terminal.folder / "predicted.csv")
    assert {"prediction_rating", "proba_recommended_ind_1"} <= set(predicted.columns)


def test_a_table_of_three_hundred_columns_of_all_kinds(terminal, tmp_path):
    random = np.random.default_rng(0)
    rows = 1500
    signal = random.normal(size=rows)
    columns: dict[str, object] = {}
    for number in range(60):
        values = random.normal(size=rows) + (signal if number == 0 else 0)
        columns[f"number {number}"] = np.where(random.random(rows) < 0.1, None, values)
        columns[f"whole {number}"] = random.integers(0, 50, rows)
        columns[f"category {number}"] = random.choice(["a", "b", "c", "d e"], rows)
        columns[f"day {number}"] = [
            f"20{year:02}-{month:02}-{1 + month}"
            for year, month in zip(
                random.integers(0, 25, rows), random.integers(1, 13, rows), strict=True
            )
        ]
        columns[f"flag {number}"] = random.choice(["true", "false"], rows)
    columns["review"] = [
        " ".join(random.choice(["good", "bad", "so", "very", "film", "plot"], 6)) + f" {row}"
        for row in range(rows)
    ]
    columns["vector"] = [str(random.normal(size=4).round(3).tolist()) for _ in range(rows)]
    columns["answer"] = np.where(signal + random.normal(scale=0.3, size=rows) > 0, "yes", "no")
    pd.DataFrame(columns).to_csv(tmp_path / "wide.csv", index=False)
    made = terminal.json("init", "wide", "--data", tmp_path / "wide.csv", "--target", "answer")
    kinds = set(made["features"].values())
    assert kinds == {"numerical", "categorical", "date", "text", "vector"}
    assert len(made["features"]) == 302
    result = terminal.json("train", "wide", "--set", "training.epochs=3")
    assert result["status"] == "finished"
    assert result["metrics"]["ROC AUC"] > 0.6
