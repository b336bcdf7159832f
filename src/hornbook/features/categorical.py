"""What the handlings of categorical features have in common: storages and missing values."""

from __future__ import annotations

import json
from typing import ClassVar, Literal

from pydantic import Field

from hornbook.data import NUMBERS, Storage
from hornbook.errors import FeatureError
from hornbook.features.category_counts import CategoryCounts, CountFitting
from hornbook.features.handling import FeatureType, FitContext, FittedHandling, Fitting, Handling

__all__ = ["CategoryHandling", "FilledCategoryHandling"]


class CategoryHandling(Handling):
    """A handling of categorical features; numbers and truth values are categories too."""

    feature_type: ClassVar[FeatureType] = FeatureType.CATEGORICAL
    storages: ClassVar[frozenset[Storage]] = NUMBERS | {Storage.STRING}

    def storage_to_read(self, trained: Storage) -> Storage:
        # Codes of digits in one file may meet a code with a letter in the next.
        return Storage.STRING if trained is Storage.INTEGER else trained


class FilledCategoryHandling(CategoryHandling):
    """A handling that encodes the category of a row, and says what a missing one is.

    A subclass makes its fitted form from the counted categories in `fit_counts`, or returns a
    `Fitting` of its own from `start_fit`.
    """

    missing: Literal["own_category", "impute", "drop_rows"] = Field(
        "own_category",
        description="a category of their own, fill in a category, or leave the row out",
    )
    impute_with: Literal["most_frequent", "constant"] = Field(
        "most_frequent", description="which category to fill in"
    )
    impute_value: str = Field("", description="the constant category to fill in")

    def start_fit(self, column: str, context: FitContext) -> Fitting:
        del context
        return CountFitting(column, self.fit_counts)

    def fit_counts(self, column: str, counts: CategoryCounts) -> FittedHandling:
        """The fitted handling, from the categories of the train rows.

        Raises:
            FeatureError: there are none, and missing values are no category.
        """
        raise NotImplementedError

    def filled_value(self, column: str, counts: CategoryCounts) -> str | None:
        """The category that missing values are filled in with, if they are.

        Raises:
            FeatureError: the train rows hold no category, and missing values are none.
        """
        if not len(counts.categories) and self.missing != "own_category":
            name = json.dumps(column, ensure_ascii=False)
            raise FeatureError(
                f"Column '{column}' has no category in the train rows.",
                fix=f'Reject the feature: [features] {name} = {{ role = "reject" }}.',
            )
        if self.missing != "impute":
            return None
        if self.impute_with == "constant":
            return self.impute_value
        return str(counts.categories[int(counts.ranked[0])])

    def filled(self, column: str, counts: CategoryCounts) -> tuple[CategoryCounts, str | None]:
        """The counts with missing values filled in if they are, and with what."""
        value = self.filled_value(column, counts)
        return (counts if value is None else counts.filled(value)), value
