"""The schema of `task.toml`: every setting of a design, with its default and its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hornbook.data import ReadOptions
from hornbook.design.metrics import (
    CalibrationSection,
    CostMatrixSection,
    CustomScoreSection,
    MetricsSection,
    PredictionIntervalsSection,
    unsuited_sections,
)
from hornbook.design.row_sets import (
    SampleSection,
    SamplingSection,
    SplitSection,
    row_set_contradictions,
)
from hornbook.design.section import Section
from hornbook.diagnostics import DiagnosticId
from hornbook.errors import HornbookError, did_you_mean
from hornbook.features import (
    ONLY_OUTPUT,
    CorrelationReduction,
    Feature,
    FeatureType,
    Generation,
    Handling,
    ImageHandling,
    LassoReduction,
    PcaReduction,
    Step,
    TreeReduction,
    handling_class,
)
from hornbook.metrics import PredictionType, default_metric, get_metric, output_metric_name

__all__ = [
    "CalibrationSection",
    "CostMatrixSection",
    "CustomScoreSection",
    "DatasetSection",
    "DiagnosticsSection",
    "EarlyStoppingSection",
    "FeatureEntry",
    "GenerationSection",
    "MetricsSection",
    "PredictionIntervalsSection",
    "ReduceLearningRateSection",
    "ReductionSection",
    "RuntimeSection",
    "TargetSection",
    "TaskDesign",
    "TrainingSection",
    "WeightsSection",
]


class DatasetSection(Section):
    """The data: where it is and, where guessing is not enough, how to read it."""

    path: str = Field(description="the file, relative to this folder or absolute")
    test_path: str | None = Field(
        None, description="a file with the test rows; without it, rows of `path` are set apart"
    )
    separator: str | None = Field(None, description="between fields; found when absent")
    quote: str | None = Field(None, description="around fields; found when absent")
    encoding: str | None = Field(None, description="of text files; found when absent")
    header: bool | None = Field(None, description="whether line 1 names the columns")
    types: dict[str, str] = Field(
        default_factory=dict, description="storage or meaning of columns that were misread"
    )

    @property
    def read_options(self) -> ReadOptions:
        """How the data files are read."""
        return ReadOptions(self.separator, self.quote, self.encoding, self.header, self.types)

    @model_validator(mode="after")
    def _check_read_options(self) -> DatasetSection:
        try:
            _ = self.read_options
        except HornbookError as error:
            raise ValueError(str(error)) from error
        return self


class TargetSection(Section):
    """What to predict: by the network's only output, or by one of its named outputs."""

    column: str | None = Field(None, description="the column to predict")
    columns: tuple[str, ...] = Field(
        (), description="multilabel only: a column of 0 and 1 for each label, instead of column"
    )
    separator: str = Field(
        "|", min_length=1, description="multilabel only: between the labels in column"
    )
    type: PredictionType = Field(description="regression, binary, multiclass or multilabel")
    positive_class: str | int | float | bool | None = Field(
        None, description="binary only: the class to find; the last in order when absent"
    )

    @model_validator(mode="after")
    def _check_columns(self) -> TargetSection:
        if self.columns and self.type is not PredictionType.MULTILABEL:
            raise ValueError(
                f"columns is for multilabel targets, the type is {self.type}\n"
                '  Fix: Name one column: column = "…".'
            )
        if (self.column is None) == (not self.columns):
            if self.columns:
                raise ValueError("a target has either column or columns\n  Fix: Drop one.")
            raise ValueError(
                "a target needs its column\n  Fix: Add column = …, the column of the table to "
                "predict."
            )
        if self.positive_class is not None and self.type is not PredictionType.BINARY:
            raise ValueError(
                f"positive_class is for two classes, the type is {self.type}\n"
                "  Fix: Leave the line out."
            )
        if len(self.columns) == 1:
            raise ValueError(
                'one label is no multilabel target\n  Fix: Use column = "…" with type = "binary".'
            )
        return self

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns of the table that hold the target."""
        return self.columns if self.column is None else (self.column,)

    @property
    def title(self) -> str:
        """What reports call the target."""
        return ", ".join(self.named_columns)


class WeightsSection(Section):
    """How much each row counts."""

    class_weights: bool = Field(
        True, description="classification: train as if all classes were equally frequent"
    )
    sample_weight: str | None = Field(
        None, description="a column of row weights; counts in training and in metrics"
    )


class FeatureEntry(BaseModel):
    """One column: whether and how it feeds the network.

    Besides the fields below, an entry holds the options of its handling.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    role: Literal["input", "reject"] = Field("input", description="feed the network, or not")
    type: FeatureType | None = Field(None, description="what kind of column it is")
    handling: str | None = Field(None, description="how it becomes numbers")
    input: str | None = Field(
        None,
        min_length=1,
        description='the network\'s input it goes to; "main", or one of its own, when absent',
    )

    @model_validator(mode="after")
    def _check_handling(self) -> FeatureEntry:
        if self.role == "input":
            handling = self.make_handling()
            if handling.has_own_input and self.input is not None:
                raise ValueError(
                    "a custom text or image column always fills an input of its own, called "
                    "<column>_preprocessed\n  Fix: Leave input out."
                )
        return self

    def make_feature(self, column: str) -> Feature:
        """The feature of that column."""
        handling = self.make_handling()
        return Feature(column, handling, self.input or handling.default_input(column))

    def make_handling(self) -> Handling:
        """The handling with this entry's options, checked.

        Raises:
            ValueError: the type is missing, the handling unknown, or an option wrong.
        """
        if self.type is None:
            *others, last = (f'"{kind}"' for kind in FeatureType)
            known = f"{', '.join(others)} or {last}"
            raise ValueError(
                f"a feature that feeds the network needs a type\n  Fix: Add type = {known}."
            )
        try:
            handling = handling_class(self.type, self.handling)
        except HornbookError as error:
            raise ValueError(str(error)) from error
        return handling(**(self.model_extra or {}))


