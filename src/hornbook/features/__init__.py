"""Columns become numbers: one file a feature handling, and the pipeline that runs them."""

from hornbook.features.categorical_dummy import CategoricalDummy
from hornbook.features.categorical_flag import CategoricalFlag
from hornbook.features.categorical_frequency import CategoricalFrequency
from hornbook.features.categorical_glmm import CategoricalGlmm
from hornbook.features.categorical_hash import CategoricalHash
from hornbook.features.categorical_impact import CategoricalImpact
from hornbook.features.categorical_index import CategoricalIndex
from hornbook.features.categorical_ordinal import CategoricalOrdinal
from hornbook.features.custom import (
    CategoricalCustom,
    DateCustom,
    NumericalCustom,
    TextCustom,
    VectorCustom,
)
from hornbook.features.date_cyclical import DateCyclical
from hornbook.features.date_elapsed import DateElapsed
from hornbook.features.date_parts import DateParts
from hornbook.features.generation import Generation
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
from hornbook.features.image_custom import ImageCustom
from hornbook.features.image_loading import load_img
from hornbook.features.image_resize import ImageResize
from hornbook.features.images import ImageHandling, reasons_unreadable
from hornbook.features.input_encoding import EncodedInput, InputEncoding, smallest_unsigned
from hornbook.features.input_spec import InputSpec
from hornbook.features.labels import LabelsEncoder
from hornbook.features.numerical_binarize import NumericalBinarize
from hornbook.features.numerical_cyclical import NumericalCyclical
from hornbook.features.numerical_flag import NumericalFlag
from hornbook.features.numerical_quantize import NumericalQuantize
from hornbook.features.numerical_regular import NumericalRegular
from hornbook.features.pipeline import Feature, FeaturePipeline
from hornbook.features.reduction_correlation import CorrelationReduction
from hornbook.features.reduction_lasso import LassoReduction
from hornbook.features.reduction_pca import PcaReduction
from hornbook.features.reduction_tree import TreeReduction
from hornbook.features.resources import NO_RESOURCES, Resources
from hornbook.features.step import STEPS_INPUT, Step
from hornbook.features.target import TargetEncoder
from hornbook.features.target_format import TargetFormat
from hornbook.features.target_layout import TargetLayout
from hornbook.features.targets import ONLY_OUTPUT, Encoder, Targets
from hornbook.features.text_count import TextCount
from hornbook.features.text_embedding import TextEmbedding
from hornbook.features.text_hash import TextHash
from hornbook.features.text_svd import TextSvd
from hornbook.features.text_tfidf import TextTfidf
from hornbook.features.tokenizer import TokenizerProcessor
from hornbook.features.vector_unfold import VectorUnfold

__all__ = [
    "NO_RESOURCES",
    "ONLY_OUTPUT",
    "ROW",
    "STEPS_INPUT",
    "TARGET",
    "CategoricalCustom",
    "CategoricalDummy",
    "CategoricalFlag",
    "CategoricalFrequency",
    "CategoricalGlmm",
    "CategoricalHash",
    "CategoricalImpact",
    "CategoricalIndex",
    "CategoricalOrdinal",
    "CorrelationReduction",
    "DateCustom",
    "DateCyclical",
    "DateElapsed",
    "DateParts",
    "EncodedInput",
    "Encoder",
    "Feature",
    "FeaturePipeline",
    "FeatureType",
    "FitContext",
    "FittedHandling",
    "Generation",
    "Handling",
    "ImageCustom",
    "ImageHandling",
    "ImageResize",
    "InputEncoding",
    "InputSpec",
    "LabelsEncoder",
    "LassoReduction",
    "NumericalBinarize",
    "NumericalCustom",
    "NumericalCyclical",
    "NumericalFlag",
    "NumericalQuantize",
    "NumericalRegular",
    "OutputColumn",
    "PcaReduction",
    "Resources",
    "Step",
    "TargetEncoder",
    "TargetFormat",
    "TargetLayout",
    "Targets",
    "TextCount",
    "TextCustom",
    "TextEmbedding",
    "TextHash",
    "TextSvd",
    "TextTfidf",
    "TokenizerProcessor",
    "TreeReduction",
    "VectorCustom",
    "VectorUnfold",
    "handling_class",
    "handling_names",
    "load_img",
    "reasons_unreadable",
    "register_handling",
    "smallest_unsigned",
]
