from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hornbook.data import Column, Meaning, Storage, Table
from hornbook.design import Guess, guess_design
from hornbook.design.guess import guess_prediction_type
from hornbook.errors import DataError, NotFoundError
from hornbook.features import FeatureType
from hornbook.metrics import PredictionType

REGRESSION, BINARY, MULTICLASS, MULTILABEL = PredictionType
NUMERICAL, CATEGORICAL = FeatureType.NUMERICAL, FeatureType.CATEGORICAL
Read = Callable[[str], Table]


def columns(guess: Guess, kind: FeatureType) -> set[str]:
    return {column for column, found in guess.types.items() if found is kind}


def test_wine_quality_is_regression(real_table: Read) -> None:
    guess = guess_design(real_table("wine_quality_white"), "quality")
    assert (guess.prediction_type, guess.classes) == (REGRESSION, None)
    assert len(columns(guess, NUMERICAL)) == len(guess.types) == 11
    assert guess.rejected == {}
    assert (guess.rows, guess.rows_without_target) == (4898, 0)


def test_wine_quality_can_be_multiclass_when_asked(real_table: Read) -> None:
    guess = guess_design(real_table("wine_quality_white"), "quality", MULTICLASS)
    assert guess.classes == (3, 4, 5, 6, 7, 8, 9)


def test_adult_income_is_binary(real_table: Read) -> None:
    guess = guess_design(real_table("adult_train"), "income")
    assert (guess.prediction_type, guess.classes) == (BINARY, ("<=50K", ">50K"))
    assert columns(guess, CATEGORICAL) == {
        "workclass",
        "education",
        "marital_status",
        "occupation",
        "relationship",
        "race",
        "sex",
        "native_country",
    }
    assert len(guess.types) == 14
    assert guess.rows == 32_561


def test_titanic_survived_is_binary_and_alive_gives_it_away(real_table: Read) -> None:
    guess = guess_design(real_table("titanic"), "survived")
    assert (guess.prediction_type, guess.classes) == (BINARY, (0, 1))
    assert guess.rejected == {
        "alive": "gives 'survived' away: each of its values goes with one class"
    }
    assert {"adult_male", "alone", "sex", "deck"} <= columns(guess, CATEGORICAL)
    assert {"age", "fare", "pclass"} <= columns(guess, NUMERICAL)


def test_rows_without_a_target_are_counted(real_table: Read) -> None:
    guess = guess_design(real_table("titanic"), "age")
    assert (guess.prediction_type, guess.rows, guess.rows_without_target) == (REGRESSION, 714, 177)
    guess = guess_design(real_table("titanic"), "deck")
    assert (guess.rows, guess.rows_without_target) == (203, 688)
    assert guess.classes == tuple("ABCDEFG")


def test_diamonds_cut_has_five_classes(real_table: Read) -> None:
    guess = guess_design(real_table("diamonds"), "cut")
    assert guess.prediction_type is MULTICLASS
    assert guess.classes == ("Fair", "Good", "Ideal", "Premium", "Very Good")
    assert columns(guess, CATEGORICAL) == {"color", "clarity"}
    assert guess_design(real_table("diamonds"), "price").prediction_type is REGRESSION


def test_texts_feed_the_network_by_their_words(real_table: Read) -> None:
    guess = guess_design(real_table("clothing_reviews"), "Recommended IND")
    assert guess.prediction_type is BINARY
    assert list(guess.rejected.values()) == ["an identifier: a value of its own in every row"]
    title, review = guess.features["Title"], guess.features["Review Text"]
    assert title.type is review.type is FeatureType.TEXT
    assert title.options == {"handling": "custom"}
    assert title.max_words == 8
    assert review.max_words is not None
    assert 90 < review.max_words < 120


def test_images_are_found_beside_the_table(real_table: Read, tmp_path: Path) -> None:
    guess = guess_design(real_table("cats_dogs/cats_dogs"), "label", base=tmp_path)
    image = guess.features["image_path"]
    assert image.type is FeatureType.IMAGE
    folder = tmp_path / str(image.options["folder"])
    assert (folder / "dog.165.jpg").is_file()


def test_images_that_are_nowhere_are_rejected(make_table: Read) -> None:
    lines = ["picture,x,y", *(f"p{i}.jpg,{i * 0.3},{i % 2}" for i in range(40))]
    guess = guess_design(make_table("\n".join(lines)), "y")
    assert "not found beside the table" in guess.rejected["picture"]


def test_several_targets(real_table: Read) -> None:
    guess = guess_design(real_table("clothing_reviews"), ["Rating", "Recommended IND"])
    assert [target.prediction_type for target in guess.targets] == [REGRESSION, BINARY]
    assert [target.output_name for target in guess.targets] == ["rating", "recommended_ind"]
    assert {"Rating", "Recommended IND"}.isdisjoint(guess.features)


