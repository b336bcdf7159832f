"""Columns become numbers: one file a feature handling, and the pipeline that runs them."""

from hornbook.features.categorical_dummy import CategoricalDummy
from hornbook.features.handling import (
    ROW,
    TARGET,
    FeatureType,
    FitContext,
    FittedHandling,
    Handling,
    OutputColumn,
    handling_class,
    handling_names,
    register_handling,
)
from hornbook.features.numerical_binarize import NumericalBinarize
from hornbook.features.numerical_flag import NumericalFlag
from hornbook.features.numerical_quantize import NumericalQuantize
from hornbook.features.numerical_regular import NumericalRegular
from hornbook.features.pipeline import Feature, FeaturePipeline, InputSpec
from hornbook.features.resources import NO_RESOURCES, Resources
from hornbook.features.target import TargetEncoder

__all__ = [
    "NO_RESOURCES",
    "ROW",
    "TARGET",
    "CategoricalDummy",
    "Feature",
    "FeaturePipeline",
    "FeatureType",
    "FitContext",
    "FittedHandling",
    "Handling",
    "InputSpec",
    "NumericalBinarize",
    "NumericalFlag",
    "NumericalQuantize",
    "NumericalRegular",
    "OutputColumn",
    "Resources",
    "TargetEncoder",
    "handling_class",
    "handling_names",
    "register_handling",
]
