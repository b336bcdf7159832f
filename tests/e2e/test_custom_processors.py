"""Processors of the user's own from a training to predictions in other processes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from hornbook.registry import rebuild

pytestmark = pytest.mark.slow

DOCS = Path(__file__).resolve().parents[2] / "docs"


TASK = """
    [dataset]
    path = "../train.csv"
    test_path = "../test.csv"
    [target]
    column = "label"
    type = "binary"
    [features]
    review = { type = "text", handling = "custom" }
"""


def example(page, title):
    """The code of a fenced block by its first line."""
    found = re.search(
        rf"^```python\n# {re.escape(title)}\n(.*?)^```$",
        (DOCS / page).read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None
    return found[1]


def test_tokens_and_an_embedding_read_reviews(terminal, data_folder):
    """SST-2 with the example of the page on original code: Accuracy at least 0.78."""
    for part in ("train", "test"):
        reviews = pl.read_csv(data_folder / f"sst2_{part}.csv").rename({"sentence": "review"})
        reviews.write_csv(terminal.folder / f"{part}.csv")
    (terminal.folder / "task" / "features").mkdir(parents=True)
    terminal.write("task/task.toml", TASK)
    terminal.write("task/features/review.py", example("from-the-original.md", "features/review.py"))
    code = example("from-the-original.md", "architecture.py, for texts")
    terminal.write("task/architecture.py", code)
    checked = terminal.json("check", "task")
    assert checked["valid"], checked
    assert [(one["name"], one["shape"], one["dtype"]) for one in checked["inputs"]] == [
        ("review_preprocessed", [32], "int32")
    ]
    result = terminal.json("train", "task", "--set", "metrics.optimize=Accuracy")
    print(result["metrics"]["Accuracy"], result["best_epoch"], result["seconds"])
    assert result["metrics"]["Accuracy"] >= 0.78
    scored = terminal.json("predict", "latest", "test.csv", "scored.csv")
    assert scored["rows"] == 1821
    frame = pl.read_csv(terminal.folder / "scored.csv")
    same = (frame["prediction"].cast(pl.String) == frame["label"].cast(pl.String)).mean()
    assert same == pytest.approx(result["metrics"]["Accuracy"], abs=1e-9)


WORDS = """
    import numpy as np
    from counting import count
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    class Words:
        def fit(self, series):
            self.tfidf = TfidfVectorizer().fit(series)
            self.names = [*self.tfidf.get_feature_names_out(), "length"]
        def transform(self, series):
            lengths = np.array([[count(text)] for text in series])
            return sparse.csr_matrix(sparse.hstack([self.tfidf.transform(series), lengths]))

    processor = Words()
"""
SCALE = "from sklearn.preprocessing import StandardScaler\nprocessor = StandardScaler()\n"
ARCHITECTURE = """
    from tensorflow.keras.layers import Concatenate, Dense, Input
    from tensorflow.keras.models import Model

    def build_model(input_shapes, n_classes=None):
        inputs = [Input(shape=shape, name=name) for name, shape in input_shapes.items()]
        x = Dense(8, activation="relu")(Concatenate()(inputs))
        return Model(inputs, Dense(1, activation="sigmoid")(x))

    def compile_model(model):
        model.compile("adam", "binary_crossentropy")
        return model
"""


@pytest.fixture
def trained(terminal):
    """A model with a csr and names, a class in its own file, a library beside, and a matrix."""
    random = np.random.default_rng(0)
    words = random.choice(["good", "bad", "film", "plot"], (300, 4))
    texts = pl.DataFrame(
        {
            "text": [" ".join(row) for row in words],
            "stars": (words == "good").sum(axis=1) + random.normal(size=300),
            "liked": np.where((words == "good").sum(axis=1) > 1, "yes", "no"),
        }
    )
    texts.write_csv(terminal.folder / "texts.csv")
    terminal.run("init", "task", "--data", "texts.csv", "--target", "liked")
    task = terminal.folder / "task" / "task.toml"
    head = task.read_text("utf-8").partition("[features]")[0]
    task.write_text(
        f'{head}[features]\ntext = {{ type = "text", handling = "custom" }}\n'
        'stars = { type = "numerical", handling = "custom", wants_matrix = true }\n'
    )
    (task.parent / "features").mkdir(exist_ok=True)
    (terminal.folder / "lib").mkdir()
    terminal.write("lib/counting.py", "def count(text):\n    return len(text.split())\n")
    terminal.write("task/features/text.py", WORDS)
    terminal.write("task/features/stars.py", SCALE)
    terminal.write("task/architecture.py", ARCHITECTURE)
    return terminal, terminal.json("train", "task", "--set", "training.epochs=2")


def test_any_processor_predicts_in_another_process_and_workspace(trained):
    terminal, result = trained
    terminal.write("lib/counting.py", "raise RuntimeError('edited later')\n")
    first = terminal.json("predict", "latest", "texts.csv", "first.csv")
    assert first["rows"] == 300
    session = terminal.home / "analyses" / result["model"]
    pipeline = json.loads((session / "model" / "features" / "pipeline.json").read_text("utf-8"))
    names = pipeline["features"][0]["state"]["output"]["names"]
    assert names == ["bad", "film", "good", "plot", "length"]

    shutil.copytree(terminal.home / "analyses", terminal.folder / "other" / "analyses")
    rebuild(terminal.folder / "other")
    refused = terminal.json("predict", "latest", "texts.csv", "o.csv", "--home", "other", code=1)
    assert "needs features/text.py of its design to be run" in str(refused)
    assert f"hornbook trust {result['model']}" in str(refused)
    shown = terminal.json("trust", result["model"], "--show", "--home", "other")
    assert not shown["trusted"]
    assert {"features/text.py", "lib/counting.py"} <= set(shown["files"])
    assert "sklearn.feature_extraction.text" in shown["modules"]
    assert terminal.json("trust", result["model"], "--home", "other")["trusted"]
    terminal.run("predict", "latest", "texts.csv", "other.csv", "--home", "other")
    one, two = ((terminal.folder / name).read_text() for name in ("first.csv", "other.csv"))
    assert one == two

    code = session / "design" / "features" / "text.py"
    code.write_text(code.read_text() + "# changed\n")
    assert "not as it is now" in str(
        terminal.json("predict", "latest", "texts.csv", "x.csv", code=1)
    )