class GenerationSection(Section):
    """New columns of `main`, made of pairs of columns of different numerical features."""

    pairwise_linear: bool = Field(False, description="add a+b and a-b of each pair")
    pairwise_polynomial: bool = Field(False, description="add a*b of each pair")
    max_columns: int = Field(1000, ge=1, description="more new columns than this are an error")

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is to be done to the input `main`."""
        if not (self.pairwise_linear or self.pairwise_polynomial):
            return ()
        return (Generation(self.pairwise_linear, self.pairwise_polynomial, self.max_columns),)


class ReductionSection(Section):
    """Fewer columns of `main`; the last thing before the network."""

    method: Literal["none", "correlation", "tree", "pca", "lasso"] = Field(
        "none", description="how columns are chosen or joined"
    )
    keep: int = Field(
        25, ge=1, description="correlation, tree, pca: at most so many columns or components"
    )
    min_correlation: float = Field(
        0.0, ge=0, le=1, description="correlation: leave columns out that have less"
    )
    max_correlation: float = Field(
        1.0, ge=0, le=1, description="correlation: leave columns out that have more"
    )
    variance_share: float = Field(
        1.0, gt=0, le=1, description="pca: fewer components, if they hold this share"
    )
    trees: int = Field(30, ge=1, description="tree: how many trees")
    max_depth: int = Field(10, ge=1, description="tree: of each tree")
    sample_rows: int = Field(
        50_000, ge=3, description="tree, lasso: learn on at most so many train rows"
    )

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is to be done to the input `main`."""
        match self.method:
            case "correlation":
                return (
                    CorrelationReduction(self.keep, self.min_correlation, self.max_correlation),
                )
            case "tree":
                return (TreeReduction(self.keep, self.trees, self.max_depth, self.sample_rows),)
            case "pca":
                return (PcaReduction(self.keep, self.variance_share),)
            case "lasso":
                return (LassoReduction(self.sample_rows),)
            case _:
                return ()


