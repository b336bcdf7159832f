"""Processors of the user's own, on columns of every type."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest

from hornbook.data import FolderStore
from hornbook.errors import FeatureError, UserCodeError
from hornbook.features import (
    CategoricalCustom,
    DateCustom,
    Feature,
    FeaturePipeline,
    FitContext,
    NumericalCustom,
    TextCustom,
    VectorCustom,
)
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode

TEXTS = ["the good", "", None, "the bad and the ugly", "good good", "ugly", "a b c d e f g"]


@pytest.fixture
def resources(tmp_path):
    """Code of a design: a text is `features/a column.py`."""

    def make(text="", **files):
        folder = tmp_path / "design"
        texts = {"features/a column.py": text, **{f"{name}.py": it for name, it in files.items()}}
        for name, content in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, "utf-8")
        return DesignResources(UserCode(folder), FolderStore(tmp_path))

    return make


def processor(transform, fit="self.fitted = True", more=""):
    """A file with a processor in it."""
    return f"""
import numpy as np
import pandas as pd
from scipy import sparse


class Mine:
    {more or "pass"}

    def fit(self, series):
        {fit}

    def transform(self, series):
        {transform}


processor = Mine()
"""


def fit(handling, values, resources):
    frame = pl.DataFrame({"a column": pl.Series(values)})
    feature = Feature("a column", handling, handling.default_input("a column"))
    return FeaturePipeline.fit([feature], [frame], FitContext(resources=resources))


TOKENS = "from dataiku.doctor.deep_learning.preprocessing import TokenizerProcessor\n"
TOKENS += "processor = TokenizerProcessor(num_words=5, max_len=3)\n"


def test_the_tokenizer_fills_an_input_of_its_own(check_contract, resources):
    fitted = check_contract(
        TextCustom(), TEXTS, ["good never seen", None], resources=resources(TOKENS)
    )
    assert (fitted.shape, fitted.dtype, fitted.vocabulary_size) == ((3,), "int32", 5)
    assert TextCustom().default_input("a") == "a_preprocessed"
    assert fitted.transform(pl.Series(["bad unseen the"])).tolist() == [[0, 4, 1]]


def test_a_tokenizer_is_restored_without_running_anything(resources, tmp_path):
    pipeline = fit(TextCustom(), TEXTS, resources(TOKENS))
    pipeline.save(tmp_path / "state")
    rows = pl.DataFrame({"a column": ["the good"]})
    loaded = FeaturePipeline.load(tmp_path / "state")
    assert loaded.transform(rows)["a column_preprocessed"].tolist() == [[0, 1, 2]]


def test_other_processors_run_nothing_until_rows_are_transformed(resources, tmp_path):
    pipeline = fit(NumericalCustom(), [1.0, 2.0], resources(processor("return series.to_frame()")))
    pipeline.save(tmp_path / "state")
    loaded = FeaturePipeline.load(tmp_path / "state")
    assert loaded.inputs == pipeline.inputs
    with pytest.raises(FeatureError, match="is code of the model's author"):
        loaded.transform(pl.DataFrame({"a column": [1.0]}))


def test_a_dataframe_names_the_outputs(check_contract, resources):
    code = processor(
        "series = series.fillna(self.mean)\n"
        "        return pd.DataFrame({'less mean': series - self.mean, 'is big': series > 2})",
        "self.mean = series.mean()",
    )
    values = [1.0, 2.0, None, 6.0]
    fitted = check_contract(NumericalCustom(), values, [float("inf")], resources=resources(code))
    assert [one.name for one in fitted.outputs] == ["a column:less mean", "a column:is big"]
    assert fitted.transform(pl.Series([6, None])).tolist() == [[3, 1], [0, 1]]
    assert fitted.dtype == "float32"


@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array"])
def test_csr_and_names(check_contract, resources, kind):
    code = processor(
        f"return sparse.{kind}(np.array([[len(s), s.count('o')] for s in series]))",
        more="names = ['length', 'o']",
    )
    fitted = check_contract(TextCustom(), TEXTS, ["o"], resources=resources(code))
    assert [one.name for one in fitted.outputs] == ["a column:length", "a column:o"]
    assert fitted.dtype == "float32"
    assert fitted.transform(pl.Series(["good"])).tolist() == [[4, 2]]


def test_without_names_columns_are_numbered_and_fit_may_be_absent(check_contract, resources):
    code = "import numpy as np\nclass P:\n    def transform(self, series):\n"
    code += "        return np.array([[s == 'a', s is None] for s in series])\nprocessor = P()\n"
    fitted = check_contract(CategoricalCustom(), ["a", None, "b"], ["c"], resources=resources(code))
    assert [one.name for one in fitted.outputs] == ["a column:0", "a column:1"]
    assert fitted.transform(pl.Series(["a", None])).tolist() == [[1, 0], [0, 1]]


def test_texts_of_any_number_of_dimensions(check_contract, resources):
    code = processor("return np.array([[[[ord(c) for c in s[:2].ljust(2)]]] * 3 for s in series])")
    fitted = check_contract(TextCustom(), TEXTS, ["xyz"], resources=resources(code))
    assert (fitted.shape, fitted.dtype, fitted.outputs) == ((3, 1, 2), "int32", ())


def test_numbers_may_not_become_tensors(resources):
    code = processor("return np.zeros((len(series), 2, 2))")
    with pytest.raises(UserCodeError, match=r"shape \(2, 2, 2\); a column that is no text"):
        fit(NumericalCustom(), [1.0, 2.0], resources(code))


def test_wants_matrix(check_contract, resources):
    code = "from sklearn.preprocessing import StandardScaler\nprocessor = StandardScaler()\n"
    handling = NumericalCustom(wants_matrix=True)
    fitted = check_contract(handling, [1.0, 2.0, 3.0, 10.0], [7.0], resources=resources(code))
    assert fitted.transform(pl.Series([4.0])).tolist() == [[0.0]]
    with pytest.raises(UserCodeError) as caught:
        fit(NumericalCustom(), [1.0, 2.0], resources(code))
    assert "Expected a 2-dimensional container" in caught.value.message
    assert caught.value.fix == "Add wants_matrix = true, to get a DataFrame of one column."


def test_scikit_learn_inside_and_as_a_processor(check_contract, resources):
    code = "from sklearn.feature_extraction.text import TfidfVectorizer\n"
    plain = check_contract(
        TextCustom(), TEXTS, ["bad"], resources=resources(code + "processor = TfidfVectorizer()\n")
    )
    assert [one.name for one in plain.outputs][:3] == [
        "a column:and",
        "a column:bad",
        "a column:good",
    ]
    code += processor(
        "return self.tfidf.transform(series)", "self.tfidf = TfidfVectorizer().fit(series)"
    )
    inside = check_contract(TextCustom(), TEXTS, ["bad"], resources=resources(code))
    values = pl.Series(["bad good", ""])
    np.testing.assert_array_equal(inside.transform(values), plain.transform(values))


def test_dates_are_moments(check_contract, resources):
    code = processor("return series.dt.hour.fillna(-1).to_frame()")
    values = pl.Series([datetime(2024, 1, 1, 5), None, datetime(2024, 1, 1, 7)])
    fitted = check_contract(
        DateCustom(), values, [datetime(2025, 1, 1, 9)], resources=resources(code)
    )
    assert fitted.transform(pl.Series([date(2024, 5, 5), None])).tolist() == [[0], [-1]]


def test_vectors_are_arrays(check_contract, resources):
    code = processor("return np.array([[0.0 if v is None else v.sum()] for v in series])")
    values = pl.Series([[1.0, 2.0], None, [3.0]])
    fitted = check_contract(VectorCustom(), values, [[7.0]], resources=resources(code))
    assert fitted.transform(pl.Series(["[1, 2, 3]", None])).tolist() == [[6], [0]]


def test_values_have_one_type_whatever_the_block(resources):
    code = processor(
        "self.seen.append((str(series.dtype), series.name, type(series).__name__))\n"
        "        return np.zeros((len(series), 1))",
        "self.seen = []",
    )
    for handling, blocks, expected in (
        (NumericalCustom(), ([1, None], [2]), "float64"),
        (CategoricalCustom(), ([1.0, None], ["x"]), "object"),
        (TextCustom(), (["a", None], ["x"]), "object"),
    ):
        users = resources(code)
        (fitted,) = fit(handling, ["1", "2"] if expected == "object" else [1.0, 2.0], users).fitted
        for block in blocks:
            fitted.transform(pl.Series(block))
        assert set(fitted._processor.seen) == {(expected, "a column", "Series")}


def test_rows_without_a_value_can_be_dropped(check_contract, resources):
    users = resources(processor("return series.to_frame()"))
    check_contract(NumericalCustom(missing="drop_rows"), [1.0, None, 2.0], resources=users)
    assert TextCustom(missing="drop_rows").drops_missing_rows
    (fitted,) = fit(TextCustom(), TEXTS, resources(TOKENS)).fitted
    assert fitted.transform(pl.Series([None, ""])).any() == False  # noqa: E712


def test_every_fit_begins_anew(resources):
    users = resources(processor("return np.full((len(series), 1), self.n)", "self.n += 1", "n = 0"))
    for _ in range(2):
        (fitted,) = fit(NumericalCustom(), [1.0, 2.0], users).fitted
        assert fitted.transform(pl.Series([0.0])).tolist() == [[1.0]]


def test_another_file_may_be_named(resources):
    users = resources(**{"features/tokens": TOKENS})
    (fitted,) = fit(TextCustom(code="features/tokens.py"), TEXTS, users).fitted
    assert fitted.shape == (3,)
    for wrong in ("/etc/x.py", "../x.py", "features/x.txt"):
        with pytest.raises(ValueError, match=r"expected a \.py file inside the design folder"):
            TextCustom(code=wrong)


def test_classes_of_the_library_come_back(resources, tmp_path):
    library = (
        "class Half:\n    def transform(self, series):\n        return (series / 2).to_frame()\n"
    )
    users = resources("from halves import Half\nprocessor = Half()\n", **{"lib/halves": library})
    fit(NumericalCustom(), [1.0, 2.0], users).save(tmp_path / "state")
    other = resources("from halves import Half\nprocessor = Half()\n")
    loaded = FeaturePipeline.load(tmp_path / "state", other)
    assert loaded.transform(pl.DataFrame({"a column": [3.0]}))["main"].tolist() == [[1.5]]


@pytest.mark.parametrize(
    ("returned", "message", "fix"),
    [
        (
            "np.zeros(len(series))",
            r"shape \(2,\) for 2 rows, expected \(2, n_columns\)",
            "reshape(-1, 1)",
        ),
        ("series", "returned a Series, expected a DataFrame", "to_frame()"),
        ("None", "returned None, expected a DataFrame", "numpy.array"),
        ("[[1.0]] * len(series)", "returned list, expected a DataFrame", "numpy.array"),
        ("series.dropna().to_frame().head(1)", "returned 1 rows for 2 values", "fillna(0)"),
        ("np.full((len(series), 2), np.nan)", "returned NaN in row 0, column 0", "fillna(0)"),
        ("np.full((len(series), 1), 1e300)", r"returned 1e\+300 in row 0", "fillna(0)"),
        (
            "pd.DataFrame({'w': ['x'] * len(series)})",
            "column 'w' holds 'x', expected numbers",
            "0 and 1",
        ),
        ("np.array([['x']] * len(series))", "returned 'x', expected numbers", "0 and 1"),
        ("np.zeros((len(series), 0))", r"shape \(2, 0\), which is empty", "at least one column"),
        (
            "np.array([np.zeros(1), np.zeros(2)], dtype=object)",
            "rows of different lengths, from 1 to 2",
            "Pad or cut",
        ),
        ("pd.DataFrame([[1, 2]] * len(series), columns=['a', 'a'])", "hold 'a' twice", "own"),
        (
            "(setattr(self, 'names', ['a']), np.zeros((len(series), 2)))[1]",
            "names are 1, and transform returned 2 columns",
            "as many entries",
        ),
    ],
)
def test_wrong_returns_show_the_right_form(resources, returned, message, fix):
    with pytest.raises(UserCodeError, match=message) as caught:
        fit(NumericalCustom(), [1.0, 2.0], resources(processor(f"return {returned}")))
    assert fix in (caught.value.fix or "")
    assert (caught.value.file, caught.value.line) == ("features/a column.py", 13)
    assert "(column 'a column')" in caught.value.message


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (
            "np.zeros((len(series), 1 + int(series.iloc[0])))",
            r"shape \(1, 6\), and one of shape \(n_rows, 2\)",
        ),
        (
            "pd.DataFrame({str(series.iloc[0]): series})",
            r"a column '5.0' where other rows had '1.0'",
        ),
    ],
)
def test_forms_that_change_between_blocks(resources, returned, message):
    (fitted,) = fit(
        NumericalCustom(), [1.0, 2.0], resources(processor(f"return {returned}"))
    ).fitted
    with pytest.raises(UserCodeError, match=message):
        fitted.transform(pl.Series([5.0]))


def test_whole_numbers_stay_whole(resources):
    code = processor(
        "return np.array([[len(s) / (1 if len(s) != 3 else 2)] if 'abc' in series.values else "
        "[len(s)] for s in series])",
        more="vocabulary_size = 6",
    )
    (fitted,) = fit(TextCustom(), ["a", "bb"], resources(code)).fitted
    assert (fitted.dtype, fitted.vocabulary_size) == ("int32", 6)
    with pytest.raises(UserCodeError, match="decimals, and whole numbers for other rows"):
        fitted.transform(pl.Series(["abc"]))
    with pytest.raises(
        UserCodeError, match="returned the number 7, and the processor's vocabulary_size is 6"
    ):
        fitted.transform(pl.Series(["seven g"]))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\n", "processor is missing"),
        ("class P: ...\nprocessor = P\n", "processor is the class P, expected an object of it"),
        ("processor = 3\n", r"processor is a int without transform\(series\)"),
        ("1 / 0\n", "ZeroDivisionError"),
        (processor("return 1 / 0"), r"features/a column.py:14: ZeroDivisionError"),
        (processor("return 1", "series.no_such"), r"features/a column.py:11: AttributeError"),
        (
            processor("return 1").replace("fit(self, series)", "fit(self)"),
            "processor.fit failed on column",
        ),
        (
            processor("return 1", "self.f = lambda: 1"),
            "processor.f cannot be kept with the model: it is a lambda",
        ),
        (
            processor(
                "return 1",
                "pass",
                "def __init__(self): import threading; self.log = threading.Lock()",
            ),
            r"processor.log cannot be kept with the model: it is a lock",
        ),
    ],
)
def test_mistakes_in_the_code(resources, code, message):
    with pytest.raises(UserCodeError) as caught:
        fit(NumericalCustom(), [1.0, 2.0], resources(code))
    import re

    assert re.search(message, str(caught.value)), str(caught.value)


def test_what_is_lost_on_the_way_shows_before_training(resources):
    code = processor(
        "return np.full((len(series), 1), self.n)",
        "self.n = 1",
        "def __getstate__(self): return {}",
    )
    with pytest.raises(UserCodeError, match="has no attribute 'n'"):
        fit(NumericalCustom(), [1.0, 2.0], resources(code))
