"""Objects written as values and arrays come back equal; nothing is pickled."""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter, OrderedDict, defaultdict, namedtuple
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from hornbook.errors import FeatureError
from hornbook.features.handling import State
from hornbook.features.object_state import modules_of, object_of, object_state

Point = namedtuple("Point", "x y")


class Plain:
    def __init__(self, **attributes):
        vars(self).update(attributes)


class Slotted:
    __slots__ = ("a", "b")


class Weird:
    def __getstate__(self):
        return ["kept"]

    def __setstate__(self, state):
        self.got = state


def again(value):
    state = object_state(value, "no_package", "processor")
    values = json.loads(json.dumps(state.values, allow_nan=False))
    arrays = {name: array.copy() for name, array in state.arrays.items()}
    assert all(array.dtype.kind in "bifu" for array in arrays.values())
    return object_of(State(values, arrays), "no_package")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        10**40,
        -0.5,
        math.inf,
        "t\u00e9xt\0",
        b"\x00\xff",
        bytearray(b"ab"),
        1 + 2j,
        [1, [2.5, "x"], None],
        (1, (2,), []),
        {1, "a", None},
        frozenset({(1, 2)}),
        {"a": 1, 2: [3], (4, 5): None, None: "n"},
        OrderedDict(b=1, a=2),
        Counter("hello"),
        defaultdict(int, a=1),
        Point(1, [2]),
        datetime(2024, 2, 29, 12, tzinfo=UTC),
        Decimal("1.10"),
        Fraction(1, 3),
        Path("a/b"),
        range(3, 9, 2),
        re.compile(r"\w+", re.I),
        len,
        np.log1p,
        math,
        Plain,
        Path.exists,
        np.dtype("float32"),
        np.float32(1.1),
        np.float64("nan"),
        np.int64(-3),
        np.bool_(True),
        np.str_("s"),
        np.datetime64("2024-01-02"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values(value):
    back = again(value)
    assert type(back) is type(value)
    assert back == value or np.isnan([back, value]).all()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int16).reshape(2, 3),
        np.asfortranarray(np.eye(3)),
        np.array(3.5),
        np.zeros((0, 4), np.float16),
        np.array([True, False]),
        np.array([1 + 2j]),
        np.array(["a", "long text"]),
        np.array([b"xy"]),
        np.array(["2024-01-02", "NaT"], "M8[us]"),
        np.array([1, 2], ">i4"),
        np.array([(1, 2.0), (3, 4.0)], [("a", "i4"), ("b", "f8")]),
        np.array([[None, "x"], [1, {"k": 2}]], object),
        np.arange(10)[::2],
    ],
    ids=lambda array: str(array.dtype),
)
def test_arrays(array):
    back = again(array)
    assert back.dtype == array.dtype
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array)
    assert back.flags.f_contiguous or not array.flags.f_contiguous or array.flags.c_contiguous


def test_sparse_matrices():
    for kind in (sparse.csr_matrix, sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
        matrix = kind(np.array([[0, 1.5], [2, 0], [0, 0]]))
        back = again(matrix)
        assert type(back) is type(matrix)
        np.testing.assert_array_equal(back.toarray(), matrix.toarray())


FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3],
        "f": np.array([1.5, np.nan, 2], np.float32),
        "t": ["a", None, "c"],
        "d": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
        "c": pd.Categorical(["x", "y", "x"]),
        "i": pd.array([1, None, 3], "Int64"),
    }
)