class EarlyStoppingSection(Section):
    """Standard mode: stop when the chosen metric no longer improves."""

    enabled: bool = Field(False, description="whether to stop early")
    patience: int = Field(3, ge=0, description="epochs without improvement to wait")
    min_delta: float = Field(0.0, ge=0, description="the least change that counts")


class ReduceLearningRateSection(Section):
    """Standard mode: lower the learning rate when the chosen metric stalls."""

    enabled: bool = Field(False, description="whether to lower it")
    factor: float = Field(0.1, gt=0, lt=1, description="multiplies the learning rate")
    patience: int = Field(2, ge=0, description="epochs without improvement to wait")
    min_delta: float = Field(0.0001, ge=0, description="the least change that counts")
    min_learning_rate: float = Field(0.0, ge=0, description="never goes below this")


class TrainingSection(Section):
    """How to train."""

    mode: Literal["standard", "advanced"] = Field(
        "standard", description="the settings below, or the functions of training.py"
    )
    epochs: int = Field(10, ge=1, description="number of epochs")
    batch_size: int = Field(32, ge=1, description="rows a batch")
    train_on_all_data: bool = Field(True, description="an epoch is all the train rows")
    steps_per_epoch: int = Field(
        100, ge=1, description="batches an epoch, when not training on all data"
    )
    shuffle: bool = Field(True, description="a new order of the train rows each epoch")
    cache_preprocessed: bool = Field(
        True, description="keep preprocessed rows on disk, for later epochs and trainings"
    )
    early_stopping: EarlyStoppingSection = Field(
        default_factory=EarlyStoppingSection, description="stop when nothing improves"
    )
    reduce_learning_rate: ReduceLearningRateSection = Field(
        default_factory=ReduceLearningRateSection, description="slow down when nothing improves"
    )


class DiagnosticsSection(Section):
    """What is looked for after a training that may be wrong with it."""

    enabled: bool = Field(True, description="whether to look at all")
    off: tuple[DiagnosticId, ...] = Field((), description="diagnostics that are not wanted")

    @field_validator("off", mode="before")
    @classmethod
    def _check_ids(cls, value: object) -> object:
        for one in value if isinstance(value, list | tuple) else ():
            if one not in tuple(DiagnosticId):
                raise ValueError(
                    f"there is no diagnostic {one!r}\n  Fix: {did_you_mean(str(one), DiagnosticId)}"
                )
        return value


class RuntimeSection(Section):
    """Where and on what to run."""

    backend: Literal["auto", "race", "jax", "tensorflow", "torch"] = Field(
        "auto", description="what Keras runs on"
    )
    device: Annotated[str, Field(pattern=r"^(auto|cpu|gpu:[0-9]+)$")] = Field(
        "auto", description="all that the backend finds, the processor alone, or one GPU"
    )


