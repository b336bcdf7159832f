"""An older model measured on the test rows of a newer one, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.errors import DataError
from hornbook.features import Encoder, Targets
from hornbook.metrics import PredictionType
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact
from hornbook.training.evaluated_rows import read_test_predictions, read_test_rows
from hornbook.training.fit import make_measurer
from hornbook.training.job import DESIGN_FOLDER, TrainingJob
from hornbook.training.loading import load_trained_network
from hornbook.training.prediction import predict_inputs
from hornbook.training.provenance import Provenance
from hornbook.training.resources import DesignResources
from hornbook.training.trust import TrustedModels
from hornbook.training.user_code import UserCode

__all__ = ["Remeasured", "remeasure"]

_BLOCK_ROWS = 8192

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Remeasured:
    """Two models on the same rows.

    Attributes:
        rows: how many.
        left_out_rows: test rows of the newer model that the older one cannot score, or whose class
            it does not know.
        older: the metrics of the older model, by exact spelling.
        newer: those of the newer one.
    """

    rows: int
    left_out_rows: int
    older: dict[str, float]
    newer: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def remeasure(older: Path, newer: Path, home: Path) -> Remeasured:
    """Measures both on the test rows of the newer one, by the metrics of its design.

    Each model predicts with the threshold and the corrections that it was kept with. The
    predictions of the newer one are those that its training left.

    Args:
        older: the folder of a model.
        newer: the folder of a session that has just been trained.
        home: the workspace's folder.

    Raises:
        DataError: the rows are no longer there, the older model cannot score them, or the two do
            not predict the same.
        UntrustedModelError: the older model has code that this workspace does not trust.
    """
    base = Path(TrainingJob.read(newer).base)
    design = DesignFolder.read(newer / DESIGN_FOLDER, base=base)
    code = UserCode(design.path, design.libraries)
    new = ModelArtifact.read(newer / MODEL_FOLDER)
    resources = replace(
        DesignResources.of_model(older, home), data_folder=design.data_path.parent, base=base
    )
    old = ModelArtifact.read(older / MODEL_FOLDER, resources)
    frame = _test_frame(old, design, newer, TableStore(home / "datasets"))

    truth, outputs, weight = _kept(new, newer)
    old_truth, known = _in_terms_of(old, new, truth)
    model = load_trained_network(older, TrustedModels(home), compile_model=False)
    old_outputs, scored = _predicted(old, model, frame)
    chosen = known & scored
    if not chosen.any():
        raise DataError("The older model can score none of the new test rows.")

    def measured(artifact: ModelArtifact, targets: Arrays, raw: Arrays) -> dict[str, float]:
        kept = artifact.outputs
        encoders = {name: output.encoder for name, output in kept.items()}
        return (
            make_measurer(design, Targets(encoders), code)
            .measure(
                {name: one[chosen] for name, one in targets.items()},
                {name: kept[name].corrected(raw[name].astype(float))[chosen] for name in kept},
                None if weight is None else weight[chosen],
                {name: output.threshold for name, output in kept.items()},
            )
            .metrics
        )

    return Remeasured(
        int(chosen.sum()),
        int((~chosen).sum()),
        measured(old, old_truth, old_outputs),
        measured(new, truth, outputs),
    )


def _test_frame(
    old: ModelArtifact, design: DesignFolder, newer: Path, store: TableStore
) -> pl.DataFrame:
    """The new test rows, as the older model reads them."""
    path = design.test_path or design.data_path
    known = Provenance.read(newer)
    table = store.read(path, old.reading)
    if known is not None and Path(known.test.path) != Path(table.source):
        raise DataError(f"The test rows came from {known.test.path}, not from {path}.")
    if known is not None and known.test.rows != table.n_rows:
        raise DataError(
            f"The older model reads {table.n_rows:,} rows of {path.name}, the newer one read "
            f"{known.test.rows:,}: the file has changed, or values do not parse as they did."
        )
    columns = old.pipeline.columns
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise DataError(
            f"The older model needs the columns {', '.join(map(repr, missing))}, which "
            f"{path.name} has not."
        )
    frame = table.take(read_test_rows(newer), list(dict.fromkeys(columns)))
    for feature in old.pipeline.features:
        feature.handling.check_values(feature.column, frame[feature.column].alias(""))
    return frame


def _kept(artifact: ModelArtifact, folder: Path) -> tuple[Arrays, Arrays, NDArray[Any] | None]:
    """Truth, raw outputs and weights of the test rows, as the training left them."""
    truth, outputs, weight = {}, {}, None
    for name in artifact.outputs:
        truth[name], outputs[name], weight = read_test_predictions(folder, name)
    return truth, outputs, weight


def _in_terms_of(
    old: ModelArtifact, new: ModelArtifact, truth: Mapping[str, NDArray[Any]]
) -> tuple[Arrays, NDArray[np.bool_]]:
    """The truth in the codes of the older model, and which rows it has a code for."""
    if list(old.outputs) != list(new.outputs):
        raise DataError("The two models do not have the same outputs.")
    known = np.ones(len(next(iter(truth.values()))), np.bool_)
    translated = {}
    for name, output in new.outputs.items():
        before = old.outputs[name]
        same = before.prediction_type is output.prediction_type
        if not same or before.encoder.columns != output.encoder.columns:
            raise DataError("The two models do not predict the same target.")
        codes = _translated(truth[name], before.encoder, output.encoder, output.prediction_type)
        if output.prediction_type in (PredictionType.BINARY, PredictionType.MULTICLASS):
            known &= codes >= 0
        translated[name] = codes
    return translated, known


def _translated(
    truth: NDArray[Any], old: Encoder, new: Encoder, kind: PredictionType
) -> NDArray[Any]:
    if kind is PredictionType.REGRESSION:
        return truth
    places = {str(label): code for code, label in enumerate(old.classes or ())}
    codes = np.array([places.get(str(label), -1) for label in new.classes or ()], np.int64)
    if kind is not PredictionType.MULTILABEL:
        return codes[truth.astype(np.int64)]
    if len(codes) != len(places) or (codes < 0).any():
        raise DataError("The two models do not predict the same labels.")
    return truth[:, np.argsort(codes)]


def _predicted(
    artifact: ModelArtifact, model: Any, frame: pl.DataFrame
) -> tuple[Arrays, NDArray[np.bool_]]:
    """Raw outputs by name, and which rows could be scored."""
    parts: list[Arrays] = []
    scored = np.ones(len(frame), np.bool_)
    batch_size = min(_BLOCK_ROWS, len(frame))
    for start in range(0, len(frame), _BLOCK_ROWS):
        block = frame.slice(start, _BLOCK_ROWS)
        unscorable = artifact.pipeline.unscorable_rows(block)
        if unscorable is not None:
            scored[start : start + len(block)] = ~unscorable
        raw = predict_inputs(model, artifact.pipeline.transform(block), batch_size)
        parts.append(dict(artifact.layout.by_name(raw)))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, scored
