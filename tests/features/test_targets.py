from __future__ import annotations

import polars as pl
import pytest

from hornbook.features import LabelsEncoder, TargetEncoder, Targets

FRAME = pl.DataFrame(
    {"price": [1.5, None, 3.0], "kind": ["a", "b", "b"], "tags": ["x|y", "x", "y"]}
)
PRICE, KIND = TargetEncoder("price"), TargetEncoder("kind", ("a", "b"))
TAGS = LabelsEncoder(("tags",), ("x", "y"), "|")
TARGETS = Targets({"price": PRICE, "kind": KIND, "tags": TAGS})


def test_a_row_is_usable_where_every_target_is() -> None:
    assert TARGETS.columns == ("price", "kind", "tags")
    assert TARGETS.usable_rows(FRAME).tolist() == [True, False, True]
    assert TARGETS.n_classes == {"price": None, "kind": 2, "tags": 2}


def test_each_output_has_its_own_target() -> None:
    encoded = TARGETS.encode(FRAME.drop_nulls())
    assert encoded["price"].tolist() == [1.5, 3.0]
    assert encoded["kind"].tolist() == [0, 1]
    assert encoded["tags"].tolist() == [[1, 1], [0, 1]]


@pytest.mark.parametrize(
    ("encoders", "leading", "n_classes"),
    [([PRICE, KIND], [1.5, 3.0], None), ([KIND], [0, 1], 2), ([TAGS, PRICE], [1, 0], 2)],
)
def test_features_learn_from_the_first_target(
    encoders: list[TargetEncoder], leading: list[float], n_classes: int | None
) -> None:
    targets = Targets(dict(enumerate(encoders)))  # type: ignore[arg-type]
    assert targets.leading(FRAME.drop_nulls()).tolist() == leading
    assert targets.n_leading_classes == n_classes


def test_splits_keep_the_shares_of_the_first_classes() -> None:
    strata = TARGETS.strata(FRAME)
    assert strata is not None
    assert strata.tolist() == [0, 1, 1]
    assert Targets({"": PRICE}).strata(FRAME) is None