class TaskDesign(Section):
    """All of `task.toml`."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(
        1337, description="drives split, shuffle, initial weights and augmentation"
    )
    dataset: DatasetSection = Field(description="the data")
    target: TargetSection | None = Field(None, description="what to predict")
    outputs: dict[Annotated[str, Field(min_length=1)], TargetSection] = Field(
        default_factory=dict,
        description="instead of target: what each named output of the network predicts",
    )
    sampling: SamplingSection = Field(
        default_factory=SamplingSection, description="which rows to use"
    )
    test_sampling: SampleSection = Field(
        default_factory=SampleSection, description="which of the test rows of explicit extracts"
    )
    split: SplitSection = Field(default_factory=SplitSection, description="train and test")
    weights: WeightsSection = Field(
        default_factory=WeightsSection, description="how much each row counts"
    )
    metrics: MetricsSection = Field(
        default_factory=MetricsSection, description="the metric that decides"
    )
    calibration: CalibrationSection = Field(
        default_factory=CalibrationSection, description="correct probabilities"
    )
    prediction_intervals: PredictionIntervalsSection = Field(
        default_factory=PredictionIntervalsSection, description="lower and upper ends"
    )
    features: dict[str, FeatureEntry] = Field(
        default_factory=dict, description="one entry a column; columns not named are not used"
    )
    generation: GenerationSection = Field(
        default_factory=GenerationSection, description="new columns of pairs of columns"
    )
    reduction: ReductionSection = Field(
        default_factory=ReductionSection, description="fewer columns"
    )
    training: TrainingSection = Field(default_factory=TrainingSection, description="how to train")
    diagnostics: DiagnosticsSection = Field(
        default_factory=DiagnosticsSection, description="what is looked for after a training"
    )
    runtime: RuntimeSection = Field(default_factory=RuntimeSection, description="what to run on")

    @property
    def targets(self) -> Mapping[str, TargetSection]:
        """What each output predicts, by its name; `ONLY_OUTPUT` where it has none."""
        return {ONLY_OUTPUT: self.target} if self.target is not None else self.outputs

    @property
    def reads_images(self) -> bool:
        """Whether a feature is an image."""
        return any(isinstance(one.handling, ImageHandling) for one in self.input_features)

    @property
    def target_columns(self) -> tuple[str, ...]:
        """The columns of the table that are predicted."""
        columns = (name for target in self.targets.values() for name in target.named_columns)
        return tuple(dict.fromkeys(columns))

    @property
    def target_title(self) -> str:
        """What reports call all that is predicted."""
        return ", ".join(target.title for target in self.targets.values())

    @property
    def prediction_types(self) -> str:
        """The prediction types of all outputs, each once, in their order."""
        return ", ".join(dict.fromkeys(str(target.type) for target in self.targets.values()))

    @property
    def deciding_output(self) -> str:
        """The output whose metric chooses the epoch."""
        return self.metrics.output or next(iter(self.targets))

    @property
    def deciding_metric(self) -> str:
        """The metric that chooses the epoch, as its output's reports spell it."""
        kind = self.targets[self.deciding_output].type
        return self.metrics.optimize or default_metric(kind).name

    @property
    def metric(self) -> str:
        """The name of the metric that decides, as reports of the whole task spell it."""
        return output_metric_name(self.deciding_output, self.deciding_metric)

    @property
    def input_features(self) -> tuple[Feature, ...]:
        """The features that feed the network, in the order of the file."""
        return tuple(
            entry.make_feature(column)
            for column, entry in self.features.items()
            if entry.role == "input"
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done to the input `main` once the features have filled it."""
        return (*self.generation.steps, *self.reduction.steps)

    @model_validator(mode="after")
    def _check_targets(self) -> TaskDesign:
        if (self.target is None) == (not self.outputs):
            raise ValueError(
                "a design has either a [target] or [outputs]\n"
                "  Fix: Name the column to predict in [target], or give each output of the "
                "network a section: [outputs.price]."
            )
        if self.metrics.output is not None and self.metrics.output not in self.targets:
            raise ValueError(
                f"there is no output '{self.metrics.output}'\n"
                f"  Fix: {did_you_mean(self.metrics.output, self.outputs)}"
            )
        if self.metrics.optimize is not None:
            try:
                kind = self.targets[self.deciding_output].type
                get_metric(kind, self.metrics.optimize, self.metrics.own_metrics(kind))
            except HornbookError as error:
                raise ValueError(str(error)) from error
        return self

    @model_validator(mode="after")
    def _check_sections_suit(self) -> TaskDesign:
        for _, message, fix in unsuited_sections(
            (target.type for target in self.targets.values()),
            self.calibration.method,
            intervals=self.prediction_intervals.enabled,
        ):
            raise ValueError(f"{message}\n  Fix: {fix}")
        return self

    @model_validator(mode="after")
    def _check_row_sets(self) -> TaskDesign:
        found = [message for _, message, _ in row_set_contradictions(self.model_dump(mode="json"))]
        if found:
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def _check_target_is_no_feature(self) -> TaskDesign:
        for column in self.target_columns:
            entry = self.features.get(column)
            if entry is not None and entry.role == "input":
                raise ValueError(f"the target '{column}' cannot be a feature as well")
        return self