@pytest.mark.parametrize(
    "value",
    [
        FRAME,
        FRAME.set_index("t"),
        FRAME.set_index(["n", "c"]),
        FRAME.iloc[:0],
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
        pd.DataFrame({0: [1], "a": [2]}),
        pd.DataFrame({"mixed": [1, "a", None]}),
        pd.Series([1.0, 2.0], name="s", index=["a", "b"]),
        pd.Series([1, 2]),
        pd.Series([(1, 2), None]),
        pd.Index(["a", "b"], name="names"),
        pd.RangeIndex(5),
        pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", None]),
    ],
    ids=lambda value: f"{type(value).__name__}-{value.shape}",
)
def test_pandas(value):
    back = again(value)
    assert type(back) is type(value)
    kind = {pd.DataFrame: "frame", pd.Series: "series"}.get(type(value), "index")
    getattr(pd.testing, f"assert_{kind}_equal")(back, value)


def test_instances_and_identity():
    shared = [1, 2]
    value = Plain(a=shared, b=shared, nested=Plain(text="x"))
    value.me = value
    back = again(value)
    assert type(back) is Plain
    assert back.me is back
    assert back.a is back.b
    assert back.nested.text == "x"


def test_slots_and_states_of_any_kind():
    slotted = Slotted()
    slotted.a = 1
    back = again(slotted)
    assert back.a == 1
    assert not hasattr(back, "b")
    assert again(Weird()).got == ["kept"]


def test_random_generators_go_on_where_they_were():
    generator = np.random.default_rng(3)
    generator.normal()
    old = np.random.RandomState(3)
    pair = again([generator, old])
    assert pair[0].normal() == generator.normal()
    assert pair[1].rand() == old.rand()


def test_scikit_learn():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    texts = ["the good", "the bad", "the ugly good"]
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), dtype=np.float32).fit(texts)
    np.testing.assert_array_equal(
        again(vectoriser).transform(texts).toarray(), vectoriser.transform(texts).toarray()
    )
    numbers = np.random.default_rng(0).normal(size=(20, 3))
    scaler = make_pipeline(StandardScaler(), FunctionTransformer(np.tanh)).fit(numbers)
    np.testing.assert_array_equal(again(scaler).transform(numbers), scaler.transform(numbers))
    encoder = OneHotEncoder(handle_unknown="ignore").fit([["a"], ["b"]])
    assert again(encoder).transform([["b"], ["?"]]).toarray().tolist() == [[0, 1], [0, 0]]
    forest = RandomForestClassifier(3, random_state=0).fit(numbers, numbers[:, 0] > 0)
    np.testing.assert_array_equal(again(forest).predict(numbers), forest.predict(numbers))


def local_class():
    class Local: ...

    return Local()


@pytest.mark.parametrize(
    ("value", "path", "why"),
    [
        (Plain(a=[lambda x: x]), "processor.a[0]", "it is a lambda"),
        (Plain(a={"k": local_class()}), "processor.a['k']", "a class, Local, that is defined in"),
        (Plain(a=Plain(file=sys.stderr)), "processor.a.file", "it is a"),
        (Plain(a=(n for n in [])), "processor.a", "it is a generator"),
        (Plain(a=np.array([1, lambda: 0])), "processor.a[1]", "it is a lambda"),
    ],
)
def test_what_cannot_be_kept_is_named(value, path, why):
    with pytest.raises(FeatureError) as caught:
        object_state(value, "no_package", "processor")
    assert caught.value.message.startswith(f"{path} cannot be kept with the model: ")
    assert why in caught.value.message
    assert caught.value.fix


def test_endless_chains_are_told():
    chain = None
    for _ in range(100_000):
        chain = [chain]
    with pytest.raises(FeatureError, match="nested too deeply"):
        object_state(chain, "no_package", "processor")
    while chain:
        chain = chain[0]


def test_the_modules_it_names_are_told():
    state = object_state([Plain(), np.log1p, Path("a")], __name__.partition(".")[0], "processor")
    assert any(name.endswith("test_object_state") for name in modules_of(state))
    assert "numpy" in modules_of(state)


def test_two_writings_are_the_same():
    value = Plain(words={"a", "b", "c"}, numbers=np.arange(3))
    first, second = (object_state(value, "no_package", "processor") for _ in range(2))
    assert first.values == second.values