def test_labels_are_told_apart_by_the_separator_that_repeats(make_table: Read) -> None:
    lines = ["x,tags", *(f"{i * 0.37 % 1},{['red; big', 'big', 'red'][i % 3]}" for i in range(60))]
    guess = guess_design(make_table("\n".join(lines)), "tags", MULTILABEL)
    assert guess.classes == ("big", "red")
    assert guess.targets[0].separator == ";"
    with pytest.raises(DataError, match="no rows of several labels"):
        guess_design(make_table(rows()), "code", MULTILABEL)


def rows(n: int = 40) -> str:
    lines = ["id,constant,sometimes,empty,code,day,flag,number,y"]
    lines += [
        f"{i},same,{'x' if i % 3 else ''},,code-{i:05},2020-01-{i % 9 + 1:02},"
        f"{['true', 'false'][i % 3 == 0]},{i * 0.37 % 1},{'ab'[i % 2]}"
        for i in range(n)
    ]
    return "\n".join(lines)


def test_every_reason_to_reject(make_table: Read) -> None:
    guess = guess_design(make_table(rows()), "y")
    assert guess.rejected == {
        "id": "an identifier: a value of its own in every row",
        "constant": "the same value in every row",
        "sometimes": "the same value in every row that has one",
        "empty": "no value in any row",
        "code": "an identifier: a value of its own in every row",
    }
    assert guess.types == {"day": FeatureType.DATE, "flag": CATEGORICAL, "number": NUMERICAL}


def test_classes_are_found_on_all_rows_with_no_cap(make_table: Read) -> None:
    lines = ["a,y", *(f"{i % 7},class {i % 600:03}" for i in range(3000)), "1,the last one"]
    guess = guess_design(make_table("\n".join(lines)), "y")
    assert guess.prediction_type is MULTICLASS
    assert guess.classes is not None
    assert len(guess.classes) == 601
    assert guess.classes[-1] == "the last one"


def test_a_leak_under_a_strange_name(make_table: Read) -> None:
    lines = ["^y.*$,y,yy,n", *(f"{'pq'[i % 2]},{i % 2},{'rst'[i % 3]},{i % 5}" for i in range(60))]
    guess = guess_design(make_table("\n".join(lines)), "y")
    assert list(guess.rejected) == ["^y.*$"]
    assert list(guess.types) == ["yy", "n"]


def test_an_unknown_target(make_table: Read) -> None:
    with pytest.raises(NotFoundError, match=r"no column 'numbr'\. Did you mean 'number'\?"):
        guess_design(make_table(rows()), "numbr")


@pytest.mark.parametrize(
    ("target", "kind", "message"),
    [
        ("y", REGRESSION, "holds string values, regression needs numbers"),
        ("number", BINARY, "has 40 classes, binary classification needs two"),
        ("constant", BINARY, "only the class 'same'"),
        ("constant", None, "only the class 'same'"),
        ("empty", None, "holds no value"),
        ("day", None, "holds Date values; classes are texts, numbers or truth values"),
    ],
)
def test_a_target_that_cannot_be_predicted(
    make_table: Read, target: str, kind: PredictionType | None, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        guess_design(make_table(rows()), target, kind)
    assert caught.value.fix


def test_nothing_to_learn_from(make_table: Read) -> None:
    table = make_table("id,y\n" + "\n".join(f"{i},{i % 2}" for i in range(40)))
    with pytest.raises(DataError, match=r"No column of the table can feed the network: 'id' \(an"):
        guess_design(table, "y")


@pytest.mark.parametrize(
    ("storage", "meaning", "distinct", "kind"),
    [
        (Storage.INTEGER, Meaning.NUMERIC, 2, BINARY),
        (Storage.FLOAT, Meaning.NUMERIC, 2, BINARY),
        (Storage.STRING, Meaning.CATEGORY, 2, BINARY),
        (Storage.BOOLEAN, Meaning.BOOLEAN, 2, BINARY),
        (Storage.BOOLEAN, Meaning.BOOLEAN, 1, BINARY),
        (Storage.INTEGER, Meaning.NUMERIC, 3, REGRESSION),
        (Storage.INTEGER, Meaning.IDENTIFIER, 500, REGRESSION),
        (Storage.FLOAT, Meaning.NUMERIC, 500, REGRESSION),
        (Storage.STRING, Meaning.CATEGORY, 3, MULTICLASS),
        (Storage.STRING, Meaning.CATEGORY, 5000, MULTICLASS),
    ],
)
def test_the_prediction_type(
    storage: Storage, meaning: Meaning, distinct: int, kind: PredictionType
) -> None:
    assert guess_prediction_type(Column("y", storage, meaning, 0, distinct)) is kind


def test_images_in_base64_are_no_paths(make_table: Read) -> None:
    cell = "/9j/" + "A" * 5000
    lines = "".join(f"{cell}{i}.jpg,{i * 3 % 7},{i % 2}\n" for i in range(40))
    assert "picture" not in guess_design(make_table(f"picture,x,y\n{lines}"), "y").types
