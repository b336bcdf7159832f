"""Datetime cyclical encoding under the name by which numerical features offer it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hornbook.features.date_cyclical import DateCyclical
from hornbook.features.handling import FeatureType, register_handling

__all__ = ["NumericalCyclical"]


@register_handling
class NumericalCyclical(DateCyclical):
    """The same as for dates; the time itself only where it is asked for."""

    feature_type: ClassVar[FeatureType] = FeatureType.NUMERICAL
    is_default: ClassVar[bool] = False

    keep_original: bool = Field(False, description="give the rescaled time as well")
