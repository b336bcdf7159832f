from __future__ import annotations

import polars as pl
import pytest

from hornbook.data import Meaning, Storage, Table, TableStore
from hornbook.data.distinct import DistinctCounter


@pytest.fixture(scope="module")
def tables(data_folder, tmp_path_factory) -> dict[str, Table]:
    store = TableStore(tmp_path_factory.mktemp("tables"))
    return {path.stem: store.read(path) for path in data_folder.rglob("*.csv")}


def meanings(table: Table) -> dict[str, Meaning]:
    return {column.name: column.meaning for column in table.columns}


def test_wine_is_all_numbers(tables):
    assert set(meanings(tables["wine_quality_white"]).values()) == {Meaning.NUMERIC}
    assert tables["wine_quality_white"].n_rows == 4898


@pytest.mark.parametrize(("name", "n_rows"), [("adult_train", 32_561), ("adult_test", 16_281)])
def test_adult(tables, name, n_rows):
    table = tables[name]
    assert table.n_rows == n_rows
    for column in table.columns:
        text = column.storage is Storage.STRING
        assert column.meaning is (Meaning.CATEGORY if text else Meaning.NUMERIC)
    assert table.column("fnlwgt").meaning is Meaning.NUMERIC
    if name == "adult_train":
        assert table.column("fnlwgt").distinct == 21_648
        assert table.column("workclass").missing == 1836


def test_titanic(tables):
    categories = {"sex", "embarked", "class", "who", "deck", "embark_town", "alive"}
    for name, meaning in meanings(tables["titanic"]).items():
        if name in categories:
            assert meaning is Meaning.CATEGORY
        elif name in ("adult_male", "alone"):
            assert meaning is Meaning.BOOLEAN
        else:
            assert meaning is Meaning.NUMERIC
    assert tables["titanic"].column("age").missing == 177


def test_reviews(tables):
    found = meanings(tables["clothing_reviews"])
    assert found["column_1"] is Meaning.IDENTIFIER
    assert found["Title"] is Meaning.TEXT
    assert found["Review Text"] is Meaning.TEXT
    assert found["Class Name"] is Meaning.CATEGORY
    assert tables["clothing_reviews"].notes == ("column 1 has no name: it is called column_1",)


def test_sentences_images_diamonds(tables):
    for part in ("train", "dev", "test"):
        assert meanings(tables[f"sst2_{part}"])["sentence"] is Meaning.TEXT
    assert meanings(tables["cats_dogs"])["image_path"] is Meaning.IMAGE_PATH
    assert meanings(tables["cats_dogs"])["label"] is Meaning.CATEGORY
    for name in ("cut", "color", "clarity"):
        assert meanings(tables["diamonds"])[name] is Meaning.CATEGORY
    assert not any(table.n_rejected for table in tables.values())


@pytest.mark.parametrize(
    ("cells", "meaning"),
    [
        ([f"user-{i}" for i in range(100)], Meaning.IDENTIFIER),
        ([f"user-{i}" for i in range(5)], Meaning.CATEGORY),
        (list(range(100)), Meaning.IDENTIFIER),
        (list(range(1, 101)), Meaning.IDENTIFIER),
        (list(range(100, 0, -1)), Meaning.NUMERIC),
        ([2 * i for i in range(100)], Meaning.NUMERIC),
        (list(range(1990, 2020)), Meaning.NUMERIC),
        ([float(f"{i}.5") for i in range(100)], Meaning.NUMERIC),
        ([f"folder/{i % 3}.PNG" for i in range(10)], Meaning.IMAGE_PATH),
        ([f"the answer to question {i} is no" for i in range(50)], Meaning.TEXT),
        (["New York City", "San Francisco Bay"] * 20, Meaning.CATEGORY),
    ],
)
def test_meanings_of_one_column(read, cells, meaning):
    table = read("x,y\n" + "".join(f"{cell},{i % 2}\n" for i, cell in enumerate(cells)))
    assert table.column("x").meaning is meaning


def test_a_column_without_values_is_a_category(read):
    column = read("x,y\n,1\n,2\n").column("x")
    assert (column.meaning, column.missing, column.distinct) == (Meaning.CATEGORY, 2, 0)


def test_distinct_values_are_estimated_beyond_the_capacity():
    counter = DistinctCounter(capacity=4096)
    for start in range(0, 200_000, 20_000):
        counter.add(pl.Series(range(start // 2, start // 2 + 20_000)).hash().to_numpy())
    assert counter.count == pytest.approx(110_000, rel=0.05)
