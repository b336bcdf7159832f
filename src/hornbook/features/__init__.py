"""Columns become numbers: one file a feature handling, and the pipeline that runs them."""

from hornbook.features.categorical_dummy import CategoricalDummy
from hornbook.features.handling import (
    FeatureType,
    FittedHandling,
    Handling,
    OutputColumn,
    handling_class,
    handling_names,
    register_handling,
)
from hornbook.features.numerical_regular import NumericalRegular
from hornbook.features.pipeline import Feature, FeaturePipeline, InputSpec
from hornbook.features.target import TargetEncoder

__all__ = [
    "CategoricalDummy",
    "Feature",
    "FeaturePipeline",
    "FeatureType",
    "FittedHandling",
    "Handling",
    "InputSpec",
    "NumericalRegular",
    "OutputColumn",
    "TargetEncoder",
    "handling_class",
    "handling_names",
    "register_handling",
]
